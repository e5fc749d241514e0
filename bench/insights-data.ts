// The conversations that insights are measured with: of one organisation with 4 departments, 12 teams and 200 agents, over
// 400 days, with transcripts, facts and daily tables. Made once by statements over whole sets, and kept between runs
// below the folder for temporary files; delete that folder to have them made anew.
// `node bench/insights-data.ts --conversations=100000` makes them without measuring anything.

import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sql } from 'kysely'
import { factColumns, numberColumns } from '../server/src/insights/facts/columns.ts'
import { deltaStatements } from '../server/src/insights/rollups/delta.ts'
import { type Db, openDb } from '../server/src/platform/db/db.ts'
import { startEmbedded } from '../server/src/platform/db/embedded.ts'
import { migrate } from '../server/src/platform/db/migrate.ts'
import { phrases } from './insights-phrases.ts'
import { option, shown } from './options.ts'

export const insightsOrg = '01900000-0000-7000-8000-000000000001'
export const agentCount = 200
export const dayCount = 400
export const zone = 'Africa/Johannesburg'
/** The last day: fixed, so that data that were kept answer as new ones do. */
export const lastDay = '2026-10-31'

const parent = resolve(import.meta.dirname, '../tmp')
const chunk = 25_000

export type InsightsDatabase = { url: string; adminUrl: string; dir: string; stop(): Promise<void> }

/**
 * Of this many conversations, 1,000,000 or 100,000 mostly; made where they are not there yet (a minute for 100,000).
 * Everything is written: facts and daily tables, and the cursor of their follower stands at the end. What other followers
 * keep, they make themselves: their cursor is at 0.
 */
export async function insightsDatabase(conversations: number): Promise<InsightsDatabase> {
  const dir = join(parent, `insights-${conversations}`)
  await mkdir(dir, { recursive: true })
  const database = await startEmbedded({ dataDir: dir, log: { info() {}, warn: console.error }, durable: true })
  try {
    await migrate(database.url)
    const db = openDb({ url: database.url, connectionsMax: 1, isRelaxed: true, as: 'owner' })
    try {
      await fill(db, conversations)
    } finally {
      await db.destroy()
    }
    return { ...database, dir, stop: () => database.stop() }
  } catch (err) {
    await database.stop()
    throw err
  }
}

/** The program's new customer gives its key to the organisation that has the conversations, and goes. */
export async function adoptKey(database: Pick<InsightsDatabase, 'url'>): Promise<void> {
  const db = openDb({ url: database.url, connectionsMax: 1, as: 'owner' })
  try {
    await db.transaction().execute(async (tx) => {
      await sql`create temp table k on commit drop as
        select * from api_keys where org_id <> ${insightsOrg} order by created_at desc limit 1`.execute(tx)
      await sql`create temp table s on commit drop as
        select s.* from api_key_secrets s join k on k.org_id = s.org_id and k.id = s.key_id`.execute(tx)
      await sql`delete from orgs where id = (select org_id from k)`.execute(tx)
      await sql`delete from api_keys where org_id = ${insightsOrg}`.execute(tx)
      for (const [table, copy] of [
        ['api_keys', 'k'],
        ['api_key_secrets', 's'],
      ] as const) {
        await sql`update ${sql.table(copy)} set org_id = ${insightsOrg}`.execute(tx)
        await sql`insert into ${sql.table(table)} select * from ${sql.table(copy)}`.execute(tx)
      }
    })
  } finally {
    await db.destroy()
  }
}

async function fill(db: Db, conversations: number): Promise<void> {
  const { rows } = await sql<{ seq: number }>`
    select seq from insight_cursors where org_id = ${insightsOrg} and follower = 'facts'`.execute(db)
  if ((rows[0]?.seq ?? 0) >= conversations) return
  console.log(`  making ${shown(conversations)} conversations, once`)
  const startedAt = Date.now()
  await sql`delete from orgs where id = ${insightsOrg}`.execute(db)
  await sql`select set_config('jit', 'off', false), setseed(0.5)`.execute(db)
  await makeOrganisation(db)
  for (let from = 1; from <= conversations; from += chunk) {
    await makeChunk(db, { from, to: Math.min(conversations, from + chunk - 1), conversations })
    if ((from - 1) % (chunk * 4) === 0 && from > 1)
      console.log(`  ${shown(from - 1)} after ${Math.round((Date.now() - startedAt) / 1000)} s`)
  }
  await sql`insert into event_counters (org_id, seq) values (${insightsOrg}, ${conversations})`.execute(db)
  await sql`
    insert into insight_cursors (org_id, follower, seq, time_zone)
    values (${insightsOrg}, 'facts', ${conversations}, ${zone})`.execute(db)
  for (const table of ['conversations', 'transcripts', 'conversation_facts', 'rollup_days', 'rollup_bins'])
    await sql`vacuum analyze ${sql.table(table)}`.execute(db)
}

/** Agent n is in team n % 12, team n in department n % 4. */
async function makeOrganisation(db: Db): Promise<void> {
  const settings = JSON.stringify({ time_zone: zone })
  await sql`insert into orgs (id, name, settings) values (${insightsOrg}, 'Bench', ${settings})`.execute(db)
  await sql`
    insert into departments (org_id, id, name)
    select ${insightsOrg}, gen_random_uuid(), 'Department ' || n from generate_series(0, 3) n`.execute(db)
  await sql`
    insert into teams (org_id, id, department_id, name)
    select ${insightsOrg}, gen_random_uuid(), d.id, 'Team ' || n
    from generate_series(0, 11) n
    join departments d on d.org_id = ${insightsOrg} and d.name = 'Department ' || n % 4`.execute(db)
  await sql`
    insert into agents (org_id, id, name, email, external_id, team, department)
    select ${insightsOrg}, ${agentId}, 'Agent ' || n, 'agent' || n || '@example.com', 'A-' || n,
      'Team ' || n % 12, 'Department ' || n % 4
    from generate_series(0, ${agentCount - 1}::int) n`.execute(db)
}

const agentId = sql.raw(`('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid`)

/** How each number of a fact is made; `r1` to `r4` are random, `len` is the duration in seconds. */
const made: Record<string, string> = {
  duration: 'len',
  handle_time: 'len',
  talk_time_agent: 'len * (0.25 + r1 * 0.3)',
  talk_time_customer: 'len * (0.2 + r2 * 0.25)',
  agent_talk_percent: '(0.25 + r1 * 0.3) * 100',
  agent_talk_share: '(0.25 + r1 * 0.3) / (0.45 + r1 * 0.3 + r2 * 0.25) * 100',
  talk_to_listen_ratio: '(0.25 + r1 * 0.3) / (0.2 + r2 * 0.25)',
  overtalk_time: 'len * r3 * 0.04',
  overtalk_ratio: 'r3 * 5',
  silence_time: 'len * (0.05 + r3 * 0.3)',
  silence_ratio: '(0.05 + r3 * 0.3) * 100',
  dead_air_time: 'len * r4 * 0.1',
  dead_air_count: 'floor(r4 * 5)',
  longest_dead_air: 'len * r4 * 0.05',
  hold_time: 'len * r1 * 0.08',
  hold_count: 'floor(r1 * 2)',
  non_talk_time: 'len * (r4 * 0.1 + r1 * 0.08)',
  interruption_count_agent: 'floor(r2 * 4)',
  interruption_count_customer: 'floor(r3 * 4)',
  speech_rate_wpm_agent: '120 + r1 * 60',
  speech_rate_wpm_customer: '110 + r2 * 60',
  turn_count: '6 + floor(r1 * 30)',
  patience: 'r2 * 3',
  question_count: 'floor(r4 * 9)',
  asr_confidence_mean: '0.8 + r1 * 0.19',
  first_response_time: 'case when is_chat then 5 + r2 * 60 end',
  avg_response_time: 'case when is_chat then 10 + r3 * 50 end',
  vela_response_time: 'case when is_chat then 10 + r3 * 50 end',
  sentiment_agent: 'r1 * 0.6 - 0.1',
  sentiment_customer: 'mood',
  sentiment_start: 'mood - r2 * 0.3',
  sentiment_end: 'mood + r3 * 0.3',
  sentiment_trend: 'r2 * 0.3 + r3 * 0.3 - 0.1',
  negative_turn_ratio: 'floor(r4 * 4) / 8 * 100',
  negative_turn_count: 'floor(r4 * 4)',
  scored_turn_count: '8',
  sentiment_recovery: 'case when r4 > 0.9 then 1 else 0 end',
  time_to_insight: '2 + r1 * r2 * 120',
}

async function makeChunk(db: Db, { from, to, conversations }: { from: number; to: number; conversations: number }) {
  const numbers = sql.raw(numberColumns.map((name) => `(${made[name] ?? 'null'})::float8`).join(', '))
  await db.transaction().execute(async (tx) => {
    await sql`
      create temp table made on commit drop as
      select new_id() as id, n as seq, n % 10 >= 7 as is_chat, r1, r2, r3, r4, l.language,
        ('01900000-0000-7000-9000-' || lpad(to_hex(a.agent), 12, '0'))::uuid as agent_id,
        'Team ' || a.agent % 12 as team, 'Department ' || a.agent % 4 as department,
        at, (at at time zone ${zone}) as local, round((30 + r1 * r2 * 900)::numeric, 3)::float8 as len,
        round((r4 * 1.6 - 0.8)::numeric, 3)::float8 as mood
      from generate_series(${from}::int, ${to}::int) n
      cross join lateral (select n as at_n, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6) x
      cross join lateral (select floor(r5 * ${agentCount})::int as agent) a
      cross join lateral (select (${lastDay}::date - ${dayCount - 1}::int
        + (n::bigint * ${dayCount} / (${conversations}::int + 1))::int) as day) d
      cross join lateral (select (d.day + make_interval(hours => 8 + floor(r6 * 10)::int, secs => r3 * 3600)) at time zone
        ${zone} as at) t
      cross join lateral (select case ${sql.raw(languageCase())} end as language) l`.execute(tx)
    await sql`
      insert into conversations (org_id, id, channel, direction, status, source, external_id, agent_id, team, department,
        tags, metadata, language, started_at, ended_at, duration_ms, received_at, completed_at, updated_at,
        transcript_revision, sentiment, seq)
      select ${insightsOrg}, id, case when is_chat then 'chat' else 'voice' end,
        case when r2 < 0.7 then 'inbound' else 'outbound' end, case when r4 < 0.02 then 'failed' else 'completed' end,
        case when is_chat then 'chat' else 'multipart' end, 'bench-' || seq, agent_id, team, department,
        case when r3 < 0.1 then array['urgent'] when r3 < 0.2 then array['billing', 'refund'] else '{}' end,
        jsonb_build_object('queue', 'q' || seq % 7), language, at, at + make_interval(secs => len), (len * 1000)::bigint,
        at, at + make_interval(secs => 2 + r1 * r2 * 120), at, 1,
        case when mood < -0.25 then 'negative' when mood > 0.25 then 'positive' else 'neutral' end, seq
      from made`.execute(tx)
    await sql`
      insert into transcripts (org_id, conversation_id, revision, source, participants, turns)
      select ${insightsOrg}, id, 1, case when is_chat then 'import' else 'asr' end,
        '[{"id":"p1","role":"agent"},{"id":"p2","role":"customer"}]', ${sql.raw(turns())}
      from made`.execute(tx)
    await sql`
      insert into conversation_facts (org_id, ${sql.raw(factColumns.join(', '))})
      select ${insightsOrg}, c.id, c.seq, c.started_at, c.completed_at, m.local::date, extract(hour from m.local),
        c.channel, c.direction, c.status, c.source, c.agent_id, c.team, c.department, c.language, c.sentiment, c.tags,
        seq_reviewed, false, c.duration_ms, ${numbers}
      from made m join conversations c on c.org_id = ${insightsOrg} and c.id = m.id
      cross join lateral (select m.seq % 20 = 0 as seq_reviewed) v`.execute(tx)
    await sql`
      with fresh as materialized (
        select * from conversation_facts where org_id = ${insightsOrg} and conversation_id in (select id from made)
      ), old as materialized (select * from conversation_facts where false), ${deltaStatements}`.execute(tx)
  })
}

function languageCase(): string {
  let share = 0
  return phrases
    .map(({ language, share: part }) => {
      share += part
      return `when r6 < ${share.toFixed(4)} then '${language}'`
    })
    .join(' ')
}

/** Six turns, by turns of the customer and the agent, as JSON text. */
function turns(): string {
  const quoted = (list: string[]) => `array[${list.map((one) => `'${one.replaceAll("'", "''")}'`).join(',')}]`
  const said = (side: 'customer' | 'agent') =>
    `case language ${phrases
      .map(
        (one) => `when '${one.language}' then (${quoted(one[side])})[1 + (seq * 7 + turn * 5) % ${one[side].length}]`,
      )
      .join(' ')} end`
  return `(
    select json_agg(json_build_object('id', 't' || turn, 'index', turn, 'participant_id',
      case turn % 2 when 0 then 'p2' else 'p1' end, 'role', case turn % 2 when 0 then 'customer' else 'agent' end,
      'start_ms', (turn * len * 160)::int, 'end_ms', (turn * len * 160 + len * 120)::int,
      'text', replace(case turn % 2 when 0 then ${said('customer')} else ${said('agent')} end, '#', ((seq * 31 + turn) % 99991)::text),
      'language', language) order by turn)
    from generate_series(0, 5) turn)`
}

if (import.meta.main) {
  const database = await insightsDatabase(option('conversations', 100_000))
  console.log(`  ready in ${database.dir}`)
  await database.stop()
}
