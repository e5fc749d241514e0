-- Secrets at rest: what is sealed is sealed with a data key, and each data key is wrapped by a key that is not here.

create table data_keys (
  -- The nil UUID for what belongs to no organisation.
  org_id     uuid not null,
  -- The newest seals; older ones open what was sealed before.
  version    integer not null check (version > 0),
  -- Which key wraps it: a fingerprint, or the name that the key service knows.
  kek_id     text not null,
  wrapped    bytea not null,
  created_at timestamptz not null default now(),
  primary key (org_id, version)
);
create index data_keys_by_kek on data_keys (kek_id);
call tenant_table('data_keys');

-- Who deletes an organisation deletes what its secrets could be opened with. (No foreign key: the installation is none.)
create function shred_data_keys() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  delete from data_keys where org_id = old.id;
  return old;
end $$;
create trigger shred_data_keys after delete on orgs for each row execute function shred_data_keys();

-- Whoever acts for one organisation may need to open what belongs to none, such as a key that signs tokens.
create function installation_data_keys() returns setof data_keys language plpgsql set search_path = pg_catalog, public as $$
declare
  mine text := coalesce(tenant_scope(), '');
begin
  perform set_config('app.orgs', '00000000-0000-0000-0000-000000000000', true);
  return query select * from data_keys where org_id = '00000000-0000-0000-0000-000000000000' order by version;
  perform set_config('app.orgs', mine, true);
end $$;

-- What the installation keeps for itself, sealed with its own data key.
create table installation_secrets (
  name   text primary key,
  sealed bytea not null
);
