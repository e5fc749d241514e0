// How PostgreSQL goes about a query, measured while it runs: for tests of plans where tables are long.

import assert from 'node:assert/strict'
import { CompiledQuery, type RawBuilder } from 'kysely'
import type { Db } from '../src/platform/db/db.ts'

type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** @returns blocks touched in all, and the rows that the hungriest node read, whether or not they fitted */
export async function planOf(
  db: Db,
  query: RawBuilder<unknown>,
): Promise<{ blocks: number; rows: number; text: string }> {
  const { sql, parameters } = query.compile(db)
  const explained = CompiledQuery.raw(`explain (analyze, buffers, format json) ${sql}`, [...parameters])
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': { Plan: Plan }[] }>(explained)
  const top = rows[0]?.['QUERY PLAN'][0]?.Plan
  assert.ok(top)
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)]
  const read = flat(top).map(
    (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  )
  return {
    blocks: top['Shared Hit Blocks'] + top['Shared Read Blocks'],
    rows: Math.max(...read),
    text: flat(top)
      .map((node, index) => `${node['Node Type']} ${node['Relation Name'] ?? ''} ${read[index]}`)
      .join('\n'),
  }
}
