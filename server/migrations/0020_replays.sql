-- Dead letters: how they are found, and what is done to many of them at once.

-- Newest event first, of one state or of all: each state by itself, in order.
drop index delivery_log_by_endpoint;
create index delivery_log_by_endpoint on delivery_log (org_id, endpoint_id, state, event_seq);
create index deliveries_by_endpoint on deliveries (org_id, endpoint_id, event_seq);

update delivery_log set fingerprint = 'other' where state = 'dead' and fingerprint is null;
create index delivery_log_dead_by_endpoint on delivery_log (org_id, endpoint_id, finished_at, id) where state = 'dead';
create index delivery_log_dead_by_cause on delivery_log (org_id, endpoint_id, fingerprint, finished_at, id)
  where state = 'dead';
create index delivery_log_dead_in_order on delivery_log (org_id, endpoint_id, event_seq) where state = 'dead';

-- What was edited is forgotten with its conversation.
create index deliveries_edited on deliveries (org_id, event_seq) where data is not null;
create index delivery_log_edited on delivery_log (org_id, event_seq) where data is not null;

-- Replays and discards of many dead letters, which go on where they were after whatever happens.
create table dead_letter_runs (
  org_id       uuid not null references orgs on delete cascade,
  id           uuid not null,
  action       text not null check (action in ('replay', 'discard')),
  state        text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
  filters      jsonb not null,
  -- Of a replay.
  rate_per_s   integer check (rate_per_s between 1 and 500),
  -- Of a discard.
  reason       text,
  -- As many as there were when it was asked for; only these are dealt with, so none is replayed twice by one run.
  total        integer not null,
  done         integer not null default 0,
  -- Whose event or conversation is gone.
  skipped      integer not null default 0,
  -- The last one that was looked at. They go by endpoint, and in the order of their events.
  at_endpoint  uuid not null default '00000000-0000-0000-0000-000000000000',
  at_seq       bigint not null default 0,
  -- When the next one may be sent, by the rate.
  paced_until  timestamptz,
  requested_by text not null,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  primary key (org_id, id)
);
create index dead_letter_runs_running on dead_letter_runs (org_id) where state = 'running';
call tenant_table('dead_letter_runs');
