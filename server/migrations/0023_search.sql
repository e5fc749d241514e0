-- Search: the words of each conversation, and searches that people keep.

-- One row a conversation, written by a follower of the changes (insights/search/follower.ts). Whoever deletes the
-- conversation deletes its words.
create table search_documents (
  org_id          uuid not null,
  conversation_id uuid not null,
  -- As they were when the words were taken down.
  started_at      timestamptz not null,
  seq             bigint not null,
  -- A: agents, B: customers, C: others, D: what is known beside the words. Each lexeme begins with a sign of its
  -- organisation, so that a search reads the lists of its own; behind it a `!` where masks hide it.
  words           tsvector not null,
  -- Of long conversations, the words with their places beyond the first part: for phrases.
  more            tsvector[],
  -- External id, tags and metadata as masks show them; null where masks change nothing.
  shown           jsonb,
  primary key (org_id, conversation_id),
  foreign key (org_id, conversation_id) references conversations on delete cascade
  -- The words lie apart: what is read of most rows is when they were.
) with (toast_tuple_target = 128);
create index search_documents_by_start on search_documents (org_id, started_at desc, conversation_id desc);
create index search_documents_words on search_documents using gin (words) with (gin_pending_list_limit = 1024);
call tenant_table('search_documents');

-- A condition that might tell of rows that a policy hides is not looked up in an index under that policy, and `@@` is
-- taken for one. Under this view it is: the owner of the table sees all of it, and the view, which is the owner's, says
-- itself what the policy says (docs/decisions/0018). For reading alone.
create policy owner_reads on search_documents for select to current_user using (true);
create view search_words as
  select * from search_documents
  where org_id = any ((select string_to_array(nullif(tenant_scope(), '*'), ','))::uuid[])
     or (select tenant_scope()) = '*';
revoke insert, update, delete on search_words from indaba_app;

-- Texts as the filter language compares them: without regard to case, and to how Unicode writes an accent.
create function search_folded(value text) returns text language sql immutable parallel safe
  return replace(normalize(lower(replace(value, 'İ', 'i̇'))), 'ς', 'σ');

-- The number that a text is in JSON's syntax; null for others.
create function search_number(value text) returns numeric language sql immutable parallel safe
  return case when length(value) <= 40 and value ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?([0-9]{1,2}|[12][0-9]{2}))?$'
    then value::numeric end;

-- The moments that a text stands for, from and to the next: a day is all of it, in UTC where no zone is named.
create function search_moments(value text) returns tstzrange language plpgsql immutable parallel safe as $$
begin
  if length(value) > 40 or value !~
    '^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?$' then return null;
  end if;
  if length(value) = 10 then
    return tstzrange((value || 'T00:00Z')::timestamptz, (value || 'T00:00Z')::timestamptz + interval '24 hours');
  end if;
  value := replace(value, ',', '.');
  if value !~ '([Zz]|[+-]\d{2}(:?\d{2})?)$' or value ~ '^.{10}$' then value := value || 'Z'; end if;
  return tstzrange(date_trunc('milliseconds', value::timestamptz),
    date_trunc('milliseconds', value::timestamptz) + interval '1 millisecond');
exception when others then
  return null;
end $$;

-- What stands at a path in JSON; lists on the way, and at its end, stand for their elements.
create function search_values(root jsonb, path text[]) returns table (value jsonb, is_element boolean)
language sql immutable parallel safe rows 2 as $$
  with recursive walk (value, depth, is_element) as (
    select root, 0, false
    union all
    select case when e.value is null then w.value -> path[w.depth + 1] else e.value end,
      case when e.value is null then w.depth + 1 else w.depth end,
      e.value is not null and w.depth = cardinality(path)
    from walk w
    left join lateral jsonb_array_elements(case jsonb_typeof(w.value) when 'array' then w.value end) e (value) on true
    where (jsonb_typeof(w.value) = 'array' and e.value is not null)
       or (jsonb_typeof(w.value) = 'object' and w.depth < cardinality(path))
  )
  select w.value, w.is_element from walk w
  where w.depth = cardinality(path) and jsonb_typeof(w.value) not in ('array', 'null') $$;

-- Searches that people keep, for themselves or for all.
create table saved_searches (
  org_id     uuid not null references orgs on delete cascade,
  id         uuid not null,
  -- As the audit names them: `user:<id>`, `key:<id>`.
  owner      text not null,
  name       text not null,
  is_shared  boolean not null default false,
  q          text,
  filter     text,
  sort       text,
  columns    text[] not null default '{}',
  revision   integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id)
);
create index saved_searches_by_owner on saved_searches (org_id, owner);
create unique index saved_searches_by_name on saved_searches (org_id, owner, lower(name));
create index saved_searches_shared on saved_searches (org_id) where is_shared;
call tenant_table('saved_searches');
