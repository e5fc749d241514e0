-- Bulk intake: each load is a job, each thing in it an item with a state, a reason and a retry.

create table ingest_jobs (
  org_id       uuid not null references orgs on delete cascade,
  id           uuid not null,
  source       text not null check (source in ('zip', 'list', 'remote_folder', 'watch', 'api')),
  -- The remote folder or the watcher that it belongs to.
  source_id    uuid,
  name         text not null,
  state        text not null check (state in
    ('open', 'uploading', 'received', 'expanded', 'planned', 'done', 'partial', 'failed', 'cancelled')),
  is_dry_run   boolean not null default false,
  options      jsonb not null default '{}',
  made_by      text not null,
  -- For whom it is worked on, with what they might do then: {actor, scopes, reach}. Its maker, or who started or retried it.
  sent_by      jsonb not null,
  request_id   text not null,
  -- Where its bytes are, in order: [{store_key, size_bytes}]; emptied when they are no longer kept.
  parts        jsonb not null default '[]',
  file_url     text,
  -- Why all of it failed: {code, reason}.
  failure      jsonb,
  warnings     jsonb not null default '[]',
  -- Of its contents: names that are not known, with similar ones; rows without a file, files without a row.
  findings     jsonb not null default '{}',
  -- Once it has ended; before, they are counted.
  counts       jsonb,
  created_at   timestamptz not null default now(),
  ended_at     timestamptz,
  updated_at   timestamptz not null default now(),
  primary key (org_id, id)
);
call tenant_table('ingest_jobs');
create index ingest_jobs_kept on ingest_jobs (ended_at) where parts <> '[]';
create index ingest_jobs_by_source on ingest_jobs (org_id, source_id, id) where source_id is not null;

create table ingest_items (
  org_id          uuid not null,
  job_id          uuid not null,
  position        integer not null,
  name            text not null,
  kind            text not null check (kind in ('recording', 'chat')),
  state           text not null check (state in ('waiting', 'ok', 'failed', 'duplicate', 'cancelled')),
  -- Where it is in its source: {entry, chat?} in an archive, {path, ...} in a folder, {url}.
  locator         jsonb not null,
  -- What was said about it: the row of metadata.csv, what a pattern found in its name.
  fields          jsonb not null default '{}',
  -- Names its file in the store: the same on every try, so that what a killed try left is written over.
  file_id         uuid not null,
  size_bytes      bigint,
  conversation_id uuid,
  code            text,
  reason          text,
  -- What was seen in it when it was listed: every try begins with these, and adds its own to `warnings` alone.
  found_warnings  jsonb not null default '[]',
  warnings        jsonb not null default '[]',
  attempt         integer not null default 0,
  updated_at      timestamptz not null default now(),
  primary key (org_id, job_id, position),
  foreign key (org_id, job_id) references ingest_jobs on delete cascade
) with (fillfactor = 70);
call tenant_table('ingest_items');
-- None by state: each item changes it once, in place, which an index on it would forbid; runs go by position.
-- Items of open jobs are named by whoever sends them.
create index ingest_items_by_name on ingest_items (org_id, job_id, name);

-- The same content is the same conversation, whatever it was called.
create index conversations_by_content on conversations (content_hash, org_id)
  where content_hash is not null and channel = 'chat';
create index recordings_by_content on recordings (sha256, org_id);
