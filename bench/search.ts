// How long a search takes with 1,000,000 conversations, through HTTP, over a mix of rare and common words, phrases, words
// of one side, and words with filters; and what keeping the words costs. The words are taken down once, by their follower,
// and kept with the conversations.

import { performance } from 'node:perf_hooks'
import { sql } from 'kysely'
import { searchFollower } from '../server/src/insights/search/follower.ts'
import { catchUp } from '../server/src/insights/upkeep.ts'
import { type Db, openDb } from '../server/src/platform/db/db.ts'
import { inScope } from '../server/src/platform/db/scope.ts'
import { median, percentile, report, round } from './figure.ts'
import { adoptKey, insightsDatabase, insightsOrg, zone } from './insights-data.ts'
import { option, shown } from './options.ts'
import { startProgram } from './program.ts'

const conversations = option('conversations', 1_000_000)
const rounds = option('rounds', 12)
const goalMs = 150
const counted = 2000

/** `#` becomes another number in every round, so that no answer was made before. */
const mix: Record<string, Record<string, string>> = {
  'no words': {},
  'a rare word': { q: '4#' },
  'a word of one in a hundred': { q: 'hotel' },
  'a common word': { q: 'account' },
  'the commonest word': { q: 'the' },
  'words together': { q: 'refund account' },
  'a phrase': { q: '"cancel my subscription"' },
  'a rare phrase': { q: '"invoice 4#"' },
  'a beginning': { q: 'subscr*' },
  'near each other': { q: 'charged NEAR/5 invoice' },
  'words of customers': { q: 'customer: refund' },
  'words of agents, not of customers': { q: 'agent: refund -customer: refund' },
  'words and figures': { filter: 'turn.text : "cancel" AND customer.sentiment_end < -0.3 AND dead_air_time > 20' },
  'words of one agent': { q: 'cancel', filter: 'agent.id = 01900000-0000-7000-9000-00000000000a' },
  'words within a month': { q: 'technician', filter: 'started_at >= 2026-03-01 AND started_at < 2026-04-01' },
  isiZulu: { q: 'ngiyabonga -imali' },
  'figures alone': { filter: 'dead_air_time > 20 AND sentiment = negative' },
  'by another order': { q: '"invoice 4#" OR 7#', sort: '-duration_ms' },
}

const database = await insightsDatabase(conversations)
try {
  const db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
  await takeDown(db)
  await measureUpkeep(db)
  await db.destroy()
  const program = await startProgram({ command: 'serve', databaseUrl: database.url, dir: database.dir })
  try {
    await adoptKey(database)
    await measureSearch(program)
  } finally {
    await program.stop()
  }
} finally {
  await database.stop()
}

async function takeDown(db: Db): Promise<void> {
  const startedAt = performance.now()
  const { rows } = await sql`select from search_documents limit 1`.execute(db)
  // Of so many at once, an index is made sooner afterwards.
  if (rows.length === 0) await sql`drop index search_documents_words`.execute(db)
  await catchUp(db, [searchFollower], { orgId: insightsOrg, timeZone: zone })
  await sql`
    create index if not exists search_documents_words on search_documents using gin (words)
    with (gin_pending_list_limit = 1024)`.execute(db)
  const tookS = Math.round((performance.now() - startedAt) / 1000)
  if (tookS < 5) return
  console.log(`  took down the words of ${shown(conversations)} conversations in ${tookS} s`)
  await sql`vacuum analyze search_documents`.execute(db)
}

/** The words of the newest once more, as when they change. */
async function measureUpkeep(db: Db): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations where org_id = ${insightsOrg} order by seq desc limit ${counted}`.execute(db)
  const upserted = rows.map(({ id }) => id)
  const times: number[] = []
  for (let n = 0; n < 3; n++) {
    const startedAt = performance.now()
    await inScope([insightsOrg], () =>
      db
        .transaction()
        .execute((tx) => searchFollower.apply(tx, insightsOrg, { upserted, deleted: [] }, { timeZone: zone })),
    )
    times.push((performance.now() - startedAt) / counted)
  }
  report({
    name: 'taking down the words of a conversation',
    value: median(times),
    goal: { atMost: 2 },
    unit: 'ms',
    from: `of ${shown(counted)} conversations with six turns each, written anew, 3 times; median`,
  })
}

async function measureSearch({ url, key }: { url: string; key: string }): Promise<void> {
  const all: number[] = []
  for (const [name, query] of Object.entries(mix)) {
    const times: number[] = []
    let seen = ''
    for (let n = -2; n < rounds; n++) {
      const given = Object.entries(query).map(([key, text]) => [key, text.replaceAll('#', String(1000 + n * 37))])
      const startedAt = performance.now()
      const answer = await fetch(`${url}/v1/search?${new URLSearchParams([...given, ['limit', '50']])}`, {
        headers: { 'x-api-key': key },
      })
      const body = await answer.text()
      const took = performance.now() - startedAt
      if (!answer.ok) throw new Error(`${name} answered ${answer.status}: ${body.slice(0, 300)}`)
      const { conversations, total, total_is_exact } = JSON.parse(body)
      seen = `${conversations.length} shown of ${total_is_exact ? '' : 'at least '}${shown(total)}`
      if (n >= 0) times.push(took)
    }
    all.push(...times)
    console.log(`  ${name}: median ${round(median(times))} ms, p95 ${round(percentile(times, 0.95))} ms; ${seen}`)
  }
  report({
    name: 'search, p95',
    value: percentile(all, 0.95),
    goal: { atMost: goalMs },
    unit: 'ms',
    from: `${shown(conversations)} conversations, ${Object.keys(mix).length} kinds of searches, ${rounds} of each, pages of 50 with highlights; median ${round(median(all))} ms`,
  })
}
