// What clients send about signing in and their own account, and what they are shown: schemas and views.

import { Type } from 'typebox'
import type { Session } from './sessions.ts'
import type { Membership, User } from './users.ts'

const strict = { additionalProperties: false }
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const moment = Type.String({ format: 'date-time' })
const uuid = Type.String({ format: 'uuid' })

export const email = Type.String({ minLength: 1, maxLength: 254 })
/** Longer ones are refused with a reason, and before anything is done with them. */
const password = Type.String({ minLength: 1, description: '8 to 128 characters: letters, digits, special characters' })
const token = Type.String({ minLength: 1, maxLength: 200, description: 'From the link' })
const code = Type.String({
  minLength: 6,
  maxLength: 40,
  description: 'Six digits of the authenticator app, or a recovery code',
})
export const personName = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\p{Cc}]*[^\\s\\p{Cc}][^\\p{Cc}]*$',
})

export const signInBody = Type.Object(
  { email, password, organisation_id: Type.Optional(uuid) },
  { ...strict, examples: [{ email: 'name@example.org', password: 'a long phrase with 1 digit' }] },
)
export const secondFactorBody = Type.Object({ challenge: token, code, organisation_id: Type.Optional(uuid) }, strict)
export const organisationBody = Type.Object({ organisation_id: uuid }, strict)
export const forgotBody = Type.Object({ email }, strict)
export const resetBody = Type.Object({ token, password }, strict)
export const acceptBody = Type.Object(
  { token, password: Type.Optional(password), name: Type.Optional(personName) },
  strict,
)
export const meBody = Type.Object(
  {
    name: Type.Optional(personName),
    new_password: Type.Optional(password),
    password: Type.Optional(Type.String({ description: 'The present one; only needed for a new one' })),
  },
  strict,
)
export const enrolBody = Type.Object({ password: Type.Optional(password) }, strict)
export const codeBody = Type.Object({ code }, strict)

const organisation = Type.Object({ id: uuid, name: Type.String(), role: Type.String() })

export const sessionAnswer = Type.Object({
  status: Type.Literal('signed_in'),
  csrf_token: Type.String({ description: 'To be sent as X-Indaba-CSRF with whatever changes something' }),
  user: Type.Object({ id: uuid, email: Type.String(), name: orNull(Type.String()) }),
  organisation: Type.Object({
    ...organisation.properties,
    level: Type.String(),
    departments: Type.Array(Type.String()),
    teams: Type.Array(Type.String()),
    agent_id: orNull(uuid),
    view_redactions: Type.Boolean(),
    scopes: Type.Array(Type.String()),
  }),
  organisations: Type.Array(organisation, { description: 'All that the user may switch to' }),
})
export const challengeAnswer = Type.Object({
  status: Type.Literal('second_factor_needed'),
  challenge: Type.String(),
  expires_in_s: Type.Integer(),
})
export const sessionsAnswer = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: uuid,
      organisation_id: uuid,
      address: Type.String(),
      user_agent: orNull(Type.String()),
      created_at: moment,
      last_seen_at: moment,
      expires_at: moment,
      is_current: Type.Boolean(),
    }),
  ),
})
export const meAnswer = Type.Object({
  id: uuid,
  email: Type.String(),
  name: orNull(Type.String()),
  email_verified: Type.Boolean(),
  has_password: Type.Boolean(),
  second_factor: Type.Object({ is_on: Type.Boolean(), recovery_codes_left: Type.Integer() }),
})

const organisationView = ({ org_id, org_name, role }: Membership) => ({ id: org_id, name: org_name, role })

export const sessionView = (
  { user, membership, by, csrfToken }: Pick<Session, 'user' | 'membership' | 'by' | 'csrfToken'>,
  memberships: Membership[],
) => ({
  status: 'signed_in',
  csrf_token: csrfToken,
  user: { id: user.id, email: user.email, name: user.name },
  organisation: {
    ...organisationView(membership),
    level: membership.level,
    departments: membership.departments,
    teams: membership.teams,
    agent_id: membership.agent_id,
    view_redactions: by.reveals ?? false,
    scopes: by.scopes,
  },
  organisations: memberships.map(organisationView),
})

export const meView = (user: User, recoveryCodesLeft: number) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  email_verified: user.email_verified_at !== null,
  has_password: user.password_hash !== null,
  second_factor: { is_on: user.totp_confirmed_at !== null, recovery_codes_left: recoveryCodesLeft },
})
