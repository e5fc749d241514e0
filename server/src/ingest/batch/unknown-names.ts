// Which names of agents, teams and departments in a bulk load are not known, how many items have each, and which known
// names each may be a misspelling of.

import { departmentsNamed, listDepartments, listTeams, teamsNamed } from '../../access/index.ts'
import { isGroupKnown, likenessTo, listAgents, resolveAgents } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Findings, IngestJob, PeopleSaid, UnknownName } from '../jobs/shapes.ts'
import { own } from './people.ts'

/** So many names of a kind are told, those of the most items first. */
const shownMax = 200
const likeMax = 20_000
const atOnce = 1000

type Count = { name: string; items: number }

/** @param said once for each item that names anybody; names that the job's options explain are known */
export async function unknownNames(
  db: Db,
  job: Pick<IngestJob, 'org_id' | 'sent_by' | 'options'>,
  said: readonly PeopleSaid[],
): Promise<Findings> {
  const { org_id: orgId, options } = job
  const by: Principal = { ...job.sent_by, orgId, isAdmin: false }
  const { agents, teams, departments } = options.people
  const groups = {
    teams: count(said.map(({ team }) => (team !== null && own(teams, team) ? null : team))),
    departments: count(said.map(({ department: one }) => (one !== null && own(departments, one) ? null : one))),
  }
  const isExplained = (agent: object) => Object.values(agent).some((word) => own(agents, word))
  const named = said.flatMap(({ agent }) => (agent && !isExplained(agent) ? [agent] : []))
  const found = {
    agents: await unknownAgents(db, orgId, named),
    teams: await unknownGroups(db, orgId, 'team', groups.teams),
    departments: await unknownGroups(db, orgId, 'department', groups.departments),
  }
  const known = {
    agents: async () => (await listAgents(db, by, { active: true }, { limit: likeMax, offset: 0 })).agents,
    teams: () => listTeams(db, by, { limit: likeMax }),
    departments: () => listDepartments(db, by, { limit: likeMax }),
  }
  const findings: Findings = {}
  for (const kind of ['agents', 'teams', 'departments'] as const) {
    const most = found[kind].toSorted((a, b) => b.items - a.items).slice(0, shownMax)
    if (most.length === 0) continue
    const similarTo = likenessTo((await known[kind]()).flatMap(({ name }) => name ?? []))
    findings[kind] = most.map((one): UnknownName => ({ ...one, similar: similarTo(one.name) }))
  }
  return findings
}

function count(names: (string | null)[]): Count[] {
  const counts = new Map<string, Count>()
  for (const name of names) {
    if (name === null) continue
    const known = counts.get(name.toLowerCase())
    if (known) known.items++
    else counts.set(name.toLowerCase(), { name, items: 1 })
  }
  return [...counts.values()]
}

async function unknownAgents(db: Db, orgId: string, named: NonNullable<PeopleSaid['agent']>[]): Promise<Count[]> {
  const each = [...Map.groupBy(named, (agent) => JSON.stringify(agent).toLowerCase()).values()]
  const unknown: string[] = []
  for (let start = 0; start < each.length; start += atOnce) {
    const some = each.slice(start, start + atOnce)
    const found = await resolveAgents(
      db,
      some.map(([agent = {}]) => ({ orgId, agent })),
    )
    unknown.push(...some.flatMap((same, index) => (found[index] ? [] : same.map(shownAgent))))
  }
  return count(unknown)
}

const shownAgent = ({ name, email, id }: NonNullable<PeopleSaid['agent']>) => name ?? email ?? id ?? ''

async function unknownGroups(db: Db, orgId: string, kind: 'team' | 'department', named: Count[]): Promise<Count[]> {
  const known = await (kind === 'team' ? teamsNamed : departmentsNamed)(
    db,
    orgId,
    named.map(({ name }) => name),
  )
  const unknown: Count[] = []
  for (const one of named) {
    if (known.has(one.name.toLowerCase())) continue
    // Those that only agents name; beyond what is shown nobody asks.
    if (unknown.length >= shownMax || !(await isGroupKnown(db, orgId, kind, one.name))) unknown.push(one)
  }
  return unknown
}
