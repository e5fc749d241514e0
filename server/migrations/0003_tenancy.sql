-- The second net: rows of an organisation are seen only by a connection that was set to it, whatever a query asks.

-- Which organisations this connection may see: ids with commas, `*` for all, nothing for none.
create function tenant_scope() returns text language sql stable parallel safe
  as $$ select current_setting('app.orgs', true) $$;

-- Puts a table under the net. Every migration that makes a table with org_id calls it.
create procedure tenant_table(name regclass, org_column text default 'org_id') language plpgsql as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  -- The sub-selects are evaluated once a query, not once a row.
  execute format(
    'create policy tenant on %s using (
       %I = any ((select string_to_array(nullif(tenant_scope(), ''*''), '',''))::uuid[])
       or (select tenant_scope()) = ''*'')', name, org_column);
end $$;

call tenant_table('orgs', 'id');
call tenant_table('event_counters');
call tenant_table('queue_tags');
call tenant_table('api_keys');
call tenant_table('audit_events');
call tenant_table('agents');
call tenant_table('conversations');
call tenant_table('recordings');
call tenant_table('transcripts');
call tenant_table('analyses');
call tenant_table('stages');
call tenant_table('events');
call tenant_table('webhook_endpoints');
call tenant_table('deliveries');
call tenant_table('delivery_attempts');

-- Answers are kept for a day: those of before this migration are let go.
drop table idempotency_keys;
create table idempotency_keys (
  -- The nil UUID for the administrator.
  org_id      uuid not null,
  route       text not null,
  key         text not null,
  fingerprint text not null,
  status      integer,
  body        json,
  created_at  timestamptz not null default now(),
  primary key (org_id, route, key)
);
call tenant_table('idempotency_keys');

-- Fair queuing looks across organisations, at numbers alone. Now, in virtual time: the newest tag that is being worked
-- on; where nothing is yet, the oldest that waits; where nothing does, everybody is even.
create function queue_front(of_channel text) returns bigint language plpgsql set search_path = pg_catalog, public as $$
declare
  mine text := coalesce(tenant_scope(), '');
  front bigint;
begin
  perform set_config('app.orgs', '*', true);
  select coalesce(
    (select max(queue_tag) from conversations where channel = of_channel and status = 'processing'),
    (select min(queue_tag) from conversations where channel = of_channel and status = 'queued'),
    (select max(tag) from queue_tags where channel = of_channel),
    0) into front;
  perform set_config('app.orgs', mine, true);
  return front;
end $$;

-- The program works as a role that owns nothing and bypasses nothing.
grant usage on schema public to indaba_app;
grant select, insert, update, delete on all tables in schema public to indaba_app;
grant usage on all sequences in schema public to indaba_app;
alter default privileges in schema public grant select, insert, update, delete on tables to indaba_app;
alter default privileges in schema public grant usage on sequences to indaba_app;
revoke insert, update, delete on migrations from indaba_app;
