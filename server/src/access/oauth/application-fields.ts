// What clients say of OAuth applications and what they are shown. No secret is in any of it.

import { Type } from 'typebox'
import { pageAnswer } from '../../platform/http/paging.ts'
import { allScopes } from '../permissions.ts'
import type { Application } from './applications.ts'

export const tag = 'OAuth applications'
export const overlapHoursMax = 720
export const overlapHoursDefault = 24

const strict = { additionalProperties: false }
const name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'Shown to who is asked' })
const redirectUris = Type.Array(Type.String({ maxLength: 2000 }), {
  maxItems: 20,
  description: 'Exact addresses, https, or http on a loopback address',
})
const scopes = Type.Array(Type.String({ maxLength: 100 }), {
  minItems: 1,
  maxItems: allScopes.length,
  description: `What it may be given at most. Any of ${allScopes.join(', ')}`,
})
const actsAlone = Type.Boolean({
  description: 'May ask for tokens of its own (client credentials): then it acts for the whole organisation',
})
const kind = Type.Union([Type.Literal('public'), Type.Literal('confidential')], {
  description: 'A public one runs where its user could read a secret: in a browser, on a phone or a desk',
})

export const newApplicationBody = Type.Object(
  { name, kind, redirect_uris: Type.Optional(redirectUris), scopes, acts_alone: Type.Optional(actsAlone) },
  {
    ...strict,
    examples: [
      {
        name: 'Reports',
        kind: 'confidential',
        redirect_uris: ['https://reports.example.com/callback'],
        scopes: ['calls:read', 'analytics:read'],
      },
    ],
  },
)

export const applicationChangeBody = Type.Object(
  {
    name: Type.Optional(name),
    redirect_uris: Type.Optional(redirectUris),
    scopes: Type.Optional(scopes),
    acts_alone: Type.Optional(actsAlone),
    is_active: Type.Optional(Type.Boolean({ description: 'False: nothing of it works until it is true again' })),
  },
  { ...strict, examples: [{ is_active: false }] },
)

export const rotationBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: overlapHoursMax,
        default: overlapHoursDefault,
        description: 'How long the secret of before goes on working',
      }),
    ),
  },
  { ...strict, examples: [{ overlap_hours: 0 }] },
)

const moment = Type.String({ format: 'date-time' })
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

const fields = {
  client_id: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  redirect_uris: Type.Array(Type.String()),
  scopes: Type.Array(Type.String()),
  acts_alone: Type.Boolean(),
  is_active: Type.Boolean(),
  masked_secret: orNull(Type.String()),
  former_secret_until: orNull(moment),
  created_by: Type.String(),
  created_at: moment,
  updated_at: moment,
}
export const applicationAnswer = Type.Object(fields)
export const secretAnswer = Type.Object({
  ...fields,
  client_secret: orNull(Type.String({ description: 'Shown this once; null for a public application' })),
})
export const applicationsAnswer = pageAnswer('applications', applicationAnswer)

export const applicationView = (application: Application) => ({
  client_id: application.id,
  name: application.name,
  kind: application.kind,
  redirect_uris: application.redirect_uris,
  scopes: application.scopes,
  acts_alone: application.acts_alone,
  is_active: application.is_active,
  masked_secret: application.masked_secret,
  former_secret_until: application.former_secret_until,
  created_by: application.created_by,
  created_at: application.created_at,
  updated_at: application.updated_at,
})
