-- Webhooks of other systems to us: sources, each with an address and secrets of its own, and the messages that came.

create table inbound_sources (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  name            text not null,
  -- How its requests are proven, and what is made of its messages; null: they are only kept. Both are lists in the program.
  scheme          text not null,
  reader          text,
  settings        jsonb not null default '{}',
  reader_settings jsonb not null default '{}',
  status          text not null default 'active' check (status in ('active', 'paused')),
  -- Of the token in its address.
  token_hash      bytea not null,
  -- JSON list of secrets, sealed as one, newest first; and of each since when and until when it is good.
  secrets         bytea not null,
  secret_terms    jsonb not null,
  -- Both to some seconds: they are not written with each request.
  last_received_at timestamptz,
  last_refused_at  timestamptz,
  last_refusal     text,
  created_by      text not null,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index inbound_sources_by_token on inbound_sources (token_hash);
create unique index inbound_sources_by_name on inbound_sources (org_id, lower(name));
call tenant_table('inbound_sources');

-- Kept for seven days.
create table inbound_messages (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  source_id     uuid not null,
  -- What the other system calls this delivery, or a hash of the body; null: equal ones are not the same one.
  provider_id   text,
  -- Hash of the signed time and the body, where a time is signed and the id is not: the same request under another id is
  -- a replay.
  proof         bytea,
  kind          text,
  headers       jsonb not null default '{}',
  -- As it came.
  body          bytea not null,
  state         text not null default 'received' check (state in ('received', 'processed', 'failed', 'ignored')),
  attempts      integer not null default 0,
  error_code    text,
  reason        text,
  -- What it became: ids.
  result        jsonb,
  request_id    text,
  received_at   timestamptz not null default now(),
  settled_at    timestamptz,
  primary key (org_id, id),
  foreign key (org_id, source_id) references inbound_sources (org_id, id) on delete cascade
);
create unique index inbound_messages_by_provider_id on inbound_messages (org_id, source_id, provider_id);
create unique index inbound_messages_by_proof on inbound_messages (org_id, source_id, proof);
create index inbound_messages_by_source on inbound_messages (org_id, source_id, id desc);
create index inbound_messages_waiting on inbound_messages (org_id) where state = 'received';
create index inbound_messages_by_age on inbound_messages (received_at);
call tenant_table('inbound_messages');
