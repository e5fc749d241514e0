// What clients send and see of the people of an organisation.

import { type Static, Type } from 'typebox'
import { pageAnswer } from '../../platform/http/paging.ts'
import { roles } from '../permissions.ts'
import { coherentStanding } from './grants.ts'
import { type Member, memberVersion } from './memberships.ts'
import { email, personName } from './session-fields.ts'
import { type Level, levels, type Standing } from './users.ts'

const strict = { additionalProperties: false }
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const moment = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })
const names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })
const states = ['invited', 'active', 'deactivated'] as const

const standingFields = {
  role: Type.Union(roles.filter((role) => role !== 'integration').map((role) => Type.Literal(role))),
  level: Type.Union(
    levels.map((level) => Type.Literal(level)),
    { description: 'On whose data: of the organisation, of departments, of teams, or their own' },
  ),
  departments: names,
  teams: names,
  agent_id: orNull(uuid),
  view_redactions: Type.Boolean({ description: 'Sees personal data unmasked; owners and admins always do' }),
}
const { role, ...rest } = standingFields

export const inviteBody = Type.Object(
  { email, name: Type.Optional(personName), role, ...Type.Partial(Type.Object(rest)).properties },
  { ...strict, examples: [{ email: 'name@example.org', role: 'supervisor', level: 'team', teams: ['Billing'] }] },
)
export const userChangeBody = Type.Partial(Type.Object(standingFields), {
  ...strict,
  examples: [{ role: 'analyst', level: 'organisation' }],
})

export const usersQuery = {
  state: Type.Optional(Type.Union(states.map((state) => Type.Literal(state)))),
  search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of a name or an address' })),
}

const userFields = {
  id: uuid,
  email: Type.String(),
  name: orNull(Type.String()),
  state: Type.Union(states.map((state) => Type.Literal(state))),
  role: Type.String(),
  level: Type.String(),
  departments: Type.Array(Type.String()),
  teams: Type.Array(Type.String()),
  agent_id: orNull(uuid),
  view_redactions: Type.Boolean(),
  has_second_factor: Type.Boolean(),
  last_seen_at: orNull(moment),
  invited_until: orNull(moment),
  created_at: moment,
  etag: Type.String({ description: 'For `If-Match`; another where role or reach is' }),
}
export const userAnswer = Type.Object(userFields)
export const usersAnswer = pageAnswer('users', userAnswer)
export const invitationAnswer = Type.Object({
  ...userFields,
  invitation_url: Type.Optional(
    Type.String({ description: 'Only where no mail server is set: hand it to the person yourself' }),
  ),
  warnings: Type.Optional(Type.Array(Type.String())),
})

/** Unless told otherwise, a role sees what it is mostly given for. */
const usualLevel = (given: Static<typeof inviteBody>): Level => {
  if (given.role === 'agent') return 'own'
  if (given.teams?.length) return 'team'
  return given.departments?.length ? 'department' : 'organisation'
}

export const newStanding = (given: Static<typeof inviteBody>): Standing =>
  coherentStanding({
    role: given.role as Standing['role'],
    level: (given.level as Level | undefined) ?? usualLevel(given),
    departments: given.departments ?? [],
    teams: given.teams ?? [],
    agent_id: given.agent_id ?? null,
    view_redactions: given.view_redactions ?? false,
  })

export const userView = (member: Member) => ({
  id: member.user_id,
  email: member.email,
  name: member.name,
  state: member.state,
  role: member.role,
  level: member.level,
  departments: member.departments,
  teams: member.teams,
  agent_id: member.agent_id,
  view_redactions: member.view_redactions,
  has_second_factor: member.has_second_factor,
  last_seen_at: member.last_seen_at,
  invited_until: member.state === 'invited' ? member.invitation_expires_at : null,
  created_at: member.created_at,
  ...memberVersion(member),
})
