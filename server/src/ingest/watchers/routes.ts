// Watchers over REST: a watcher says how it is doing, people see which are well, and take away those that are gone.

import { type Static, Type } from 'typebox'
import { writeAudit } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { deleteWatcher, hearFrom, listWatchers, requireWatcher, stateOf, type Watcher } from './watchers.ts'

const tag = 'Watchers'
const nameCharsMax = 200
const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 600 }) })
const count = Type.Integer({ minimum: 0, maximum: 2_147_483_647 })
const time = Type.String({ description: 'ISO 8601 UTC' })

const contactBody = Type.Object({
  host: Type.String({ minLength: 1, maxLength: 300 }),
  folder: Type.String({ minLength: 1, maxLength: 4096 }),
  version: Type.String({ minLength: 1, maxLength: 100 }),
  once: Type.Optional(Type.Boolean({ description: 'It runs to an end, so its silence is not told', default: false })),
  waiting: count,
  sent: count,
  refused: count,
  last_error: Type.Optional(
    Type.Union([Type.String({ maxLength: 2000 }), Type.Null()], { description: 'What is wrong at present' }),
  ),
  oldest_waiting_s: Type.Optional(
    Type.Union([Type.Number({ minimum: 0, maximum: 1e10 }), Type.Null()], {
      description: 'Age of the file that has waited longest, in seconds',
    }),
  ),
})

const watcherAnswer = Type.Object({
  watcher_id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  state: Type.Union([Type.Literal('ok'), Type.Literal('silent'), Type.Literal('failing')], {
    description: '`silent`: nothing was heard for 15 minutes. `failing`: it says that something is wrong',
  }),
  host: Type.String(),
  folder: Type.String(),
  version: Type.String(),
  once: Type.Boolean(),
  waiting: Type.Integer(),
  sent: Type.Integer(),
  refused: Type.Integer(),
  last_error: Type.Union([Type.String(), Type.Null()]),
  oldest_waiting_at: Type.Union([time, Type.Null()]),
  first_contact_at: time,
  last_contact_at: time,
})

const pageOf = cursorPages('n', (value): value is string => typeof value === 'string')

export function watcherRoutes({ db }: { db: Db }): Route[] {
  return [
    route({
      method: 'PUT',
      paths: ['/v1/watchers/:name'],
      summary: 'A watcher says that it is there, and how it is doing',
      description:
        'Sent every minute by `indaba watch`. When nothing was heard for 15 minutes, `watcher.silent` is told once; not of one that was deleted.',
      tag,
      auth: 'calls:write',
      params: byName,
      body: contactBody,
      answers: { 200: { description: 'The watcher', schema: watcherAnswer } },
      async handle(call) {
        const { by, requestId } = call
        const name = readName(call.params.name)
        const contact = readContact(strictFields(contactBody, await call.fields()))
        const watcher = await db.transaction().execute(async (tx) => {
          const { watcher, isNew } = await hearFrom(tx, by.orgId, name, contact)
          const { host, folder } = contact
          const entry = { orgId: by.orgId, actor: by.actor, action: 'watcher.create', target: watcher.id, requestId }
          if (isNew) await writeAudit(tx, [{ ...entry, data: { name, host, folder } }])
          return watcher
        })
        return ok(view(watcher))
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/watchers'],
      summary: 'List watchers, by name',
      tag,
      auth: 'calls:read',
      query: Type.Object({
        limit: pageQuery.limit,
        cursor: Type.Optional(Type.String({ maxLength: 2000, description: '`next_cursor` of the page before' })),
      }),
      answers: {
        200: {
          description: 'A page of watchers',
          schema: pageAnswer('watchers', watcherAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) => listWatchers(db, by.orgId, { limit, ...(last === null ? {} : { after: last }) }),
          ({ name }) => name,
        )
        return ok({ watchers: rows.map(view), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/watchers/:name'],
      summary: 'Read a watcher',
      tag,
      auth: 'calls:read',
      params: byName,
      answers: { 200: { description: 'The watcher', schema: watcherAnswer } },
      handle: async ({ by, params }) => ok(view(await requireWatcher(db, by.orgId, params.name))),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/watchers/:name'],
      summary: 'Forget a watcher; what it has sent stays',
      description: 'One that goes on running comes back with its next contact.',
      tag,
      auth: 'calls:write',
      params: byName,
      answers: { 204: { description: 'Forgotten' } },
      async handle({ by, params, requestId }) {
        await db.transaction().execute(async (tx) => {
          const { id, name } = await deleteWatcher(tx, by.orgId, params.name)
          const entry = { orgId: by.orgId, actor: by.actor, action: 'watcher.delete', target: id, requestId }
          await writeAudit(tx, [{ ...entry, data: { name } }])
        })
        return { status: 204 }
      },
    }),
  ]
}

/** What is shown in lists and kept in a text column. */
function readName(given: string): string {
  if (given.length <= nameCharsMax && given.trim() !== '' && !/\p{Cc}/u.test(given) && given.isWellFormed())
    return given
  const issue = `must be 1 to ${nameCharsMax} characters, none of them a control character`
  throw new Problem('invalid', 'invalid_request', `name: ${issue}.`, { facts: { field: 'name', issue } })
}

function readContact(given: Static<typeof contactBody>) {
  const { once, last_error, oldest_waiting_s: age, ...rest } = given
  return {
    ...rest,
    is_once: once ?? false,
    last_error: last_error ?? null,
    oldest_at: age === undefined || age === null ? null : new Date(Date.now() - age * 1000),
  }
}

const view = (watcher: Watcher): Static<typeof watcherAnswer> => ({
  watcher_id: watcher.id,
  name: watcher.name,
  state: stateOf(watcher),
  host: watcher.host,
  folder: watcher.folder,
  version: watcher.version,
  once: watcher.is_once,
  waiting: watcher.waiting,
  sent: watcher.sent,
  refused: watcher.refused,
  last_error: watcher.last_error,
  oldest_waiting_at: watcher.oldest_at?.toISOString() ?? null,
  first_contact_at: watcher.first_contact_at.toISOString(),
  last_contact_at: watcher.last_contact_at.toISOString(),
})
