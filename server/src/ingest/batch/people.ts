// What is made of the agents, teams and departments that the items of a bulk load name: those who are known are told by
// their known names; who is not is created, left out or refused, as the job's options have it.

import {
  createDepartment,
  departmentsNamed,
  insertTeam,
  readName,
  type Team,
  teamsNamed,
  writeAudit,
} from '../../access/index.ts'
import { type Agent, type AgentGiven, isWithin, knownGroup, resolveAgents } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { departmentBeside } from '../jobs/items.ts'
import type { IngestJob, PeopleSaid, Reason, SettlePeople } from '../jobs/shapes.ts'

/** Of one run: a table whose columns were mixed up would fill the organisation with them. */
const newTeamsMax = 500

type Group = { team: string | null; department: string | null }
type Settled<T> = T | { failure: Reason }

/**
 * For one run of a job: what was looked up is remembered. In a dry run nothing is created, and the answer is the same.
 * Failures begin with the hosted service's own texts.
 */
export function openPeople(db: Db, job: IngestJob): SettlePeople {
  const { org_id: orgId, options } = job
  const isLenient = options.unknown_people === 'create_or_leave'
  const isCreating = isLenient || options.unknown_people === 'create'
  const by: Principal = { ...job.sent_by, orgId, isAdmin: false }
  const agents = new Map<string, Promise<Agent | null>>()
  const teams = new Map<string, Promise<Pick<Team, 'name' | 'department'> | null>>()
  const groups = new Map<string, Promise<string | null>>()
  const homes = new Map<string, Promise<string | null>>()
  const makes = new Map<string, Promise<Settled<Group>>>()

  const agentOf = (agent: AgentGiven) =>
    once(agents, JSON.stringify(agent).toLowerCase(), async () => {
      const [found = null] = await resolveAgents(db, [{ orgId, agent }])
      return found
    })
  const teamOf = (name: string) =>
    once(teams, name.toLowerCase(), async () => (await teamsNamed(db, orgId, [name])).get(name.toLowerCase()) ?? null)
  const homeOf = (team: string) =>
    once(homes, team.toLowerCase(), () => departmentBeside(db, { orgId, jobId: job.id }, team))
  /** Groups that only agents name are known too. */
  const knownAs = async (kind: 'team' | 'department', name: string | null) =>
    name === null ? null : once(groups, `${kind} ${name.toLowerCase()}`, () => knownGroup(db, orgId, kind, name))

  /** Once for each pair, whatever number of items names it. */
  const make = (team: string, department: string) =>
    once(makes, `${team}\n${department}`.toLowerCase(), async () => {
      if (makes.size > newTeamsMax) return failed('too_many_teams', `One load makes at most ${newTeamsMax} teams.`)
      try {
        const made = await makeTeam(db, by, { team, department }, job)
        // From now on it is known, in a dry run too: later items may name it without its department.
        teams.set(team.toLowerCase(), Promise.resolve({ name: made.team, department: made.department }))
        return made
      } catch (err) {
        if (err instanceof Problem && err.kind === 'invalid') return failed(err.code, err.detail)
        if (err instanceof Problem && err.kind === 'forbidden') return failed('may_not_create', err.detail)
        throw err
      }
    })

  const settleGroup = async (given: Group, warn: (text: string) => void): Promise<Settled<Group>> => {
    const team = standsFor(options.people.teams, given.team)
    const department = standsFor(options.people.departments, given.department)
    const known = team === null ? null : await teamOf(team)
    if (known) {
      if (department !== null && department.toLowerCase() !== known.department.toLowerCase()) {
        warn(`The team '${known.name}' belongs to '${known.department}', not to '${department}': taken in there.`)
      }
      return { team: known.name, department: known.department }
    }
    const there = { team: await knownAs('team', team), department: await knownAs('department', department) }
    const isNewTeam = team !== null && there.team === null
    const isNewDepartment = department !== null && there.department === null
    if (isNewTeam && isCreating) {
      // Which item comes first is chance: another one may say where the team belongs.
      const home = department ?? (await homeOf(team))
      const group =
        home === null
          ? failed('department_required', `Team ${team} cannot be without a department.`)
          : await make(team, home)
      if (!('failure' in group)) return group
      if (!isLenient) return advised(group)
      warn(group.failure.reason)
    }
    if (options.unknown_people === 'refuse') {
      if (isNewTeam) return failed('unknown_team', `There is no team '${team}'.`)
      if (isNewDepartment) return failed('unknown_department', `There is no department '${department}'.`)
    }
    if (isNewTeam) warn(`There is no team '${team}': taken in without a team.`)
    if (isNewDepartment) {
      const needs = there.team === null ? 'needs a team' : `needs a new team, and '${there.team}' is known without it`
      const why = isCreating ? `, and one that is new ${needs}` : ''
      warn(`There is no department '${department}'${why}: taken in without a department.`)
    }
    return there
  }

  return async (said) => {
    const warnings: string[] = []
    const group = await settleGroup(said, (text) => void warnings.push(text))
    if ('failure' in group) return group
    const agent = mapped(options.people.agents, said.agent)
    const settled = { ...group, agent, createsAgent: false, warnings }
    if (agent === null || (await agentOf(agent))) return settled
    // It may be created at any moment, by the item before this one for example.
    agents.delete(JSON.stringify(agent).toLowerCase())
    const name = agent.name ?? agent.email ?? agent.id
    if (options.unknown_people === 'refuse') return failed('unknown_agent', `No agent is known as '${name}'.`)
    if (!isCreating) return settled
    const isAllowed = by.scopes.includes('agents:manage')
    if (group.team !== null && isAllowed) return { ...settled, createsAgent: true }
    if (isLenient) return settled
    return isAllowed
      ? failed('team_required', `Agent '${name}' cannot be created without a team.`)
      : advised(failed('may_not_create', mayNot('agent', 'the scope agents:manage')))
  }
}

function once<T>(map: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  const made = work()
  map.set(key, made)
  made.catch(() => map.delete(key))
  return made
}

const failed = (code: string, reason: string) => ({ failure: { code, reason } })

const mayNot = (noun: string, needed: string) =>
  `You are trying to create a new ${noun} but you don't have permissions to do that: it needs ${needed}.`

/** What to do about it, where the item fails. */
function advised({ failure: { code, reason } }: { failure: Reason }) {
  const advice = 'Send it with unknown_people=leave, or have it retried by somebody who may.'
  return failed(code, code === 'may_not_create' ? `${reason} ${advice}` : reason)
}

const standsFor = (people: Record<string, string> | undefined, name: string | null): string | null =>
  name === null ? null : (own(people, name) ?? name)

function mapped(people: Record<string, string> | undefined, agent: AgentGiven | null): PeopleSaid['agent'] {
  const known = Object.values(agent ?? {})
    .map((word) => own(people, word))
    .find(Boolean)
  return known === undefined ? agent : { name: known }
}

export const own = (people: Record<string, string> | undefined, name: string): string | undefined => {
  const key = name.trim().toLowerCase()
  return people && Object.hasOwn(people, key) ? people[key] : undefined
}

/** @throws Problem('invalid', 'invalid_name'), Problem('forbidden') */
async function makeTeam(
  db: Db,
  by: Principal,
  given: { team: string; department: string },
  job: Pick<IngestJob, 'is_dry_run' | 'request_id'>,
): Promise<{ team: string; department: string }> {
  const { orgId, actor } = by
  const team = readName('team', given.team)
  const known = (await departmentsNamed(db, orgId, [given.department])).get(given.department.toLowerCase())
  const department = known?.name ?? readName('department', given.department)
  const place = { team, department, agent_id: null }
  const covers = by.reach === 'all' || (known && by.reach.column === 'department' && isWithin(by.reach, place))
  if (!by.scopes.includes('teams:manage') || !covers) {
    const needed = covers
      ? 'the scope teams:manage'
      : known
        ? 'access to its department'
        : 'access to the whole organisation'
    throw new Problem('forbidden', 'insufficient_permissions', mayNot(known ? 'team' : 'department', needed))
  }
  if (job.is_dry_run) return { team, department }
  try {
    await db.transaction().execute(async (tx) => {
      const home = known ?? (await createDepartment(tx, by, { name: department }))
      const { id } = await insertTeam(tx, orgId, team, home.id)
      const entry = { orgId, actor, requestId: job.request_id }
      const data = { name: team, department }
      await writeAudit(tx, [
        ...(known ? [] : [{ ...entry, action: 'department.create', target: home.id, data: { name: department } }]),
        { ...entry, action: 'team.create', target: id, data },
      ])
    })
  } catch (err) {
    // Another load has made one of them meanwhile.
    if (!(err instanceof Problem && err.code === 'name_taken')) throw err
    const there = (await teamsNamed(db, orgId, [team])).get(team.toLowerCase())
    return there ? { team: there.name, department: there.department } : makeTeam(db, by, given, job)
  }
  return { team, department }
}
