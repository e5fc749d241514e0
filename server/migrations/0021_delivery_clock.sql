-- Deliveries wait by the database's clock. Where that is set back, what waits must not wait as much longer.

create table delivery_clock (
  is_only boolean primary key default true check (is_only),
  -- The latest time that a sender has seen, to about a second.
  seen_at timestamptz not null
);
insert into delivery_clock (seen_at) values (clock_timestamp());

-- Needs the queue's lock. What lies ahead of a clock that was set back is moved back with it. (No search path of its own:
-- a simulation brings a clock of its own.)
create function follow_delivery_clock() returns void language plpgsql as $$
declare
  present timestamptz := clock_timestamp();
  back interval;
begin
  select seen_at - present into back from delivery_clock;
  if back > interval '2 seconds' then
    update deliveries set
      next_at = case when next_at > present then next_at - back else next_at end,
      lease_until = case when lease_until > present then lease_until - back else lease_until end,
      failing_since = case when failing_since > present then failing_since - back else failing_since end
    where next_at > present or lease_until > present;
    update delivery_lanes set
      open_until = case when open_until > present then open_until - back else open_until end,
      blocked_until = case when blocked_until > present then blocked_until - back else blocked_until end,
      paced_until = case when paced_until > present then paced_until - back else paced_until end,
      failing_since = case when failing_since > present then failing_since - back else failing_since end
    where greatest(open_until, blocked_until, paced_until, failing_since) > present;
  elsif back > interval '-1 second' then
    return;
  end if;
  update delivery_clock set seen_at = present;
end $$;
