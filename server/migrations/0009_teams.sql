-- Departments and their teams, who an agent turned out to be, and who may see a conversation unmasked.

create table departments (
  org_id     uuid not null references orgs on delete cascade,
  id         uuid not null,
  name       text not null,
  -- One of fourteen; null once all are in use.
  colour     text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index departments_by_name on departments (org_id, lower(name));
create unique index departments_by_colour on departments (org_id, colour) where colour is not null;

create table teams (
  org_id        uuid not null references orgs on delete cascade,
  id            uuid not null,
  department_id uuid not null,
  name          text not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, department_id) references departments on delete cascade
);
-- In the whole organisation: clients name a team without its department.
create unique index teams_by_name on teams (org_id, lower(name));
create index teams_by_department on teams (org_id, department_id);

-- The agent that this one was found to be; its own names go on leading there.
alter table agents add column merged_into uuid;
create index agents_merged on agents (org_id, merged_into) where merged_into is not null;

-- What somebody of a department or team may see, newest first.
create index conversations_by_team on conversations (org_id, lower(team), started_at desc, id desc)
  where team is not null;
create index conversations_by_department on conversations (org_id, lower(department), started_at desc, id desc)
  where department is not null;

create table reveals (
  org_id          uuid not null references orgs on delete cascade,
  conversation_id uuid not null,
  -- As the audit names them: `user:<id>`.
  actor           text not null,
  until           timestamptz not null,
  reason          text not null,
  primary key (org_id, conversation_id, actor),
  foreign key (org_id, conversation_id) references conversations on delete cascade
);
create index reveals_by_end on reveals (until);

create table access_review_decisions (
  org_id   uuid not null references orgs on delete cascade,
  id       uuid not null,
  -- The quarter, such as 2026-Q4.
  review   text not null,
  -- As the report names it: `user:<id>`, `key:<id>`, `application:<id>`.
  subject  text not null,
  decision text not null check (decision in ('keep', 'change', 'remove')),
  note     text,
  actor    text not null,
  at       timestamptz not null default now(),
  primary key (org_id, id)
);
create index access_review_decisions_by_review on access_review_decisions (org_id, review, subject, at desc);

-- Names that agents already have. The owner of the tables is under the net as well.
set local app.orgs = '*';
insert into departments (org_id, id, name)
select distinct on (org_id, lower(department)) org_id, gen_random_uuid(), department from agents
where department ~ '^[[:alnum:] _&-]{1,30}$' and team ~ '^[[:alnum:] _&-]{1,30}$'
order by org_id, lower(department), department;
insert into teams (org_id, id, department_id, name)
select distinct on (a.org_id, lower(a.team)) a.org_id, gen_random_uuid(), d.id, a.team
from agents a join departments d on d.org_id = a.org_id and lower(d.name) = lower(a.department)
where a.team ~ '^[[:alnum:] _&-]{1,30}$'
order by a.org_id, lower(a.team), a.updated_at desc;
delete from departments d where not exists (
  select from teams t where t.org_id = d.org_id and t.department_id = d.id);

call tenant_table('departments');
call tenant_table('teams');
call tenant_table('reveals');
call tenant_table('access_review_decisions');
