-- Reports and exports: what was asked for, what came of it, to whom it is sent, and what is made again and again.

-- A report or an export: one file, made by a job, with the rights of who asked for it.
create table documents (
  org_id       uuid not null references orgs on delete cascade,
  id           uuid not null,
  kind         text not null check (kind in ('report', 'export')),
  name         text not null,
  format       text not null check (format in ('pdf', 'csv', 'xlsx', 'ndjson')),
  -- What it is about: period, filters, columns or sections.
  definition   jsonb not null,
  state        text not null check (state in ('queued', 'running', 'completed', 'failed', 'expired')),
  -- As the audit names them: it is made with their rights, as of when it is made.
  created_by   text not null,
  -- What whoever it was made for could see then: `all`, or the part of the organisation.
  made_reach   jsonb not null default '"all"',
  made_unmasked boolean not null default true,
  -- Conversations that it tells of.
  row_count    bigint,
  size_bytes   bigint,
  warnings     jsonb not null default '[]',
  failure      jsonb,
  -- Of a schedule: which run.
  schedule_id  uuid,
  due_at       timestamptz,
  created_at   timestamptz not null default now(),
  started_at   timestamptz,
  completed_at timestamptz,
  -- The file is removed then.
  expires_at   timestamptz,
  primary key (org_id, id)
);
-- However many processes watch, a run is made once.
create unique index documents_by_run on documents (org_id, schedule_id, due_at) where schedule_id is not null;
create index documents_by_end on documents (expires_at) where state = 'completed';
create index documents_unfinished on documents (org_id) where state in ('queued', 'running');
call tenant_table('documents');

create table report_schedules (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  name          text not null,
  format        text not null check (format in ('pdf', 'csv', 'xlsx')),
  definition    jsonb not null,
  frequency     text not null check (frequency in ('daily', 'weekly', 'monthly')),
  -- `HH:mm`, in the organisation's time zone.
  time_of_day   text not null,
  -- ISO 8601: 1 is Monday. Weekly ones alone.
  weekdays      smallint[] not null default '{}',
  -- 1 to 31; in a shorter month its last day. Monthly ones alone.
  day_of_month  smallint,
  -- Ids of members of the organisation, and addresses of others.
  member_ids    uuid[] not null default '{}',
  addresses     text[] not null default '{}',
  delivery      text not null check (delivery in ('link', 'attachment')),
  state         text not null check (state in ('active', 'paused')),
  -- Why it rests, where it was not a person who paused it.
  paused_reason text,
  created_by    text not null,
  -- Whose rights it runs with: who made it, or changed it last.
  runs_as       text not null,
  -- Grows with each change by a person: for `If-Match`.
  revision      integer not null default 1,
  -- The zone by which the next run was reckoned.
  time_zone     text not null,
  next_run_at   timestamptz,
  last_run_at   timestamptz,
  last_run_id   uuid,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id)
);
create index report_schedules_due on report_schedules (next_run_at) where state = 'active';
call tenant_table('report_schedules');

-- One for each recipient of each run, so that one that is refused keeps no other from it.
create table report_mails (
  org_id      uuid not null references orgs on delete cascade,
  document_id uuid not null,
  address     text not null,
  state       text not null check (state in ('waiting', 'sent', 'failed')),
  failure     text,
  sent_at     timestamptz,
  primary key (org_id, document_id, address),
  foreign key (org_id, document_id) references documents on delete cascade
);
call tenant_table('report_mails');
