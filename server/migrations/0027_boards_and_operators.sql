-- Saved boards, what people prefer, operators of the installation, its processes, the first run, logos.

-- What each person made of figures for themselves and others. The boards that are always there stand in code.
create table boards (
  org_id     uuid not null references orgs on delete cascade,
  id         uuid not null,
  -- As the audit names them: `user:<id>`, `key:<id>`.
  owner      text not null,
  name       text not null,
  sharing    text not null default 'private' check (sharing in ('private', 'organisation', 'teams')),
  -- Where it is shared with teams.
  team_ids   uuid[] not null default '{}',
  -- Widgets, period and filters.
  content    json not null,
  revision   integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id)
);
create index boards_by_owner on boards (org_id, owner);
create index boards_shared on boards (org_id) where sharing <> 'private';
call tenant_table('boards');

-- The order in which somebody sees boards, theirs and others', and which opens first.
create table board_orders (
  org_id uuid not null references orgs on delete cascade,
  owner  text not null,
  -- Ids of boards; those that are always there go by their names.
  home   text,
  places text[] not null default '{}',
  primary key (org_id, owner)
);
call tenant_table('board_orders');

-- A person's own, in every organisation alike.
create table user_preferences (
  user_id     uuid primary key references users on delete cascade,
  preferences jsonb not null default '{}',
  updated_at  timestamptz not null default now()
);

-- Whoever runs the installation, whatever they are in an organisation.
alter table users add column is_operator boolean not null default false;

-- SHA-256 of the tokens by which the first administrator is made. None is left once there is a user.
create table setup_tokens (
  hash       bytea primary key,
  created_at timestamptz not null default now()
);

-- Every process of the program that serves or works, with what it last said of itself.
create table processes (
  id         uuid primary key,
  started_at timestamptz not null,
  seen_at    timestamptz not null default now(),
  facts      jsonb not null
);

create table organisation_logos (
  org_id       uuid primary key references orgs on delete cascade,
  content_type text not null,
  content      bytea not null,
  sha256       text not null,
  updated_at   timestamptz not null default now()
);
call tenant_table('organisation_logos');

-- What ended within the last hour is at the end of the table; rows stay where they are when they are changed.
create index stages_by_end on stages using brin (ended_at) with (autosummarize = on);
