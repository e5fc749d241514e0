-- Watchers: programs beside a recorder that send what it writes. Each says every minute how it is doing.

create table watchers (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  name            text not null,
  host            text not null,
  folder          text not null,
  version         text not null,
  -- Runs to an end, from a timetable: its silence says nothing.
  is_once         boolean not null default false,
  -- Files that are still to be sent, and those that were sent and refused since its journal began.
  waiting         integer not null default 0,
  sent            integer not null default 0,
  refused         integer not null default 0,
  -- What is wrong at present, in its own words.
  last_error      text,
  -- Since when the file that has waited longest is waiting.
  oldest_at       timestamptz,
  first_contact_at timestamptz not null default now(),
  last_contact_at timestamptz not null default now(),
  -- Since when it has been told that it is silent; null again at the next contact.
  told_silent_at  timestamptz,
  primary key (org_id, id)
);
create unique index watchers_by_name on watchers (org_id, name);
create index watchers_by_contact on watchers (last_contact_at) where told_silent_at is null and not is_once;
call tenant_table('watchers');
