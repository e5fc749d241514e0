-- Limits: how fast a caller may ask, and how much an organisation may send in a month.

-- One row for each bucket that was used in the last minutes, by a hash of whose it is: what all nodes share. Unlogged: an
-- unclean stop of the database empties it, and every bucket is full again.
create unlogged table rate_buckets (
  bucket  bytea primary key,
  -- What was taken and has not flowed back by `at`.
  spent   double precision not null,
  at      timestamptz not null,
  -- What the newest lease was given.
  granted integer not null
) with (fillfactor = 50);

-- Which processes ask for leases: when the database is away, they share a limit evenly.
create unlogged table rate_nodes (
  id      uuid primary key,
  seen_at timestamptz not null
);

-- What organisations that have an allocation used of it in a month of their own zone: milliseconds of audio, or chats.
create table usage_months (
  org_id      uuid not null references orgs on delete cascade,
  month       text not null,
  kind        text not null check (kind in ('minutes', 'chats')),
  used        bigint not null default 0,
  reserved    bigint not null default 0,
  -- As it was when something was last taken in.
  limit_units bigint not null,
  -- The highest threshold that was told of, in percent.
  told        smallint not null default 0,
  -- The limit was changed: it may have been off meanwhile, when nothing was counted here.
  is_stale    boolean not null default false,
  primary key (org_id, month, kind)
) with (fillfactor = 70);
call tenant_table('usage_months');

-- What a conversation holds of the allocation of a month until it ends.
alter table conversations add reserved_units bigint, add reserved_month text;
