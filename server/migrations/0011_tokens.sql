-- Tokens as the hosted service gave them, the keys that sign them, and sign-in with another provider's account.

-- Long-lived and opaque; exchanged for tokens of a day. Of a user, or of an integration of the organisation.
create table refresh_tokens (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  -- Null: an integration's.
  user_id       uuid,
  name          text not null,
  token_hash    bytea not null,
  masked        text not null,
  -- Of an integration. A user's token may do what the user may do at the time.
  scopes        text[] not null default '{}',
  created_by    text not null,
  created_at    timestamptz not null default now(),
  -- Null: never.
  expires_at    timestamptz,
  revoked_at    timestamptz,
  last_used_at  timestamptz,
  last_used_address text,
  primary key (org_id, id),
  foreign key (org_id, user_id) references memberships on delete cascade
);
create unique index refresh_tokens_by_hash on refresh_tokens (token_hash);
create unique index refresh_tokens_by_id on refresh_tokens (id);
create index refresh_tokens_by_user on refresh_tokens (org_id, user_id);
call tenant_table('refresh_tokens');

-- Of the installation: tokens of every organisation are signed by one key at a time.
create table signing_keys (
  -- JWK thumbprint (RFC 7638).
  kid         text primary key,
  public_key  jsonb not null,
  -- PKCS #8, sealed.
  private_key bytea not null,
  created_at  timestamptz not null default now(),
  -- Signs nothing new since then; what it had signed stays good until it runs out.
  retired_at  timestamptz
);
create unique index signing_keys_active on signing_keys ((true)) where retired_at is null;

-- Whose account at another provider somebody's is. Of the person, as users are.
create table sign_in_identities (
  issuer     text not null,
  subject    text not null,
  user_id    uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index sign_in_identities_by_user on sign_in_identities (user_id);

-- Callbacks that were answered: each attempt to sign in is good once.
create table sign_in_attempts (
  state_hash bytea primary key,
  expires_at timestamptz not null
);
create index sign_in_attempts_by_expiry on sign_in_attempts (expires_at);
