// Keeps a copy of the figures of all conversations beside your own, and prints both together. Pulls what changed since the
// last time: run it every few minutes, or at night. Usage: INDABA_URL, INDABA_API_KEY and DASHBOARD (a file of SQLite).
// The table `sales` stands for whatever else you know; fill it from your own systems.

import { DatabaseSync } from 'node:sqlite'
import { ApiError, indabaApi, type WebhookEventOf } from '@indaba/sdk'
import { setting } from '../settings.ts'

type Row = {
  id: string
  seq: number
  status: string
  channel: string
  started_at: string
  duration_ms: number | null
  sentiment: string | null
  agent: { name: string | null; email: string | null }
}

/** The log tells events as webhooks do. */
type DeletedEvent = WebhookEventOf<'call.deleted' | 'chat.deleted'>

const indaba = indabaApi({ url: setting('INDABA_URL'), key: setting('INDABA_API_KEY') })
const db = new DatabaseSync(setting('DASHBOARD'))
db.exec(`
  create table if not exists conversations (
    id text primary key, seq integer, status text, channel text, day text, duration_ms real, sentiment text, agent text
  );
  create table if not exists cursors (name text primary key, seq integer not null);
  create table if not exists sales (day text, agent text, amount real);
`)
const put = db.prepare('insert or replace into conversations values (?, ?, ?, ?, ?, ?, ?, ?)')
const remove = db.prepare('delete from conversations where id = ?')
const readCursor = db.prepare('select seq from cursors where name = ?')
const writeCursor = db.prepare('insert or replace into cursors values (?, ?)')

try {
  await pull()
} catch (error) {
  // The log no longer reaches back to where we were (410), or not yet, after a backup was restored (400). Then nobody can
  // tell us what was deleted, so we begin anew.
  if (!(error instanceof ApiError) || ![400, 410].includes(error.status)) throw error
  db.exec('delete from conversations; delete from cursors')
  await pull()
}

const figures = db.prepare(`
  select day, agent, count(*) as conversations, round(sum(duration_ms) / 60000, 1) as minutes,
    round(100.0 * sum(sentiment = 'negative') / count(*), 1) as negative_percent,
    (select coalesce(sum(amount), 0) from sales where sales.day = c.day and sales.agent = c.agent) as sales
  from conversations c where status = 'completed' group by day, agent order by day, agent`)
console.log(JSON.stringify(figures.all()))

async function pull(): Promise<void> {
  await follow<Row>(
    'conversations',
    async (after) => {
      const link = `/v1/conversations?after_seq=${after ?? 0}&limit=200`
      const { conversations: items } = await ask<{ conversations: Row[] }>(link)
      return { items, next: items.at(-1)?.seq ?? null, hasMore: items.length > 0 }
    },
    ({ id, seq, status, channel, started_at, duration_ms, sentiment, agent }) => {
      const who = agent.email ?? agent.name ?? 'nobody'
      put.run(id, seq, status, channel, started_at.slice(0, 10), duration_ms, sentiment, who)
    },
  )
  // What was deleted is in no list any more, but in the log of events.
  await follow<DeletedEvent>(
    'events',
    async (after) => {
      const link = `/v1/events?types=call.deleted,chat.deleted${after === null ? '' : `&after=${after}`}`
      const page = await ask<{ events: DeletedEvent[]; next_after: number; has_more: boolean }>(link)
      return { items: page.events, next: page.next_after, hasMore: page.has_more }
    },
    ({ data }) => remove.run(data.conversation_id),
  )
}

/** Rows and cursor are written together: whenever it is stopped, the next run goes on from where the rows end. */
async function follow<Item>(
  name: string,
  read: (after: number | null) => Promise<{ items: Item[]; next: number | null; hasMore: boolean }>,
  write: (item: Item) => void,
): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    const known = readCursor.get(name)?.seq
    const page = await read(known === undefined ? null : Number(known))
    db.exec('begin')
    for (const item of page.items) write(item)
    if (page.next !== null) writeCursor.run(name, page.next)
    db.exec('commit')
    hasMore = page.hasMore
  }
}

async function ask<Answer>(link: string): Promise<Answer> {
  const answer = await indaba.get<Answer>(link)
  if (answer === null) throw new Error(`There is no ${link}.`)
  return answer
}
