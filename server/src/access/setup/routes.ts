// The first run in the browser: whether it is still to be done, and doing it.

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import type { TakeOne } from '../limits/admission.ts'
import { readSettings } from '../org-settings.ts'
import { beginSession } from '../users/begin-session.ts'
import { email, personName, sessionAnswer } from '../users/session-fields.ts'
import { refuseCrossSite, type Sessions } from '../users/sessions.ts'
import { activeMemberships, requireUser } from '../users/users.ts'
import { setUp } from './first-run.ts'
import { isSetupNeeded } from './setup-tokens.ts'

const tag = 'First run'
/** From everywhere together: it is done once, by one person. */
const perMinuteMax = 20

const body = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200, description: 'From the link that the program printed' }),
    organisation: Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' }),
    name: personName,
    email,
    password: Type.String({ minLength: 1, description: '8 to 128 characters: letters, digits, special characters' }),
    time_zone: Type.Optional(
      Type.String({ maxLength: 100, description: 'Of the organisation, such as Africa/Maseru' }),
    ),
  },
  { additionalProperties: false },
)

export function setupRoutes(parts: { db: Db; sessions: Sessions; takeOne: TakeOne; publicUrl: () => string }): Route[] {
  const { db } = parts
  return [
    route({
      method: 'GET',
      paths: ['/v1/setup'],
      summary: 'Whether the first administrator is still to be made',
      tag,
      auth: 'open',
      answers: {
        200: { description: 'Whether nobody has an account', schema: Type.Object({ needed: Type.Boolean() }) },
      },
      handle: async () => ok({ needed: await isSetupNeeded(db) }, { 'Cache-Control': 'no-store' }),
    }),
    route({
      method: 'POST',
      paths: ['/v1/setup'],
      summary: 'Make the first administrator and their organisation, and sign them in',
      description:
        'Once, while nobody has an account, with the token of the link that the program prints when it starts. They own the organisation and are an operator of the installation.',
      tag,
      auth: 'open',
      bodyBytesMax: 16 * 1024,
      body,
      answers: {
        200: { description: 'Signed in', schema: sessionAnswer },
        400: { description: 'A weak password, or a field that is wrong' },
        401: { description: 'Not the token of a link that works' },
        409: { description: 'There is an administrator already' },
        429: { description: 'Too many tries' },
      },
      async handle(call) {
        refuseCrossSite(call.headers, parts.publicUrl())
        const { isAdmitted, waitMs } = await parts.takeOne('first run', perMinuteMax)
        if (!isAdmitted) {
          const detail = 'Too many tries. Wait a minute, then open the link again.'
          throw new Problem('limited', 'too_many_attempts', detail, { retryAfterS: waitMs / 1000 })
        }
        const { time_zone, ...given } = strictFields(body, await call.fields())
        const settings = time_zone === undefined ? {} : readSettings({ time_zone }, 'organisation')
        const id = await setUp(db, {
          ...given,
          organisation: given.organisation.trim(),
          name: given.name.trim(),
          settings,
          requestId: call.requestId,
        })
        const user = await requireUser(db, id)
        return beginSession(parts, call, { user, memberships: await activeMemberships(db, id), orgId: undefined })
      },
    }),
  ]
}
