// On whose data: the part of an organisation's conversations and agents that somebody may see, as conditions of SQL.
// Every reading of conversations and agents on somebody's behalf takes a viewer and adds these; what is out of reach
// reads as if it were not there.

import { type RawBuilder, sql } from 'kysely'
import type { Principal, Reach } from '../platform/http/route.ts'

/** For whom something is read. A principal is one. */
export type Viewer = Pick<Principal, 'orgId' | 'actor' | 'reach' | 'reveals'>

/** For the program's own work, on nobody's behalf: everything of the organisation, unmasked. */
export const wholeOrg = (orgId: string): Viewer => ({ orgId, actor: 'program', reach: 'all', reveals: true })

/**
 * Of rows of `conversations`: what they belong to is what they belonged to when they came, wherever their agent went.
 * Each form reads its own index.
 */
export function conversationsWithin({ reach }: Viewer): RawBuilder<boolean> {
  if (reach === 'all') return sql<boolean>`true`
  return reach.column === 'agent_id' ? oneOf('agent_id', reach.values) : named(reach.column, reach.values)
}

/** Of rows of `agents`: where they are now. */
export function agentsWithin({ reach }: Viewer): RawBuilder<boolean> {
  if (reach === 'all') return sql<boolean>`true`
  return reach.column === 'agent_id' ? oneOf('id', reach.values) : named(reach.column, reach.values)
}

const oneOf = (column: string, ids: readonly string[]) => sql<boolean>`${sql.ref(column)} = any(${ids}::uuid[])`

/**
 * One value is compared for itself: only then does PostgreSQL read the index in its order. PostgreSQL lowers both sides,
 * as databases differ in what they take for a letter.
 */
function named(column: string, values: readonly string[]): RawBuilder<boolean> {
  if (values.length < 2) return sql<boolean>`lower(${sql.ref(column)}) = lower(${values[0] ?? null})`
  return sql<boolean>`lower(${sql.ref(column)}) = any(array(select lower(v) from unnest(${values}::text[]) as v))`
}

/** The same for what is not written yet. */
export function isWithin(
  reach: Reach,
  row: { team: string | null; department: string | null; agent_id: string | null },
): boolean {
  if (reach === 'all') return true
  const value = row[reach.column]?.toLowerCase()
  return value !== undefined && reach.values.some((one) => one.toLowerCase() === value)
}
