-- The event log by months, and the queue of deliveries apart from the log of what was delivered.

-- What there was of all organisations moves.
set local app.orgs = '*';

-- Sorts by time, as the program's own ids do: what is made together lies together in the indexes.
create function new_id() returns uuid language sql volatile parallel safe as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

alter table events rename to events_before;
alter table events_before rename constraint events_pkey to events_before_pkey;
alter table delivery_attempts rename to delivery_attempts_before;
alter table delivery_attempts_before rename constraint delivery_attempts_pkey to delivery_attempts_before_pkey;
alter table deliveries rename to deliveries_before;
alter table deliveries_before rename constraint deliveries_pkey to deliveries_before_pkey;
drop index events_by_conversation, deliveries_due, deliveries_dead, deliveries_by_endpoint;

create table events (
  org_id          uuid not null references orgs on delete cascade,
  seq             bigint not null,
  -- Of the event before this one. Numbers between the two belong to changes that are no events, and are no losses.
  previous_seq    bigint not null,
  id              uuid not null,
  type            text not null,
  conversation_id uuid,
  -- json, not jsonb: what is signed keeps the order in which it was written.
  data            json not null,
  occurred_at     timestamptz not null,
  primary key (org_id, seq, occurred_at)
) partition by range (occurred_at);
create index events_by_id on events (org_id, id);
create index events_by_conversation on events (org_id, conversation_id);
-- Tells the next event what the one before it was.
alter table event_counters add event_seq bigint not null default 0;
alter table event_counters set (fillfactor = 50);

alter table webhook_endpoints
  add kind text not null default 'http' check (kind in ('http', 'nats', 'rabbitmq', 'kafka')),
  add name text,
  -- What waits for an endpoint that is not active is held.
  add status text not null default 'active' check (status in ('active', 'paused', 'disabled', 'unverified')),
  add status_reason text,
  add status_at timestamptz not null default now(),
  add verified_at timestamptz,
  -- A condition on the event, in the filter language.
  add filter text,
  add format text not null default 'plain' check (format in ('plain', 'cloudevents')),
  -- Deliveries of one key follow each other: those of a conversation, or all.
  add ordering text check (ordering in ('conversation', 'all')),
  -- Null: as fast as it answers.
  add rate_per_s integer default 20 check (rate_per_s between 1 and 500),
  -- Seconds before the 2nd, 3rd, ... attempt, in place of the style's own.
  add retry_waits_s integer[],
  -- Sealed: JSON of custom headers; the Ed25519 key that signs; the key of the client certificate; a broker's login.
  add headers bytea,
  add signing_key bytea,
  add client_certificate text,
  add client_key bytea,
  add settings jsonb,
  add settings_secret bytea,
  -- Counts changes: whoever keeps a connection open knows by it when to open another.
  add revision integer not null default 1;
update webhook_endpoints set status = 'disabled', status_reason = 'gone' where not is_active;
alter table webhook_endpoints drop is_active;

-- Former secrets, which go on to sign until they end.
create table webhook_secrets (
  org_id      uuid not null references orgs on delete cascade,
  id          uuid not null,
  endpoint_id uuid not null,
  secret      bytea not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, endpoint_id) references webhook_endpoints on delete cascade
);
create index webhook_secrets_by_endpoint on webhook_secrets (org_id, endpoint_id);
call tenant_table('webhook_secrets');

-- How each endpoint is doing, so that all senders agree (events/delivery/lane.ts). Small and often written.
create table delivery_lanes (
  org_id          uuid not null,
  endpoint_id     uuid not null,
  breaker         text not null default 'closed' check (breaker in ('closed', 'open', 'half_open')),
  -- In flight at once.
  slots           smallint not null default 4,
  open_until      timestamptz,
  -- Without a success between; each is twice as long as the one before.
  openings        integer not null default 0,
  -- In a row.
  failures        integer not null default 0,
  failing_since   timestamptz,
  last_success_at timestamptz,
  -- Outcomes of the present minute.
  window_at       timestamptz not null default '-infinity',
  window_ok       integer not null default 0,
  window_failed   integer not null default 0,
  -- The receiver asked for quiet until then.
  blocked_until   timestamptz not null default '-infinity',
  -- Up to when the rate is used up.
  paced_until     timestamptz not null default '-infinity',
  -- How many of the owner's notices of this failure have been given.
  notices         smallint not null default 0,
  primary key (org_id, endpoint_id),
  foreign key (org_id, endpoint_id) references webhook_endpoints on delete cascade
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
call tenant_table('delivery_lanes');
insert into delivery_lanes (org_id, endpoint_id) select org_id, id from webhook_endpoints;

-- What is still to be delivered: the senders' queue (events/delivery/turn.ts). What is over moves to delivery_log.
create table deliveries (
  org_id          uuid not null,
  endpoint_id     uuid not null,
  id              uuid not null,
  event_seq       bigint not null,
  event_at        timestamptz not null,
  ordering_key    text,
  -- Made so far; the schedule counts from attempts_before, which a replay moves up.
  attempt         integer not null default 0,
  attempts_before integer not null default 0,
  next_at         timestamptz not null,
  lease_until     timestamptz,
  lease_token     uuid,
  -- Leases that ran out: the sender died with it.
  lost_leases     smallint not null default 0,
  failing_since   timestamptz,
  status_code     integer,
  error           text,
  -- A list of them, oldest first: when, how long, where to, what came back. They are written with the outcome and are read
  -- with their delivery, so they have no rows of their own: a third of what a delivery costs.
  attempts        json,
  -- Edited by hand before a replay, in place of the event's.
  data            json,
  replayed_by     text,
  created_at      timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, endpoint_id) references webhook_endpoints on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- The claim steps from endpoint to endpoint and reads the front of each one's queue.
create index deliveries_due on deliveries (org_id, endpoint_id, next_at, event_seq);
create index deliveries_by_key on deliveries (org_id, endpoint_id, ordering_key, event_seq)
  where ordering_key is not null;

create table delivery_log (
  org_id          uuid not null,
  endpoint_id     uuid not null,
  id              uuid not null,
  event_seq       bigint not null,
  event_at        timestamptz not null,
  ordering_key    text,
  state           text not null check (state in ('delivered', 'dead', 'discarded')),
  attempt         integer not null,
  attempts_before integer not null,
  status_code     integer,
  error           text,
  -- The same for errors that have the same cause.
  fingerprint     text,
  attempts        json,
  data            json,
  replayed_by     text,
  -- Who discarded it, and why.
  discarded_by    text,
  discard_reason  text,
  created_at      timestamptz not null,
  finished_at     timestamptz not null,
  primary key (org_id, id, finished_at)
) partition by range (finished_at);
create index delivery_log_by_endpoint on delivery_log (org_id, endpoint_id, event_seq desc, id);
create index delivery_log_dead on delivery_log (org_id, finished_at, id) where state = 'dead';

call tenant_table('events');
call tenant_table('deliveries');
call tenant_table('delivery_log');

-- The log is not tied to its endpoint row by row, which would be looked up at each delivery; it goes with it all the same.
create function forget_delivery_log() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  delete from delivery_log where org_id = old.org_id and endpoint_id = old.id;
  return old;
end $$;
create trigger forget_delivery_log before delete on webhook_endpoints
  for each row execute function forget_delivery_log();

-- The tables that are kept by months.
create view monthly_tables as
  select 'events'::text as name union all select 'delivery_log';

-- A month that nobody made yet goes here, so that nothing is refused.
create table events_rest partition of events default;
create table delivery_log_rest partition of delivery_log default;

-- The program owns no table, so it asks for a month by name. A month whose rows are in the rest already stays there.
create procedure make_month(parent text, month date) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  part text := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
  first timestamptz := date_trunc('month', month)::timestamp at time zone 'utc';
  past timestamptz := (date_trunc('month', month) + interval '1 month')::timestamp at time zone 'utc';
  clock text := case parent when 'events' then 'occurred_at' else 'finished_at' end;
  is_taken boolean;
begin
  if not exists (select from monthly_tables where name = parent) then raise 'no monthly table %', parent; end if;
  if to_regclass(format('public.%I', part)) is not null then return; end if;
  execute format('select exists (select from %I where %I >= $1 and %I < $2)', parent || '_rest', clock, clock)
    into is_taken using first, past;
  if is_taken then return; end if;
  -- Made apart and then attached: making it in place would wait for every reader, and let nobody by meanwhile.
  execute format('create table %I (like %I including all)', part, parent);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, first, past);
  call seal_partition(part);
end $$;

-- Partitions are reached through their parent alone, whose policy counts there.
create procedure seal_partition(part text) language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('revoke all on %I from indaba_app', part);
  call tenant_table(part::regclass);
end $$;
call seal_partition('events_rest');
call seal_partition('delivery_log_rest');

-- Of one table: whoever holds both in one transaction would wait in a circle for those that take them the other way round.
create procedure make_months(parent text) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  ahead integer;
begin
  for ahead in 0..2 loop
    call make_month(parent, ((now() at time zone 'utc') + make_interval(months => ahead))::date);
  end loop;
end $$;

-- Lets go of whole months that ended before, and of as old rows in the rest. Never of the present month.
create procedure drop_months(parent text, before timestamptz) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  part record;
  clock text := case parent when 'events' then 'occurred_at' else 'finished_at' end;
begin
  if before > now() then raise 'only the past can be let go'; end if;
  if not exists (select from monthly_tables where name = parent) then raise 'no monthly table %', parent; end if;
  for part in
    select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = format('public.%I', parent)::regclass and c.relname ~ '_\d{4}_\d{2}$'
  loop
    if (part.month + interval '1 month')::timestamp at time zone 'utc' <= before then
      execute format('drop table %I', part.name);
    end if;
  end loop;
  execute format('delete from %I where %I < $1', parent || '_rest', clock) using before;
end $$;
revoke all on procedure make_month, seal_partition from public;

-- What there was before.
create function attempts_before(d deliveries_before) returns json language sql stable as $$
  select json_agg(json_build_object('attempt', a.attempt, 'started_at',
    to_char(a.started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'duration_ms', a.duration_ms,
    'status_code', a.status_code, 'error', a.error, 'response', a.response, 'timings', a.timings) order by a.attempt)
  from delivery_attempts_before a where a.org_id = d.org_id and a.delivery_id = d.id
$$;
do $$
declare
  month date;
begin
  for month in
    select distinct date_trunc('month', at at time zone 'utc')::date from (
      select occurred_at as at from events_before
      union all select finished_at from deliveries_before where finished_at is not null) told
  loop
    call make_month('events', month);
    call make_month('delivery_log', month);
  end loop;
end $$;
call make_months('events');
call make_months('delivery_log');

insert into events (org_id, seq, previous_seq, id, type, conversation_id, data, occurred_at)
  select org_id, seq, coalesce(lag(seq) over (partition by org_id order by seq), 0), id, type, conversation_id, data,
    occurred_at
  from events_before;
update event_counters c set event_seq = coalesce((select max(seq) from events_before e where e.org_id = c.org_id), 0);
insert into deliveries (org_id, endpoint_id, id, event_seq, event_at, attempt, next_at, status_code, error, attempts,
    created_at)
  select d.org_id, d.endpoint_id, d.id, d.event_seq, e.occurred_at, d.attempt, d.next_at, d.status_code, d.error,
    attempts_before(d), d.created_at
  from deliveries_before d join events_before e on e.org_id = d.org_id and e.seq = d.event_seq
  where d.state = 'pending';
insert into delivery_log (org_id, endpoint_id, id, event_seq, event_at, state, attempt, attempts_before, status_code,
    error, fingerprint, attempts, created_at, finished_at)
  select d.org_id, d.endpoint_id, d.id, d.event_seq, e.occurred_at, d.state, d.attempt, 0, d.status_code,
    d.error, case when d.state = 'dead' then coalesce('http_' || d.status_code, 'other') end, attempts_before(d),
    d.created_at, d.finished_at
  from deliveries_before d join events_before e on e.org_id = d.org_id and e.seq = d.event_seq
  where d.state <> 'pending';
drop function attempts_before;
drop table delivery_attempts_before, deliveries_before, events_before;
