// Which part of the organisation something concerns: the agents, teams and departments of conversations, as sets that
// grow. Null where they cannot be told, or are too many: then it concerns the whole.

import type { Alert } from './shapes.ts'

export type Parts = Pick<Alert, 'agent_ids' | 'teams' | 'departments'>

const valuesMax = 50

export const partsOf = (of: { agent_id: string | null; team: string | null; department: string | null }): Parts => ({
  agent_ids: of.agent_id === null ? null : [of.agent_id],
  teams: of.team === null ? null : [of.team.toLowerCase()],
  departments: of.department === null ? null : [of.department.toLowerCase()],
})

export const whole: Parts = { agent_ids: null, teams: null, departments: null }

/** Null: nothing yet. */
export function joined(before: Parts | null, more: Parts): Parts {
  if (!before) return more
  return {
    agent_ids: union(before.agent_ids, more.agent_ids),
    teams: union(before.teams, more.teams),
    departments: union(before.departments, more.departments),
  }
}

function union(one: string[] | null, other: string[] | null): string[] | null {
  if (!one || !other) return null
  const all = [...new Set([...one, ...other])]
  return all.length > valuesMax ? null : all
}
