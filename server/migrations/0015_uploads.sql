-- Resumable uploads: what has arrived of each, piece by piece, until it is whole and becomes a job or a conversation.

create table uploads (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  purpose         text not null check (purpose in ('batch', 'recording')),
  size_bytes      bigint not null check (size_bytes > 0),
  -- How much has arrived and is safe: the sum of the parts, also after they have moved on.
  offset_bytes    bigint not null default 0 check (offset_bytes between 0 and size_bytes),
  -- In order: [{store_key, size_bytes, sha256}]; emptied when the upload ends.
  parts           jsonb not null default '[]',
  -- What may lie in the store and is no part of it: being written, put together with others, or not needed any more.
  unused_keys     text[] not null default '{}',
  -- What its sender said of it, as the texts of Upload-Metadata.
  metadata        jsonb not null default '{}',
  -- Of a batch, its job; of a recording, the open job that it was said to belong to, and its place there.
  job_id          uuid,
  item_position   integer,
  conversation_id uuid,
  created_by      text not null,
  -- Whoever writes holds this; it ends by itself when its holder is killed.
  lease_id        uuid,
  lease_until     timestamptz,
  expires_at      timestamptz not null,
  finished_at     timestamptz,
  -- It ended without becoming anything: {code, reason}.
  failure         jsonb,
  created_at      timestamptz not null default now(),
  primary key (org_id, id)
) with (fillfactor = 70);
call tenant_table('uploads');
create index uploads_by_expiry on uploads (expires_at);
create index uploads_with_unused on uploads (org_id, id) where unused_keys <> '{}';
