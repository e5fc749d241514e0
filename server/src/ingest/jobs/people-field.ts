// The field `people` of an ingest job: whom the names in its items stand for that are not known.

import { type Static, Type } from 'typebox'
import { departmentsNamed, teamsNamed } from '../../access/index.ts'
import { resolveAgents } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { JobOptions } from './shapes.ts'

const nameCharsMax = 500
/** Of each kind. */
const namesMax = 10_000
const kinds = ['agents', 'teams', 'departments'] as const
type Kind = (typeof kinds)[number]
const nouns: Record<Kind, string> = { agents: 'agent', teams: 'team', departments: 'department' }

const names = Type.Optional(
  Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: nameCharsMax }), { additionalProperties: false }),
)

export const people = Type.Object(
  { agents: names, teams: names, departments: names },
  {
    additionalProperties: false,
    description: 'Whom names that are not known stand for, as `{"agents": {"J Smith": "Jane Smith"}}`',
  },
)

/**
 * Names as they are compared, in lower case, and each stands for somebody that is known.
 * @throws Problem('invalid', 'invalid_request') that names the first one who is not
 */
export async function readPeople(
  db: DbOrTx,
  orgId: string,
  given: Static<typeof people>,
): Promise<JobOptions['people']> {
  const read = Object.fromEntries(kinds.flatMap((kind) => (given[kind] ? [[kind, tidy(kind, given[kind])]] : [])))
  for (const [kind, map] of Object.entries(read)) {
    const wanted = [...new Set(Object.values(map))]
    const known = await whoIsKnown[kind as Kind](db, orgId, wanted)
    const unknown = wanted.find((name) => !known.has(name.toLowerCase()))
    if (unknown !== undefined) {
      const quoted = JSON.stringify(unknown.slice(0, 80))
      throw invalid(`people.${kind}: there is no ${nouns[kind as Kind]} named ${quoted}. Name one that is there.`)
    }
  }
  return read
}

function tidy(kind: Kind, map: Record<string, string>): Record<string, string> {
  const entries = Object.entries(map)
  if (entries.length > namesMax) throw invalid(`people.${kind} holds more than the ${namesMax} names allowed.`)
  return Object.fromEntries(entries.map(([name, known]) => [name.trim().toLowerCase(), known.trim()]))
}

type Known = (db: DbOrTx, orgId: string, wanted: string[]) => Promise<{ has(name: string): boolean }>

const whoIsKnown: Record<Kind, Known> = {
  async agents(db, orgId, wanted) {
    const found = await resolveAgents(
      db,
      wanted.map((name) => ({ orgId, agent: { name } })),
    )
    return new Set(wanted.filter((_, index) => found[index]).map((name) => name.toLowerCase()))
  },
  teams: teamsNamed,
  departments: departmentsNamed,
}

const invalid = (detail: string) => new Problem('invalid', 'invalid_request', detail, { facts: { field: 'people' } })
