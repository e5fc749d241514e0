// Names and colours of departments and teams, and who may touch which. Conversations and agents bear the names as text:
// a change of name is written there too, in the same transaction, so that reach by name stays what it was.

import { sql } from 'kysely'
import type { Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'

export type GroupColumn = 'department' | 'team'

/** What bears the names of departments and teams beyond this slice; given by the composition root. */
export type NameBearers = {
  rename(tx: Tx, orgId: string, change: { column: GroupColumn; from: string; to: string }): Promise<void>
  /** The agents of a team go with it to its new department. */
  moveTeam(tx: Tx, orgId: string, to: { team: string; department: string }): Promise<void>
  /** How many active agents are there now. */
  agentsIn(tx: Tx, orgId: string, group: { column: GroupColumn; name: string }): Promise<number>
}

/** As the hosted service has it: letters of any script, digits, space, hyphen, underscore, ampersand. */
export const nameCharsMax = 30
const allowed = /^[\p{L}\p{M}\p{Nd} _&-]+$/u

/** One spelling for each name. @throws Problem('invalid', 'invalid_name') */
export function readName(kind: GroupColumn, given: string): string {
  const noun = kind === 'team' ? 'Team' : 'Department'
  const name = tidyName(given)
  const refuse = (why: string): never => {
    const detail = `${noun} name '${name.slice(0, 60)}' ${why}`
    throw new Problem('invalid', 'invalid_name', detail, { facts: { field: kind } })
  }
  if (name === '') refuse('is empty.')
  if ([...name].length > nameCharsMax) refuse(`exceeds the maximum length of ${nameCharsMax} characters.`)
  if (!allowed.test(name))
    refuse('contains invalid characters: use letters, digits, spaces, hyphens, underscores and ampersands.')
  return name
}

export const tidyName = (given: string): string => given.normalize('NFC').trim().replace(/\s+/g, ' ')

/** Fourteen, as the hosted service offers. */
export const colours = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#7f7f7f',
  '#bcbd22',
  '#17becf',
  '#1b4f72',
  '#7e5109',
  '#145a32',
  '#641e16',
] as const

/** @throws Problem('forbidden', 'beyond_reach') */
export function requireAll(by: Principal, what: string): void {
  if (by.reach !== 'all') throw beyondReach(`${what} needs access to the whole organisation.`)
}

/** Whether the caller's level covers a whole department, not only one of its teams. */
export const coversDepartment = ({ reach }: Principal, name: string): boolean =>
  reach === 'all' || (reach.column === 'department' && holds(reach.values, name))

export const coversTeam = (by: Principal, team: { name: string; department: string }): boolean =>
  coversDepartment(by, team.department) ||
  (by.reach !== 'all' && by.reach.column === 'team' && holds(by.reach.values, team.name))

const holds = (values: readonly string[], name: string) =>
  values.some((one) => one.toLowerCase() === name.toLowerCase())

export const beyondReach = (detail: string): Problem => new Problem('forbidden', 'beyond_reach', detail)

/** As a condition: the column has one of these names, in whatever case. PostgreSQL lowers both sides. */
export const isNamed = (column: string, names: readonly string[]) =>
  sql<boolean>`lower(${sql.ref(column)}) = any(array(select lower(v) from unnest(${names}::text[]) as v))`

/** Two of one name cannot be told apart by anybody who names them. */
export const nameTaken = (kind: GroupColumn, name: string): Problem =>
  new Problem('conflict', 'name_taken', `There is a ${kind} named '${name}' already.`)

/** Changes of one organisation's groups follow one another: a department cannot lose its last two teams at once. */
export async function lockGroups(tx: Tx, orgId: string): Promise<void> {
  await tx.selectFrom('departments').select('id').where('org_id', '=', orgId).orderBy('id').forUpdate().execute()
}

/** Whose level names the group sees it under its new name; with `to` null, no more. */
export async function renameInMemberships(
  tx: Tx,
  orgId: string,
  change: { column: GroupColumn; from: string; to: string | null },
): Promise<void> {
  const column = sql.ref(change.column === 'team' ? 'teams' : 'departments')
  await sql`
    update memberships set updated_at = now(), ${column} = array(
      select case when lower(one.name) = lower(${change.from}) then ${change.to}::text else one.name end
      from unnest(${column}) with ordinality as one (name, place)
      where ${change.to}::text is not null or lower(one.name) <> lower(${change.from}) order by one.place)
    where org_id = ${orgId} and lower(${change.from}) = any(lower(${column}::text)::text[])`.execute(tx)
}
