-- API keys in full: scopes, environments, expiry, rotation, use; and files that are removed after their rows.

-- What follows changes rows of every organisation.
select set_config('app.orgs', '*', true);

alter table api_keys
  add column environment   text not null default 'live' check (environment in ('live', 'test')),
  add column scopes        text[] not null default '{}',
  -- Of the installation: manages customers, and no data of its own organisation.
  add column is_admin      boolean not null default false,
  -- An actor, as the audit has it.
  add column created_by    text not null default 'admin',
  -- What it was given when it was made, and is given again when it is rotated. Null: no end.
  add column lifetime_days integer,
  add column expires_at    timestamptz,
  -- The smallest number of days before the end that was warned of.
  add column warned_days   smallint,
  add column revoked_at    timestamptz;

-- Keys of before had no scopes; they keep what they could do.
update api_keys set
  revoked_at = case when is_active then null else now() end,
  scopes = '{calls:read,calls:write,calls:delete,recordings:read,agents:read,agents:manage,analytics:read,webhooks:manage}';
alter table api_keys drop column is_active;
create index api_keys_by_expiry on api_keys (expires_at) where revoked_at is null and expires_at is not null;

-- A key has one secret; while it is being rotated, the ones before it too, until their time is over.
create table api_key_secrets (
  org_id            uuid not null,
  key_id            text not null,
  id                uuid not null,
  secret_hash       bytea not null,
  masked            text not null,
  created_at        timestamptz not null default now(),
  -- Null: as long as the key.
  valid_until       timestamptz,
  last_used_at      timestamptz,
  last_used_address text,
  primary key (org_id, key_id, id),
  foreign key (org_id, key_id) references api_keys on delete cascade
);
call tenant_table('api_key_secrets');
insert into api_key_secrets (org_id, key_id, id, secret_hash, masked, created_at)
  select org_id, id, gen_random_uuid(), secret_hash, masked, created_at from api_keys;
alter table api_keys drop column secret_hash, drop column masked;

create table api_key_usage (
  org_id      uuid not null,
  key_id      text not null,
  -- In UTC.
  day         date not null,
  route_group text not null,
  requests    bigint not null,
  primary key (org_id, key_id, day, route_group),
  foreign key (org_id, key_id) references api_keys on delete cascade
);
create index api_key_usage_by_day on api_key_usage (day);
call tenant_table('api_key_usage');

-- Every server forgets what it remembers of a key the moment a change is committed, whoever made it.
create function announce_key_change() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  perform pg_notify('api_keys', to_jsonb(coalesce(new, old)) ->> tg_argv[0]);
  return null;
end $$;
create trigger announce_change after update of scopes, is_admin, expires_at, revoked_at or delete on api_keys
  for each row execute function announce_key_change('id');
create trigger announce_change after insert or update of valid_until or delete on api_key_secrets
  for each row execute function announce_key_change('key_id');
create trigger announce_change after update of is_active or delete on orgs
  for each row execute function announce_key_change('id');

-- Files whose rows are gone. Made of ids alone, and of no organisation: theirs may be gone too.
create table file_removals (
  store_key text primary key,
  asked_at  timestamptz not null default now()
);
