-- Folders on remote servers that recordings are fetched from by a schedule, and what was seen in them.

create table remote_folders (
  org_id         uuid not null references orgs on delete cascade,
  id             uuid not null,
  server_id      uuid not null,
  name           text not null,
  -- Below the folder that the server opens.
  path           text not null default '',
  pattern        text not null default '*',
  depth          integer not null default 0,
  -- {every_seconds} or {times, days}.
  schedule       jsonb not null,
  -- How a file shows that it is no longer being written: {rule: steady, steady_seconds}, {rule: marker, suffix} or {rule: at_once}.
  complete_when  jsonb not null,
  -- What becomes of what was taken: {rule: leave | move | delete, to, failed_to}.
  afterwards     jsonb not null,
  sidecars       text not null check (sidecars in ('used', 'required', 'off')),
  files_per_sync integer not null,
  -- Files whose server tells an earlier time are left alone.
  since          timestamptz,
  -- Of the ingest jobs that it makes.
  options        jsonb not null default '{}',
  notify_emails  text[] not null default '{}',
  notify_after   integer not null,
  is_active      boolean not null default true,
  next_sync_at   timestamptz not null,
  -- The sync that is queued or under way; whoever begins it puts a new id here, so that an earlier try writes nothing more.
  sync_id        uuid,
  sync_since     timestamptz,
  health         text not null default 'ok' check (health in ('ok', 'failing')),
  -- {step, reason}
  failure        jsonb,
  failing_since  timestamptz,
  failures       integer not null default 0,
  -- Since when it is known outside that it fails.
  told_at        timestamptz,
  warnings       text[] not null default '{}',
  last_sync_at   timestamptz,
  last_ok_at     timestamptz,
  last_job_id    uuid,
  created_by     text not null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, server_id) references remote_servers
);
create unique index remote_folders_by_name on remote_folders (org_id, lower(name));
create index remote_folders_by_server on remote_folders (org_id, server_id);
create index remote_folders_due on remote_folders (next_sync_at) where is_active;
call tenant_table('remote_folders');

create table remote_files (
  org_id        uuid not null,
  folder_id     uuid not null,
  -- Below the folder, as the server spells it.
  path          text not null,
  size_bytes    bigint not null,
  -- Null where the server does not tell.
  modified_at   timestamptz,
  state         text not null check (state in ('watching', 'queued', 'taken', 'failed', 'gone', 'ignored')),
  -- Why it waits, was ignored or failed.
  code          text,
  reason        text,
  first_seen_at timestamptz not null default now(),
  -- First seen with this size and time.
  steady_since  timestamptz not null default now(),
  -- Not looked at again before.
  wait_until    timestamptz,
  gone_at       timestamptz,
  job_id        uuid,
  position      integer,
  -- Ingest jobs that gave up on it.
  tries         integer not null default 0,
  -- Its side-car and marker, which share its fate.
  companions    text[] not null default '{}',
  -- Whether what is done afterwards was done.
  afterwards    text check (afterwards in ('due', 'done')),
  primary key (org_id, folder_id, path),
  foreign key (org_id, folder_id) references remote_folders on delete cascade
) with (fillfactor = 80);
create index remote_files_by_state on remote_files (org_id, folder_id, state, path);
create index remote_files_next on remote_files (org_id, folder_id, (coalesce(modified_at, first_seen_at)), path)
  where state = 'watching';
create index remote_files_by_item on remote_files (org_id, job_id, position) where job_id is not null;
create index remote_files_due on remote_files (org_id, folder_id, path) where afterwards = 'due';
call tenant_table('remote_files');
