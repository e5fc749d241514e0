// Finds the ids of a page. Common words are found by walking from the newest conversation on until the page is full, rare
// ones through the index of words: each is quick where the other would read everything. What neither finds soon is looked
// for a stretch at a time, and the cursor leads on from there, so that no request takes long. What the rows show is
// rows.ts's.

import { type RawBuilder, sql } from 'kysely'
import { conversationsWithin, type Viewer } from '../../conversations/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { type Compiled, joinsFor } from './compile.ts'
import type { Table } from './fields.ts'
import { isAfter, orderBy, type Position, positionOf, type Sort } from './sort.ts'

export type Wanted = {
  by: Viewer
  compiled: Compiled | null
  sort: Sort
  after: Position | null
  limit: number
}

export type Hit = { id: string; key: string | null }
export type Hits = {
  hits: Hit[]
  total: number
  isExact: boolean
  /** Where the look at conversations ended before the page was full; null when nothing was left to look at. */
  reached?: Position
}

const firstStepsMax = 400
/** Of one request: some 30 ms. */
const stepsMax = 5000
/** What the index finds is looked at beside the filter, and put in order: so many at most. */
const foundMax = 5000
const commonMin = 15_000
const sortedMax = 50_000
const countMax = 10_000
const timeoutMs = 10_000

/** @throws Problem('unavailable', 'search_too_slow') where it takes too long, and says what to do about it */
export async function findHits(db: Db, wanted: Wanted): Promise<Hits> {
  const { compiled, sort } = wanted
  const isByStart = sort.name === 'started_at'
  return within(db, isByStart, (tx) => {
    if (compiled?.words) return findByWords(tx, wanted, compiled.words)
    return isByStart && compiled ? findByWalking(tx, wanted) : listed(tx, wanted)
  })
}

/** What changed after a seq, in its order, as far as facts and words have followed. */
export async function findChanges(
  db: Db,
  { by, compiled, limit, afterSeq }: Pick<Wanted, 'by' | 'compiled' | 'limit'> & { afterSeq: number },
): Promise<{ hits: { id: string; seq: number }[]; reached: number | null }> {
  const stretch = sql`
    select * from ${conversationsOf(by)} c
    where c.seq > ${afterSeq} and c.seq <= (
      select coalesce(min(k.seq), 0) from insight_cursors k
      where k.org_id = ${by.orgId} and k.follower in ('facts', 'search'))
    order by c.seq limit ${stepsMax}`
  return within(db, true, async (tx) => {
    const { rows: hits } = await sql<{ id: string; seq: number }>`
      select c.id, c.seq from (${stretch}) c ${joinsFor(compiled?.tables ?? new Set())}
      where ${compiled?.where ?? sql`true`} order by c.seq limit ${limit}`.execute(tx)
    if (hits.length === limit) return { hits, reached: null }
    const { rows } = await sql<{ seq: number }>`select c.seq from (${stretch}) c offset ${stepsMax - 1}`.execute(tx)
    return { hits, reached: rows[0]?.seq ?? null }
  })
}

/** @param isStepwise it ends as soon as there is enough, which joins of whole tables do not */
async function within<T>(db: Db, isStepwise: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
  const off = ['jit', ...(isStepwise ? ['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan'] : [])]
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`select ${sql.join(off.map((name) => sql`set_config(${name}, 'off', true)`))}`.execute(tx)
      await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`.execute(tx)
      return work(tx)
    })
  } catch (err) {
    if ((err as { code?: string }).code !== '57014') throw err
    const detail =
      'This search takes too long. Narrow it: a date (started_at >= 2026-01-01), an agent, or a rarer word.'
    throw new Problem('unavailable', 'search_too_slow', detail, { cause: err })
  }
}

const conversationsOf = (by: Viewer): RawBuilder<unknown> => sql`(
  select * from conversations
  where org_id = ${by.orgId} and status <> 'awaiting_upload' and ${conversationsWithin(by)})`

const id = sql`c.id`
const started = sql`c.started_at`
const keyAndId = (sort: Sort) => sql`c.id, (${sort.key})::text as key`
const afterIn = ({ sort, after }: Wanted, key: RawBuilder<unknown>, own: RawBuilder<unknown>) =>
  after ? isAfter(sort, after, key, own) : sql<boolean>`true`

async function listed(tx: Tx, wanted: Wanted): Promise<Hits> {
  const { by, compiled, sort, limit } = wanted
  const where = compiled?.where ?? sql<boolean>`true`
  const tables = new Set<Table>([...(compiled?.tables ?? []), ...sort.tables])
  const { rows: hits } = await sql<Hit>`
    select ${keyAndId(sort)} from ${conversationsOf(by)} c ${joinsFor(tables)}
    where ${where} and ${afterIn(wanted, sort.key, id)}
    order by ${orderBy(sort, sort.key, id)} limit ${limit}`.execute(tx)
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (
      select 1 from ${conversationsOf(by)} c ${joinsFor(compiled?.tables ?? new Set())} where ${where} limit ${countMax + 1}
    ) counted`.execute(tx)
  const n = rows[0]?.n ?? 0
  return { hits, total: Math.min(n, countMax), isExact: n <= countMax }
}

async function findByWords(tx: Tx, wanted: Wanted, words: RawBuilder<boolean>): Promise<Hits> {
  if (wanted.sort.name === 'started_at') {
    const hits = await walk(tx, wanted, firstStepsMax)
    if (hits.length === wanted.limit) return { hits, total: hits.length, isExact: false }
    const isCommon = (await estimate(tx, wanted, words)) > commonMin
    return (isCommon ? null : await findInIndex(tx, wanted, words, foundMax)) ?? (await walkOn(tx, wanted))
  }
  const found = await findInIndex(tx, wanted, words, sortedMax)
  if (found) return found
  const detail = `More than ${sortedMax} conversations have these words: too many to put in this order. Narrow the search, or sort by started_at.`
  throw new Problem('invalid', 'too_many_to_sort', detail)
}

/** How many conversations have these words, as PostgreSQL supposes: reading the lists of common ones takes long. */
async function estimate(tx: Tx, { by }: Wanted, words: RawBuilder<boolean>): Promise<number> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select from search_words d where d.org_id = ${by.orgId} and ${words}`.execute(tx)
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
}

async function findByWalking(tx: Tx, wanted: Wanted): Promise<Hits> {
  const { by, compiled, sort } = wanted
  const found = await walkOn(tx, wanted)
  if (found.hits.length < wanted.limit && !wanted.after) return found
  // Of the newest (or oldest), all that fit.
  const { rows } = await sql<{ looked: number; n: number }>`
    select count(*) as looked, count(*) filter (where ${compiled?.where ?? sql`true`}) as n from (
      select c.* from ${conversationsOf(by)} c where ${compiled?.indexed ?? sql`true`}
      order by ${orderBy(sort, started, id)} limit ${stepsMax}
    ) c ${joinsFor(compiled?.tables ?? new Set())}`.execute(tx)
  const { looked = 0, n = 0 } = rows[0] ?? {}
  return { ...found, total: Math.max(n, found.hits.length), isExact: looked < stepsMax }
}

/** As far as one request goes. */
async function walkOn(tx: Tx, wanted: Wanted): Promise<Hits> {
  const { by, compiled, sort, limit, after } = wanted
  const hits = await walk(tx, wanted, stepsMax)
  if (hits.length === limit) return { hits, total: hits.length, isExact: false }
  const { rows } = await sql<Hit>`
    select ${keyAndId(sort)} from ${conversationsOf(by)} c
    where ${compiled?.indexed ?? sql`true`} and ${afterIn(wanted, started, id)}
    order by ${orderBy(sort, started, id)} limit 1 offset ${stepsMax - 1}`.execute(tx)
  const [last] = rows
  const found = { hits, total: hits.length }
  return last ? { ...found, isExact: false, reached: positionOf(sort, last) } : { ...found, isExact: after === null }
}

/** From the newest on (or the oldest), through what an index lists; each is then looked at, until the page is full. */
async function walk(tx: Tx, wanted: Wanted, steps: number): Promise<Hit[]> {
  const { by, compiled, sort, limit } = wanted
  const { rows } = await sql<Hit>`
    select ${keyAndId(sort)} from (
      select c.* from ${conversationsOf(by)} c
      where ${compiled?.indexed ?? sql`true`} and ${afterIn(wanted, started, id)}
      order by ${orderBy(sort, started, id)} limit ${steps}
    ) c ${joinsFor(compiled?.tables ?? new Set())}
    where ${compiled?.where ?? sql`true`}
    order by ${orderBy(sort, started, id)} limit ${limit}`.execute(tx)
  return rows
}

/** Null: the index finds more than can be joined. */
async function findInIndex(tx: Tx, wanted: Wanted, words: RawBuilder<boolean>, max: number): Promise<Hits | null> {
  const { by, compiled, sort, limit } = wanted
  const isAlone = !compiled?.rest && by.reach === 'all' && sort.name === 'started_at'
  const tables = new Set<Table>([...(compiled?.rest?.tables ?? []), ...sort.tables])
  // Found in vain: nothing of it is looked at.
  const isEnough = sql`(select count(*) from found) <= ${max}`
  const fitting = isAlone
    ? sql`select h.conversation_id as id, h.started_at as key from found h where ${isEnough}`
    : sql`
      select c.id, ${sort.key} as key from found h
      join ${conversationsOf(by)} c on c.id = h.conversation_id ${joinsFor(tables)}
      where ${isEnough} and ${compiled?.rest?.where ?? sql`true`}`
  const { rows } = await sql<{ n: number; total: number; hits: Hit[] | null }>`
    with found as materialized (
      select d.conversation_id, d.started_at from search_words d
      where d.org_id = ${by.orgId} and ${words} limit ${max + 1}
    ), fits as materialized (${fitting}), page as (
      select id, key from fits where ${afterIn(wanted, sql`key`, sql`id`)}
      order by ${orderBy(sort, sql`key`, sql`id`)} limit ${limit}
    )
    select (select count(*) from found) as n, (select count(*) from fits) as total,
      (select json_agg(json_build_object('id', id, 'key', key::text) order by ${orderBy(sort, sql`key`, sql`id`)}) from page) as hits`.execute(
    tx,
  )
  const [answer] = rows
  if (!answer || answer.n > max) return null
  return { hits: answer.hits ?? [], total: answer.total, isExact: true }
}
