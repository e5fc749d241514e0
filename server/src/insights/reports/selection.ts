// Which conversations a report or an export is about: read from what a client sends, and made into a condition.

import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { findAgent, groupName, type Viewer, wholeOrg } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { compileNode, idsFitting, readFilter, readQuery } from '../search/compile.ts'
import type { Selection, Span } from './shapes.ts'

const namesMax = 100
const names = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: namesMax, description }))
const orNull = (maxLength: number, description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength, description }), Type.Null()]))

export const selectionFields = {
  channel: Type.Optional(
    Type.Union([...['voice', 'chat', 'all'].map((one) => Type.Literal(one)), Type.Null()], {
      description: 'Absent: all',
    }),
  ),
  departments: names('Names or ids'),
  teams: names('Names or ids'),
  agents: names('Ids, external ids or e-mail addresses'),
  include_unassigned: Type.Optional(
    Type.Boolean({
      description: 'Whether conversations of no known agent count; absent: only where no people are named',
    }),
  ),
  filter: orNull(4000, 'In the filter language (docs/filters.md)'),
  q: orNull(1000, 'Words to be found in the conversations, as GET /v1/search takes them'),
}

type Given = {
  channel?: string | null | undefined
  departments?: string[] | undefined
  teams?: string[] | undefined
  agents?: string[] | undefined
  include_unassigned?: boolean | undefined
  filter?: string | null | undefined
  q?: string | null | undefined
}

/** @throws Problem('invalid') for people and groups that are not known, and for a filter that cannot be read */
export async function readSelection(db: Db, by: Viewer, given: Given): Promise<Selection> {
  const filter = given.filter?.trim() || null
  const q = given.q?.trim() || null
  if (filter !== null) readFilter(filter)
  if (q !== null) readQuery(q)
  const namesPeople = [given.departments, given.teams, given.agents].some((list) => (list?.length ?? 0) > 0)
  return {
    channel: given.channel === 'voice' || given.channel === 'chat' ? given.channel : null,
    departments: await groupsOf(db, by, 'department', given.departments),
    teams: await groupsOf(db, by, 'team', given.teams),
    agents: await agentsOf(db, by, given.agents),
    include_unassigned: given.include_unassigned ?? !namesPeople,
    filter,
    q,
  }
}

async function groupsOf(db: Db, by: Viewer, kind: 'team' | 'department', words: string[] = []): Promise<string[]> {
  const found: string[] = []
  for (const word of new Set(words)) {
    const name = await groupName(db, by.orgId, kind, word.trim())
    if (name === null) throw unknown(`${kind}s`, word, kind)
    found.push(name)
  }
  return found
}

/** Whose conversations are seen is the condition's matter: who has moved on may still have some in reach. */
async function agentsOf(db: Db, by: Viewer, words: string[] = []): Promise<string[]> {
  const found: string[] = []
  for (const word of new Set(words)) {
    const agent = await findAgent(db, wholeOrg(by.orgId), word)
    if (!agent) throw unknown('agents', word, 'agent')
    found.push(agent.id)
  }
  return found
}

const unknown = (field: string, word: string, what: string) =>
  new Problem('invalid', `unknown_${what}`, `${field}: no ${what} is known by ${JSON.stringify(word.slice(0, 60))}.`, {
    facts: { field },
  })

/** Over the columns of `conversations`. Reach is not in it: whoever reads adds it. */
export function whereOf(by: Viewer, { from, to }: Span, selection: Selection): RawBuilder<boolean> {
  const parts = [sql<boolean>`true`]
  if (from) parts.push(sql<boolean>`started_at >= ${from}`)
  if (to) parts.push(sql<boolean>`started_at < ${to}`)
  if (selection.channel) parts.push(sql<boolean>`channel = ${selection.channel}`)
  const people = peopleOf(by.orgId, selection)
  if (people) parts.push(selection.include_unassigned ? sql<boolean>`(${people} or agent_id is null)` : people)
  else if (!selection.include_unassigned) parts.push(sql<boolean>`agent_id is not null`)
  const { filter, q } = selection
  for (const node of [filter && readFilter(filter), q && readQuery(q)]) {
    if (node) parts.push(sql<boolean>`id in ${idsFitting(by, compileNode(by, node))}`)
  }
  return sql<boolean>`(${sql.join(parts, sql` and `)})`
}

function peopleOf(orgId: string, { departments, teams, agents }: Selection): RawBuilder<boolean> | null {
  const parts = [
    named('department', departments),
    named('team', teams),
    // Whose agent was found to be another one is theirs.
    agents.length > 0
      ? sql<boolean>`agent_id in (select id from agents where org_id = ${orgId}
          and (id = any (${agents}::uuid[]) or merged_into = any (${agents}::uuid[])))`
      : null,
  ].filter((one) => one !== null)
  return parts.length > 0 ? sql<boolean>`(${sql.join(parts, sql` and `)})` : null
}

const named = (column: string, values: string[]) =>
  values.length > 0
    ? sql<boolean>`lower(${sql.ref(column)}) = any (array(select lower(v) from unnest(${values}::text[]) as v))`
    : null
