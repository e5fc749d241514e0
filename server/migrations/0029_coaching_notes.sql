-- What those who lead agents write to them, and who is told of it.

create table coaching_notes (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  agent_id        uuid not null,
  -- As the audit names them: `user:<id>`.
  author          text not null,
  kind            text not null check (kind in ('praise', 'advice')),
  text            text not null,
  -- The moment that it is about. The note outlives the conversation.
  conversation_id uuid,
  at_ms           bigint,
  -- Until then those who lead agents see it, and the agent does not.
  is_shared       boolean not null,
  read_at         timestamptz,
  reply           text,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  revision        integer not null default 1,
  primary key (org_id, id),
  foreign key (org_id, agent_id) references agents on delete cascade,
  foreign key (org_id, conversation_id) references conversations on delete set null (conversation_id)
);
create index coaching_notes_by_agent on coaching_notes (org_id, agent_id, id desc);
create index coaching_notes_by_conversation on coaching_notes (org_id, conversation_id)
  where conversation_id is not null;
call tenant_table('coaching_notes');

-- A notice is of a comment or of a coaching note, and stays as long as that.
alter table notifications
  alter column conversation_id drop not null,
  alter column comment_id drop not null,
  add column coaching_note_id uuid,
  add foreign key (org_id, coaching_note_id) references coaching_notes on delete cascade,
  drop constraint notifications_kind_check,
  add constraint notifications_kind_check check (kind in ('mention', 'reply', 'coaching', 'coaching_reply'));
create unique index notifications_by_coaching_note on notifications (org_id, coaching_note_id, user_id)
  where coaching_note_id is not null;
