-- People, what they are in each organisation, and how they sign in.

-- A person, once for the whole installation: what somebody may do in an organisation stands in memberships.
create table users (
  id                     uuid primary key,
  -- Normalised: one spelling for each address.
  email                  text not null unique,
  name                   text,
  -- PHC string of argon2id; null for who was only invited, or signs in elsewhere.
  password_hash          text,
  -- The newest first, without the present one.
  former_password_hashes text[] not null default '{}',
  -- Sealed; counts only once it was confirmed with a code.
  totp_secret            bytea,
  totp_confirmed_at      timestamptz,
  -- The time step of the last code that was taken: none is taken twice.
  totp_step              bigint not null default 0,
  state                  text not null default 'active' check (state in ('active', 'deactivated')),
  -- Null while nobody has shown that mail to this address reaches them.
  email_verified_at      timestamptz,
  created_at             timestamptz not null default now(),
  updated_at             timestamptz not null default now()
);

create table memberships (
  org_id                uuid not null references orgs on delete cascade,
  user_id               uuid not null references users on delete cascade,
  role                  text not null,
  level                 text not null check (level in ('organisation', 'department', 'team', 'own')),
  -- By name, as conversations and agents have them.
  departments           text[] not null default '{}',
  teams                 text[] not null default '{}',
  -- Whose conversations are their own.
  agent_id              uuid,
  view_redactions       boolean not null default false,
  state                 text not null check (state in ('invited', 'active', 'deactivated')),
  -- What whoever invited them calls them: what they are called elsewhere is not this organisation's to know.
  invited_name          text,
  -- Null while they were only invited.
  accepted_at           timestamptz,
  -- SHA-256 of the token in the newest invitation; null once it was used.
  invitation_hash       bytea,
  invitation_expires_at timestamptz,
  -- Whether the token went to the address alone: then whoever has it also receives its mail.
  invitation_is_mailed  boolean not null default false,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index memberships_by_user on memberships (user_id);
create unique index memberships_by_invitation on memberships (invitation_hash) where invitation_hash is not null;
call tenant_table('memberships');

create table user_sessions (
  org_id       uuid not null references orgs on delete cascade,
  -- SHA-256 of what the cookie holds.
  id_hash      bytea not null,
  -- What the owner of the session sees and names it by.
  id           uuid not null,
  user_id      uuid not null references users on delete cascade,
  address      text not null,
  user_agent   text,
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at   timestamptz not null,
  primary key (org_id, id_hash)
);
create unique index user_sessions_by_hash on user_sessions (id_hash);
create index user_sessions_by_user on user_sessions (user_id);
call tenant_table('user_sessions');

-- Single-use tokens that belong to a person and to no organisation.
create table user_tokens (
  -- SHA-256 of the token.
  hash       bytea primary key,
  user_id    uuid not null references users on delete cascade,
  kind       text not null check (kind in ('reset', 'second_factor')),
  -- Whether it went to the address alone.
  is_mailed  boolean not null default false,
  -- Tries that failed, where more than one is allowed.
  failures   integer not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index user_tokens_by_user on user_tokens (user_id);

create table recovery_codes (
  user_id    uuid not null references users on delete cascade,
  -- SHA-256 of the code; the row goes when it is used.
  hash       bytea not null,
  created_at timestamptz not null default now(),
  primary key (user_id, hash)
);

-- From where each account was tried: what slows guessing down, and what lets its owner through meanwhile.
create table sign_in_sources (
  -- SHA-256 of the address of the account, whether there is such an account or not.
  account           bytea not null,
  -- A network address, a device (by its cookie), or `any`.
  source            text not null,
  failures          integer not null default 0,
  last_tried_at     timestamptz not null default now(),
  last_succeeded_at timestamptz,
  primary key (account, source)
);
