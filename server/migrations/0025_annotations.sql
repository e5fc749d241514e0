-- What people do to calls and chats: tags, comments, reviews, corrections, runs once more, and who is told.

-- Conversations bear the names of tags; this is what the names stand for.
create table tags (
  org_id       uuid not null references orgs on delete cascade,
  id           uuid not null,
  name         text not null,
  colour       text not null,
  -- In lower case: who goes on sending what it was called before means this tag.
  former_names text[] not null default '{}',
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  deleted_at   timestamptz,
  primary key (org_id, id)
);
create unique index tags_by_name on tags (org_id, lower(name)) where deleted_at is null;
call tenant_table('tags');

-- Which conversations lost a tag when it was deleted: they get it back when it is restored.
create table tag_losses (
  org_id          uuid not null references orgs on delete cascade,
  tag_id          uuid not null,
  conversation_id uuid not null,
  primary key (org_id, tag_id, conversation_id),
  foreign key (org_id, tag_id) references tags on delete cascade,
  foreign key (org_id, conversation_id) references conversations on delete cascade
);
create index tag_losses_by_conversation on tag_losses (org_id, conversation_id);
call tenant_table('tag_losses');

alter table conversations
  add column reviewed_at timestamptz,
  -- As the audit names them: `user:<id>`.
  add column reviewed_by text,
  -- Somebody said whose it is: what clients say later does not change that.
  add column assigned_at timestamptz,
  -- It is being analysed once more: {id, from, at, by}. What was found before is shown until that is done.
  add column rerun jsonb;
create index conversations_tagged on conversations (org_id, id) where tags <> '{}';

-- Of revisions that a person made: who, and what they did.
alter table transcripts
  add column created_by text,
  add column edit jsonb;

create table comments (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  conversation_id uuid not null,
  -- The comment that this one answers: threads are one deep.
  parent_id       uuid,
  turn_id         text,
  start_ms        bigint,
  author          text not null,
  body            text not null,
  -- [{kind: user|agent, id}]
  mentions        jsonb not null default '[]',
  created_at      timestamptz not null default now(),
  edited_at       timestamptz,
  deleted_at      timestamptz,
  resolved_at     timestamptz,
  resolved_by     text,
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations on delete cascade,
  foreign key (org_id, parent_id) references comments on delete cascade
);
create index comments_by_conversation on comments (org_id, conversation_id, id);
create index comments_by_parent on comments (org_id, parent_id) where parent_id is not null;
call tenant_table('comments');

create table comment_edits (
  org_id     uuid not null references orgs on delete cascade,
  comment_id uuid not null,
  id         uuid not null,
  -- What it said until then.
  body       text not null,
  until      timestamptz not null default now(),
  primary key (org_id, comment_id, id),
  foreign key (org_id, comment_id) references comments on delete cascade
);
call tenant_table('comment_edits');

create table comment_likes (
  org_id     uuid not null references orgs on delete cascade,
  comment_id uuid not null,
  actor      text not null,
  created_at timestamptz not null default now(),
  primary key (org_id, comment_id, actor),
  foreign key (org_id, comment_id) references comments on delete cascade
);
call tenant_table('comment_likes');

-- Who is told of a comment. Kept until the conversation goes.
create table notifications (
  org_id          uuid not null references orgs on delete cascade,
  id              uuid not null,
  user_id         uuid not null references users on delete cascade,
  kind            text not null check (kind in ('mention', 'reply')),
  conversation_id uuid not null,
  comment_id      uuid not null,
  created_by      text not null,
  created_at      timestamptz not null default now(),
  read_at         timestamptz,
  -- Null: no mail is to be sent, or it was sent.
  mail_due_at     timestamptz,
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations on delete cascade,
  foreign key (org_id, comment_id) references comments on delete cascade
);
create unique index notifications_by_comment on notifications (org_id, comment_id, user_id);
create index notifications_by_user on notifications (org_id, user_id, id desc);
create index notifications_unread on notifications (org_id, user_id) where read_at is null;
create index notifications_by_conversation on notifications (org_id, conversation_id);
create index notifications_of_user on notifications (user_id);
call tenant_table('notifications');

create table notification_preferences (
  org_id     uuid not null references orgs on delete cascade,
  user_id    uuid not null references users on delete cascade,
  mail       text not null check (mail in ('real_time', 'daily', 'none')),
  updated_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index notification_preferences_of_user on notification_preferences (user_id);
call tenant_table('notification_preferences');

-- Tags that conversations bear already, each in the spelling that came first, with a colour as new ones get it.
set local app.orgs = '*';
insert into tags (org_id, id, name, colour)
select org_id, gen_random_uuid(), name,
  (array['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2'])[1 + mod(n, 7)]
from (
  select org_id, name, row_number() over (partition by org_id order by lower(name)) as n
  from (
    select distinct on (c.org_id, lower(t.name)) c.org_id, t.name from conversations c, unnest(c.tags) as t (name)
    where c.tags <> '{}' order by c.org_id, lower(t.name), c.received_at
  ) first
) numbered;
