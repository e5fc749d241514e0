// What an import of agents would do, row by row, decided before anything is written. Reading and writing: agent-import.ts.

import { type Department, normaliseEmail, readName, type Team } from '../access/index.ts'
import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import type { Place } from './groups.ts'
import type { Agent } from './people.ts'
import { isWithin } from './reach.ts'

export type Unmatched = 'create' | 'skip' | 'refuse'

export type ImportRow = { line: number; name: string; email: string; department: string; team: string }

export type Outcome = 'created' | 'updated' | 'unchanged' | 'skipped' | 'refused'

export type Planned = {
  row: ImportRow
  outcome: Outcome
  /** For people: why a row was skipped or refused. */
  reason?: string
  isUnmatched?: true
  agent?: Agent
  place?: Place
  email?: string | null
}

export type Known = {
  teams: Map<string, Team>
  departments: Map<string, Department>
  /** By lower-case e-mail and by lower-case name. */
  byEmail: Map<string, Agent[]>
  byName: Map<string, Agent[]>
}

export type Plan = {
  planned: Planned[]
  newDepartments: string[]
  newTeams: { name: string; department: string }[]
}

const textCharsMax = 200
const newTeamsMax = 500

export function planImport(by: Principal, rows: ImportRow[], known: Known, unmatched: Unmatched): Plan {
  const newDepartments = new Map<string, string>()
  const newTeams = new Map<string, { name: string; department: string }>()
  const seen = new Map<string, number>()

  const plan = (row: ImportRow): Planned => {
    const problem = textProblem(row)
    if (problem) return refused(row, problem)
    const email = row.email === '' ? null : normaliseEmail(row.email)
    if (row.email !== '' && !email) return refused(row, `'${row.email.slice(0, 60)}' is not an e-mail address.`)
    if (!row.name && !email) return refused(row, 'An agent needs a name or an e-mail address.')
    const identity = email ?? row.name.toLowerCase()
    const earlier = seen.get(identity)
    if (earlier !== undefined) return refused(row, `The same agent is on line ${earlier}.`)
    seen.set(identity, row.line)
    const found = (email ? known.byEmail : known.byName).get(identity)
    if (found && found.length > 1)
      return refused(row, `${found.length} agents have this name. Give the e-mail address.`)
    const agent = found?.[0]
    const twice = agent && seen.get(agent.id)
    if (twice !== undefined) return refused(row, `The same agent is on line ${twice}.`)
    if (agent) seen.set(agent.id, row.line)
    if (agent && !isWithin(by.reach, { ...agent, agent_id: agent.id })) return refused(row, noAccess)
    if (agent && !agent.is_active) {
      return { row, agent, outcome: 'skipped', reason: 'This agent is deactivated. Reactivate it first.' }
    }
    const placed = placeOf(row, agent)
    if ('outcome' in placed) return placed
    const { place } = placed
    if (!isWithin(by.reach, { ...place, agent_id: null })) return refused(row, noAccess)
    if (!agent) return { row, place, email, outcome: 'created' }
    const isSame =
      (row.name === '' || row.name === agent.name) && place.team === agent.team && place.department === agent.department
    return { row, agent, place, email, outcome: isSame ? 'unchanged' : 'updated' }
  }

  /** An agent that is there stays where it is when the row names no place. */
  const placeOf = (row: ImportRow, agent: Agent | undefined): Planned | { place: Place } => {
    if (!row.team && !row.department) {
      return { place: { team: agent?.team ?? null, department: agent?.department ?? null } }
    }
    const team = known.teams.get(row.team.toLowerCase()) ?? newTeams.get(row.team.toLowerCase())
    const department =
      known.departments.get(row.department.toLowerCase())?.name ?? newDepartments.get(row.department.toLowerCase())
    if (team) {
      if (row.department && team.department.toLowerCase() !== row.department.toLowerCase()) {
        return refused(row, `The team '${team.name}' belongs to '${team.department}', not to '${row.department}'.`)
      }
      return { place: { team: team.name, department: team.department } }
    }
    if (!row.team && department) return { place: { team: null, department } }
    return unknownPlace(row, department)
  }

  const unknownPlace = (row: ImportRow, department: string | undefined): Planned | { place: Place } => {
    const missing = row.team ? `team '${row.team}'` : `department '${row.department}'`
    if (unmatched !== 'create') {
      const outcome = unmatched === 'skip' ? 'skipped' : 'refused'
      return { row, outcome, reason: `There is no ${missing}.`, isUnmatched: true }
    }
    if (!row.team) return refused(row, `The department '${row.department}' is new, and needs a team.`)
    if (!row.department) return refused(row, `Team ${row.team} cannot be without a department.`)
    const noun = department ? 'team' : 'department'
    const mayCreate = by.scopes.includes('teams:manage') && (by.reach === 'all' || (department && isOwn(department)))
    if (!mayCreate) {
      return refused(row, `You are trying to create a new ${noun} but you don't have permissions to do that.`)
    }
    if (newTeams.size >= newTeamsMax) return refused(row, `One import makes at most ${newTeamsMax} teams.`)
    try {
      const name = readName('team', row.team)
      const inside = department ?? readName('department', row.department)
      if (!department) newDepartments.set(inside.toLowerCase(), inside)
      newTeams.set(name.toLowerCase(), { name, department: inside })
      return { place: { team: name, department: inside } }
    } catch (error) {
      if (error instanceof Problem) return refused(row, error.detail)
      throw error
    }
  }

  const isOwn = (department: string) => isWithin(by.reach, { department, team: null, agent_id: null })

  return { planned: rows.map(plan), newDepartments: [...newDepartments.values()], newTeams: [...newTeams.values()] }
}

const noAccess = 'You have no access to where this agent is or would be.'

const refused = (row: ImportRow, reason: string): Planned => ({ row, outcome: 'refused', reason })

function textProblem(row: ImportRow): string | null {
  for (const key of ['name', 'email', 'department', 'team'] as const) {
    if (row[key].length > textCharsMax) return `${key} has more than ${textCharsMax} characters.`
    if (/\p{Cc}/u.test(row[key])) return `${key} holds control characters.`
    if (!row[key].isWellFormed()) return `${key} holds half a character.`
  }
  return null
}
