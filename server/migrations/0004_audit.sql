-- The audit becomes a chain for each organisation: every row carries the hash of the one before it.

-- What is below changes rows of every organisation, and the tables' owner is under the net like anybody else.
select set_config('app.orgs', '*', true);

-- The audit of an organisation survives it.
alter table audit_events drop constraint audit_events_org_id_fkey;
alter table audit_events drop constraint audit_events_pkey;
alter table audit_events
  -- Dense from 1 in each organisation. Rows of before this migration have 0 and less, and are in no chain.
  add column seq        bigint,
  add column address    text,
  add column user_agent text,
  add column result     text not null default 'ok' check (result in ('ok', 'denied', 'failed')),
  -- SHA-256 of the row before, and of this one with it.
  add column prev_hash  bytea,
  add column hash       bytea;
-- By the finest time that is known: ids of one millisecond are in no order.
update audit_events e set seq = n.seq from (
  select org_id, id, 1 - row_number() over (partition by org_id order by at desc, id desc) as seq from audit_events
) n where n.org_id = e.org_id and n.id = e.id;
alter table audit_events
  -- No finer than what is hashed, so that nothing can be changed below it.
  alter column at type timestamptz(3),
  add primary key (org_id, seq),
  drop column id,
  alter column at drop default,
  alter column result drop default,
  alter column data drop default,
  -- As text, since it is hashed as it stands.
  alter column data type json using data::json,
  -- Not asked of the rows that are there already; asked of every one that comes.
  add constraint is_chained check (seq > 0 and prev_hash is not null and hash is not null) not valid;

-- The last row of each chain: who writes the next one holds it until the commit.
create table audit_heads (
  org_id uuid primary key,
  seq    bigint not null,
  hash   bytea not null
);
call tenant_table('audit_heads');

-- Heads with a signature (Ed25519), made every hour: a chain that was cut off or written anew no longer fits to them.
create table audit_signed_heads (
  org_id     uuid not null,
  seq        bigint not null,
  hash       bytea not null,
  at         timestamptz(3) not null,
  public_key bytea not null,
  signature  bytea not null,
  primary key (org_id, seq)
);
call tenant_table('audit_signed_heads');

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'The audit is only ever added to.' using errcode = 'insufficient_privilege';
end $$;

create trigger only_added_to before update or delete or truncate on audit_events
  for each statement execute function refuse_change_of_audit();
create trigger only_added_to before update or delete or truncate on audit_signed_heads
  for each statement execute function refuse_change_of_audit();
create trigger only_added_to before delete or truncate on audit_heads
  for each statement execute function refuse_change_of_audit();
create trigger only_onwards before update on audit_heads
  for each row when (new.seq <= old.seq or new.org_id <> old.org_id) execute function refuse_change_of_audit();

do $$
begin
  if exists (select from pg_roles where rolname = 'indaba_app') then
    revoke update, delete, truncate on audit_events, audit_signed_heads from indaba_app;
    revoke delete, truncate on audit_heads from indaba_app;
    grant select, insert on audit_events, audit_signed_heads, audit_heads to indaba_app;
    grant update on audit_heads to indaba_app;
  end if;
end $$;
