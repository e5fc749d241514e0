// What the person who is signed in prefers, over REST.

import type { Db } from '../../platform/db/db.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { changePreferences, preferencesAnswer, preferencesBody, readPreferences } from './preferences.ts'
import type { Sessions } from './sessions.ts'
import { signedIn } from './signed-in.ts'

const tag = 'Account'
const paths = ['/v1/me/preferences'] as [string]
const fresh = { 'Cache-Control': 'no-store' }

export function preferenceRoutes(parts: { db: Db; sessions: Sessions }): Route[] {
  const { db } = parts
  return [
    route({
      method: 'GET',
      paths,
      summary: 'What you prefer to see: theme, locale, time zone, columns',
      tag,
      auth: 'open',
      answers: { 200: { description: 'All of it, with what is usual', schema: preferencesAnswer } },
      handle: (call) => signedIn(parts, call, async ({ user }) => ok(await readPreferences(db, user.id), fresh)),
    }),
    route({
      method: 'PATCH',
      paths,
      summary: 'Change what you prefer',
      description: 'What is named replaces what was; of `columns`, list by list. It holds in every browser.',
      tag,
      auth: 'open',
      bodyBytesMax: 64 * 1024,
      body: preferencesBody,
      answers: { 200: { description: 'All of it', schema: preferencesAnswer } },
      handle: (call) =>
        signedIn(parts, call, async ({ user }) => {
          const change = strictFields(preferencesBody, await call.fields())
          return ok(await changePreferences(db, user.id, change), fresh)
        }),
    }),
  ]
}
