-- Alerts: what is watched for, what was found, and what became of it.

create table alert_rules (
  org_id         uuid not null references orgs on delete cascade,
  id             uuid not null,
  name           text not null,
  -- Set for those that every organisation is given: which one it is.
  preset         text,
  source         text not null check (source in ('event', 'operation')),
  state          text not null default 'active' check (state in ('active', 'paused')),
  severity       text not null check (severity in ('low', 'medium', 'high', 'critical')),
  -- Of events: types as a subscription has them, a condition in the filter language, and the field that sets alerts apart.
  types          text[] not null default '{}',
  filter         text,
  group_by       text,
  -- At least so many within so many seconds.
  at_least       integer not null default 1 check (at_least between 1 and 500),
  within_s       integer not null default 600,
  -- Events up to this one are not looked at: the rule was made, or switched on again, after them.
  since_seq      bigint not null default 0,
  -- Of the operation: a figure that goes beyond the threshold, for so long.
  metric         text,
  comparison     text check (comparison in ('>', '>=', '<', '<=')),
  threshold      double precision,
  for_s          integer not null default 0,
  -- Seconds between two mails about the same alert.
  cooldown_s     integer not null default 3600,
  -- Resolved by itself when nothing more happened, or all was well, for so long; null: by people alone.
  auto_resolve_s integer,
  mail_to        text[] not null default '{}',
  mail_roles     text[] not null default '{}',
  -- The minute in which mails are counted, and how many there were.
  mails_since    timestamptz not null default '-infinity',
  mails          integer not null default 0,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index alert_rules_by_name on alert_rules (org_id, lower(name));
create unique index alert_rules_by_preset on alert_rules (org_id, preset) where preset is not null;
call tenant_table('alert_rules');

create table alerts (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  rule_id         uuid not null,
  -- As they were when it was opened: a rule may change or go.
  rule_name       text not null,
  source          text not null,
  severity        text not null,
  group_by        text,
  -- Empty where alerts are not set apart.
  group_key       text not null,
  metric          text,
  comparison      text,
  threshold       double precision,
  state           text not null check (state in ('open', 'acknowledged', 'assigned', 'snoozed', 'resolved')),
  count           bigint not null,
  -- Of what was found; opened_at is when it was last opened.
  first_at        timestamptz not null,
  last_at         timestamptz not null,
  opened_at       timestamptz not null,
  value           double precision,
  -- The newest event: id, seq, type, conversation_id.
  event           jsonb,
  -- Of the conversations of all its events, in lower case; null where one had none, or there are too many: then it
  -- concerns the whole organisation.
  agent_ids       uuid[],
  teams           text[],
  departments     text[],
  owner_id        uuid,
  acknowledged_at timestamptz,
  acknowledged_by text,
  snoozed_until   timestamptz,
  -- The figure has been well since then.
  well_since      timestamptz,
  resolved_at     timestamptz,
  resolved_by     text,
  -- A mail is to be written, and of what; when the last one was, and whether it told of this opening.
  mail_due        text check (mail_due in ('opened', 'again', 'resolved')),
  mailed_at       timestamptz,
  is_mailed       boolean not null default false,
  -- Change cursor.
  seq             bigint not null,
  updated_at      timestamptz not null default now(),
  primary key (org_id, id)
) with (fillfactor = 70);
-- One that is not resolved for each rule and group.
create unique index alerts_unresolved on alerts (org_id, rule_id, group_key) where state <> 'resolved';
create index alerts_by_group on alerts (org_id, rule_id, group_key, resolved_at);
create index alerts_by_state on alerts (org_id, state, id);
create index alerts_by_seq on alerts (org_id, seq);
create index alerts_mail_due on alerts (org_id, rule_id) where mail_due is not null;
create index alerts_snoozed on alerts (snoozed_until) where state = 'snoozed';
call tenant_table('alerts');

create table alert_changes (
  org_id   uuid not null,
  id       uuid not null,
  alert_id uuid not null,
  at       timestamptz not null,
  -- `user:…`, `key:…`, or `program`.
  actor    text not null,
  action   text not null,
  state    text not null,
  comment  text,
  data     jsonb not null default '{}',
  primary key (org_id, id),
  foreign key (org_id, alert_id) references alerts on delete cascade
);
create index alert_changes_by_alert on alert_changes (org_id, alert_id, id);
call tenant_table('alert_changes');

-- What may become an alert: the times of the last matches, or since when a figure is beyond its threshold.
create table alert_pending (
  org_id    uuid not null,
  rule_id   uuid not null,
  group_key text not null,
  times     timestamptz[] not null,
  last_at   timestamptz not null,
  -- What they concern, as in alerts.
  parts     jsonb,
  primary key (org_id, rule_id, group_key),
  foreign key (org_id, rule_id) references alert_rules on delete cascade
);
create index alert_pending_by_age on alert_pending (last_at);
call tenant_table('alert_pending');

-- How far each organisation's events have been looked at. Whoever works on its alerts holds its row.
create table alert_cursors (
  org_id     uuid primary key references orgs on delete cascade,
  after_seq  bigint not null
) with (fillfactor = 50);
call tenant_table('alert_cursors');

-- One row: when the figures of all organisations were last looked at.
create table alert_clock (
  id         boolean primary key check (id),
  checked_at timestamptz not null
);
insert into alert_clock values (true, '-infinity');

-- How attempts of deliveries came out, minute by minute, as far as was seen of each lane's present minute.
create table delivery_samples (
  org_id      uuid not null,
  endpoint_id uuid not null,
  at          timestamptz not null,
  ok          integer not null,
  failed      integer not null,
  primary key (org_id, endpoint_id, at),
  foreign key (org_id, endpoint_id) references webhook_endpoints on delete cascade
);
create index delivery_samples_by_time on delivery_samples (at);
call tenant_table('delivery_samples');

-- Refusals of the last minutes are counted: they are few among the rows.
create index audit_events_denied on audit_events (org_id, at) where result = 'denied';
