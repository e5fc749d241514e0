-- Where each queue begins, so that claims need not pass what was delivered before: those entries stay in the index until
-- they are vacuumed.

-- No delivery of this lane that is not over is due before; found out by claims (events/delivery/claim.ts). Of lanes with
-- an order it is not kept.
alter table delivery_lanes add column front_at timestamptz not null default '-infinity';

-- As before (0021), and the fronts are found anew.
create or replace function follow_delivery_clock() returns void language plpgsql as $$
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
      failing_since = case when failing_since > present then failing_since - back else failing_since end,
      front_at = '-infinity'
    where greatest(open_until, blocked_until, paced_until, failing_since) > present or front_at > '-infinity';
  elsif back > interval '-1 second' then
    return;
  end if;
  update delivery_clock set seen_at = present;
end $$;
