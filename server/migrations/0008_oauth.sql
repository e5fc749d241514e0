-- OAuth 2.0: the applications of organisations, and what the server remembers of each flow.

create table oauth_applications (
  org_id        uuid not null references orgs on delete cascade,
  -- The client_id.
  id            uuid not null,
  name          text not null,
  -- A public one runs where its user could read a secret: in a browser, on a phone or a desk.
  kind          text not null check (kind in ('public', 'confidential')),
  redirect_uris text[] not null default '{}',
  scopes        text[] not null,
  -- Whether it may also ask for tokens of its own, without a user (client credentials).
  acts_alone    boolean not null default false,
  -- HMAC of the secret; null for a public one.
  secret_hash   bytea,
  masked_secret text,
  -- Good until then beside the new one, after a rotation.
  former_secret_hash bytea,
  former_secret_until timestamptz,
  is_active     boolean not null default true,
  created_by    text not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index oauth_applications_by_id on oauth_applications (id);
call tenant_table('oauth_applications');

-- Interactions, grants, codes and tokens. Each is found by a keyed hash of what its holder sends, and holds none of it:
-- nobody who reads this table can use what stands in it.
create table oauth_records (
  org_id         uuid not null references orgs on delete cascade,
  model          text not null,
  id_hash        bytea not null,
  application_id uuid not null,
  -- Whom it speaks for; null: nobody yet, or the application itself.
  user_id        uuid references users on delete cascade,
  -- What it came from; a grant has its own id here.
  grant_id       uuid,
  payload        jsonb not null,
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  -- Codes and refresh tokens are good once.
  consumed_at    timestamptz,
  primary key (org_id, model, id_hash),
  foreign key (org_id, application_id) references oauth_applications on delete cascade
);
create unique index oauth_records_by_id on oauth_records (id_hash);
create index oauth_records_by_grant on oauth_records (grant_id) where grant_id is not null;
create index oauth_records_by_application on oauth_records (org_id, application_id);
create index oauth_records_by_user on oauth_records (user_id) where user_id is not null;
create index oauth_records_by_expiry on oauth_records (expires_at);
call tenant_table('oauth_records');
