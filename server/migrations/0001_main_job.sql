-- The main job: organisations, conversations and what is found in them, events and their deliveries.
-- Every tenant table starts its key with org_id. Times are timestamptz; durations and offsets are milliseconds.

create table orgs (
  id           uuid primary key,
  -- vBot shows organisations as customers with an integer id.
  alias        integer generated always as identity unique,
  name         text not null,
  company_name text,
  email        text,
  -- Ids that the organisation had with a hosted service; clients may go on sending them.
  former_ids   text[] not null default '{}',
  is_active    boolean not null default true,
  settings     jsonb not null default '{}',
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now()
);

-- One row an organisation, locked until the commit: commits of one organisation follow its seq, so a reader that has
-- seen seq n has seen everything before n.
create table event_counters (
  org_id uuid primary key references orgs on delete cascade,
  seq    bigint not null default 0
);

-- The newest start tag of fair queuing that each organisation was given. Calls and chats queue apart.
create table queue_tags (
  org_id  uuid not null references orgs on delete cascade,
  channel text not null,
  tag     bigint not null default 0,
  primary key (org_id, channel)
);

create table api_keys (
  org_id       uuid not null references orgs on delete cascade,
  id           text not null,
  secret_hash  bytea not null,
  masked       text not null,
  name         text not null,
  is_active    boolean not null default true,
  created_at   timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index api_keys_by_id on api_keys (id);

create table audit_events (
  org_id     uuid not null references orgs on delete cascade,
  id         uuid not null,
  at         timestamptz not null default now(),
  actor      text not null,
  action     text not null,
  target     text,
  request_id text,
  data       jsonb not null default '{}',
  primary key (org_id, id)
);

create table idempotency_keys (
  -- The organisation's id, or `admin`.
  caller      text not null,
  route       text not null,
  key         text not null,
  fingerprint text not null,
  status      integer,
  body        json,
  created_at  timestamptz not null default now(),
  primary key (caller, route, key)
);

create table agents (
  org_id      uuid not null references orgs on delete cascade,
  id          uuid not null,
  name        text,
  email       text,
  external_id text,
  team        text,
  department  text,
  is_active   boolean not null default true,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index agents_by_email on agents (org_id, lower(email)) where email is not null;
create unique index agents_by_external_id on agents (org_id, lower(external_id)) where external_id is not null;
create index agents_by_name on agents (org_id, lower(name)) where name is not null;

create table conversations (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  channel       text not null check (channel in ('voice', 'chat')),
  direction     text check (direction in ('inbound', 'outbound', 'internal')),
  status        text not null check (status in ('awaiting_upload', 'queued', 'processing', 'completed', 'failed')),
  -- Which door it came through: process_call, presigned, multipart, url, chat.
  source        text not null,
  external_id   text,
  -- SHA-256 of what was sent, to tell a repeated upload from a changed one.
  content_hash  text,
  version       integer not null default 1,
  agent_id      uuid,
  agent_given   jsonb,
  customer_ref  text,
  caller_number text,
  called_number text,
  team          text,
  department    text,
  tags          text[] not null default '{}',
  metadata      jsonb not null default '{}',
  warnings      jsonb not null default '[]',
  language      text,
  started_at    timestamptz not null,
  ended_at      timestamptz,
  duration_ms   bigint,
  received_at   timestamptz not null,
  completed_at  timestamptz,
  updated_at    timestamptz not null,
  failure       jsonb,
  transcript_revision integer,
  analysis_id   uuid,
  sentiment     text,
  seq           bigint not null,
  queue_tag     bigint not null default 0,
  primary key (org_id, id)
);
create unique index conversations_by_external_id on conversations (external_id, org_id, channel)
  where external_id is not null;
create index conversations_by_seq on conversations (org_id, seq);
create index conversations_by_update on conversations (org_id, updated_at);
create index conversations_by_start on conversations (org_id, started_at desc, id desc);
create index conversations_by_channel on conversations (org_id, channel, started_at desc, id desc);
create index conversations_by_agent on conversations (org_id, agent_id, started_at desc) where agent_id is not null;
-- Their agent was not known when they arrived.
create index conversations_unlinked on conversations (org_id) where agent_id is null and agent_given is not null;
create index conversations_unfinished on conversations (channel, status, queue_tag)
  where status in ('queued', 'processing');

create table recordings (
  org_id          uuid not null,
  conversation_id uuid not null,
  id              uuid not null,
  store_key       text not null,
  file_name       text,
  content_type    text,
  container       text,
  codec           text,
  channel_count   integer,
  sample_rate_hz  integer,
  duration_ms     bigint,
  size_bytes      bigint not null,
  sha256          text not null,
  channel_check   text,
  created_at      timestamptz not null default now(),
  primary key (org_id, conversation_id, id),
  foreign key (org_id, conversation_id) references conversations on delete cascade
);

create table transcripts (
  org_id          uuid not null,
  conversation_id uuid not null,
  revision        integer not null,
  source          text not null check (source in ('asr', 'import', 'edited')),
  engine          jsonb,
  participants    jsonb not null,
  turns           jsonb not null,
  created_at      timestamptz not null default now(),
  primary key (org_id, conversation_id, revision),
  foreign key (org_id, conversation_id) references conversations on delete cascade
);

create table analyses (
  org_id              uuid not null,
  conversation_id     uuid not null,
  id                  uuid not null,
  transcript_revision integer not null,
  provenance          jsonb not null,
  turns               jsonb not null,
  languages           jsonb not null,
  sentiment           jsonb not null,
  keywords            jsonb not null,
  summary             jsonb not null,
  metrics             jsonb not null,
  created_at          timestamptz not null default now(),
  primary key (org_id, conversation_id, id),
  foreign key (org_id, conversation_id) references conversations on delete cascade
);

create table stages (
  org_id          uuid not null,
  conversation_id uuid not null,
  name            text not null,
  position        smallint not null,
  status          text not null check (status in ('running', 'ok', 'skipped', 'failed')),
  attempt         integer not null,
  started_at      timestamptz not null,
  ended_at        timestamptz,
  error           jsonb,
  result          jsonb,
  primary key (org_id, conversation_id, name),
  foreign key (org_id, conversation_id) references conversations on delete cascade
);

create table events (
  org_id          uuid not null references orgs on delete cascade,
  seq             bigint not null,
  id              uuid not null,
  type            text not null,
  conversation_id uuid,
  -- json, not jsonb: what is signed keeps the order in which it was written.
  data            json not null,
  occurred_at     timestamptz not null,
  primary key (org_id, seq)
);
create index events_by_conversation on events (org_id, conversation_id);

create table webhook_endpoints (
  org_id      uuid not null references orgs on delete cascade,
  id          uuid not null,
  url         text not null,
  events      text[] not null,
  style       text not null check (style in ('vela', 'vbot')),
  secret      bytea not null,
  is_active   boolean not null default true,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (org_id, id)
);

-- What is pending is the senders' queue; `state` and the lease are theirs to write (events/leases.ts).
create table deliveries (
  org_id       uuid not null,
  id           uuid not null,
  endpoint_id  uuid not null,
  event_seq    bigint not null,
  state        text not null check (state in ('pending', 'delivered', 'dead')),
  attempt      integer not null default 0,
  next_at      timestamptz not null,
  lease_until  timestamptz,
  lease_token  uuid,
  status_code  integer,
  error        text,
  created_at   timestamptz not null,
  finished_at  timestamptz,
  primary key (org_id, id),
  foreign key (org_id, endpoint_id) references webhook_endpoints on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
-- The claim steps from endpoint to endpoint and reads the front of each one's queue.
create index deliveries_due on deliveries (org_id, endpoint_id, next_at, event_seq) where state = 'pending';
create index deliveries_dead on deliveries (finished_at) where state = 'dead';
create index deliveries_by_endpoint on deliveries (org_id, endpoint_id, event_seq desc, id);

create table delivery_attempts (
  org_id      uuid not null,
  delivery_id uuid not null,
  attempt     integer not null,
  started_at  timestamptz not null,
  duration_ms integer not null,
  status_code integer,
  error       text,
  response    text,
  timings     jsonb,
  primary key (org_id, delivery_id, attempt),
  foreign key (org_id, delivery_id) references deliveries on delete cascade
);
