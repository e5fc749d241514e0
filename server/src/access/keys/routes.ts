// API keys of an organisation over REST. Nobody gives a key, or takes over one, that may do more than they may.

import { Type } from 'typebox'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { mayGrant } from '../permissions.ts'
import { writeOnce } from '../write-once.ts'
import type { ApiKeys } from './api-keys.ts'
import {
  clearKeyAnswer,
  keyAnswer,
  keyChangeBody,
  keysAnswer,
  keyView,
  newKeyBody,
  readScopes,
  rotationBody,
  usageAnswer,
} from './key-fields.ts'
import { type ApiKey, changeKey, listKeys, requireKey, requireKeyToChange, revokeKey } from './keys.ts'
import { readUsage } from './usage.ts'

const tag = 'API keys'
const auth = 'keys:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const usageDaysMax = 400

const pageOf = cursorPages('k', (value): value is string => typeof value === 'string')

export function keyRoutes({ db, keys, secrets }: { db: Db; keys: ApiKeys; secrets: Secrets }): Route[] {
  /** A write of one key: done once for an Idempotency-Key of this caller, audited, and known here at once. */
  async function write(
    call: Call<{ id?: string }>,
    content: object,
    action: string,
    work: (tx: Tx) => Promise<{ key: ApiKey; answer: Answer; facts: Record<string, unknown> }>,
  ): Promise<Answer> {
    const answer = await writeOnce({ db, secrets }, call, content, async (tx) => {
      const { key, answer, facts } = await work(tx)
      return { answer, action: `api_key.${action}`, target: key.id, data: facts }
    })
    if (call.params.id) keys.forget(call.params.id)
    return answer
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/api-keys'],
      summary: 'Create an API key',
      description: 'The key is in this answer and in no later one. It can be given no scope that its maker lacks.',
      tag,
      auth,
      body: newKeyBody,
      answers: {
        201: { description: 'The key, in clear', schema: clearKeyAnswer },
        403: { description: 'A scope that the caller does not hold' },
      },
      async handle(call) {
        const input = strictFields(newKeyBody, await call.fields())
        const { by } = call
        const scopes = readScopes(input.scopes)
        refuseMoreThanHeld(by, scopes)
        return write(call as Call<{ id?: string }>, input, 'create', async (tx) => {
          await refuseLiveFromTest(tx, by, input.environment)
          const [clear, key] = await keys.create(tx, by.orgId, {
            name: input.name.trim(),
            scopes,
            createdBy: by.actor,
            ...(input.environment ? { environment: input.environment } : {}),
            ...(input.expires_in_days ? { lifetimeDays: input.expires_in_days } : {}),
          })
          const facts = { scopes, environment: key.environment, expires_at: key.expires_at }
          return { key, facts, answer: { status: 201, body: { api_key: clear, ...keyView(key) } } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/api-keys'],
      summary: 'List API keys',
      description: 'Masked, newest first. With `unused_days`: working keys that nobody has used for so long.',
      tag,
      auth,
      query: Type.Object({
        ...cursorQuery,
        unused_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
      }),
      answers: { 200: { description: 'A page of keys', schema: keysAnswer } },
      async handle({ by, query }) {
        const unused = query.unused_days ? { unusedDays: query.unused_days } : {}
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) => listKeys(db, by.orgId, { limit, ...(last ? { after: last } : {}), ...unused }),
          ({ id }) => id,
        )
        return ok({ api_keys: rows.map(keyView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/api-keys/:id'],
      summary: 'Read an API key, masked',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The key', schema: keyAnswer } },
      handle: async ({ by, params }) => ok(keyView(await requireKey(db, by.orgId, params.id))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/api-keys/:id'],
      summary: 'Change the name, the scopes or the end of an API key',
      tag,
      auth,
      params: byId,
      body: keyChangeBody,
      answers: {
        200: { description: 'The key, masked', schema: keyAnswer },
        403: { description: 'A scope that the caller does not hold' },
      },
      async handle(call) {
        const input = strictFields(keyChangeBody, await call.fields())
        return write(call, input, 'change', async (tx) => {
          const before = await requireKeyToChange(tx, call.by.orgId, call.params.id)
          const scopes = input.scopes && readScopes(input.scopes)
          const added = scopes?.filter((one) => !before.scopes.includes(one)) ?? []
          refuseMoreThanHeld(call.by, added, before)
          // A longer life is given anew: what it may do is given with it.
          if (input.expires_in_days) refuseMoreThanHeld(call.by, scopes ?? before.scopes, before)
          await refuseLiveFromTest(tx, call.by, before.environment)
          const key = await changeKey(tx, before, {
            ...(input.name ? { name: input.name.trim() } : {}),
            ...(scopes ? { scopes } : {}),
            ...(input.expires_in_days ? { lifetimeDays: input.expires_in_days } : {}),
          })
          return { key, answer: ok(keyView(key)), facts: { ...input } }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/api-keys/:id'],
      summary: 'Revoke an API key: it stops on every server within a second, for good',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Revoked' } },
      async handle({ by, params, requestId }) {
        await db.transaction().execute(async (tx) => {
          const { id } = await requireKey(tx, by.orgId, params.id)
          if (!(await revokeKey(tx, by.orgId, id))) return
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, action: 'api_key.revoke', target: id, requestId }])
        })
        keys.forget(params.id)
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/api-keys/:id/rotate'],
      summary: 'Give an API key a new secret',
      description:
        'The new key is in this answer and in no later one. The one before works for `overlap_hours` more; both are shown with their last use.',
      tag,
      auth,
      params: byId,
      body: rotationBody,
      answers: {
        200: { description: 'The key, in clear', schema: clearKeyAnswer },
        403: { description: 'It may do more than the caller' },
        409: { description: 'It was revoked' },
      },
      async handle(call) {
        const input = strictFields(rotationBody, await call.fields())
        return write(call, input, 'rotate', async (tx) => {
          const before = await requireKeyToChange(tx, call.by.orgId, call.params.id)
          // Whoever rotates a key holds it afterwards.
          refuseMoreThanHeld(call.by, before.scopes, before)
          await refuseLiveFromTest(tx, call.by, before.environment)
          const [clear, key] = await keys.rotate(tx, before, {
            ...(input.overlap_hours === undefined ? {} : { overlapHours: input.overlap_hours }),
            ...(input.expires_in_days ? { lifetimeDays: input.expires_in_days } : {}),
          })
          return { key, answer: ok({ api_key: clear, ...keyView(key) }), facts: { ...input } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/api-keys/:id/usage'],
      summary: 'What an API key was used for: requests by day (UTC) and part of the API',
      description: 'Written once a minute.',
      tag,
      auth,
      params: byId,
      query: Type.Object({
        days: Type.Optional(
          Type.Integer({ minimum: 1, maximum: usageDaysMax, default: 30, description: 'Today included' }),
        ),
      }),
      answers: { 200: { description: 'Days with requests, newest first', schema: usageAnswer } },
      async handle({ by, params, query }) {
        const { id } = await requireKey(db, by.orgId, params.id)
        const days = query.days ?? 30
        const counts = await readUsage(db, by.orgId, id, days)
        const byDay = [...Map.groupBy(counts, ({ day }) => day)].map(([day, found]) => ({
          day,
          requests: sum(found),
          groups: Object.fromEntries(found.map(({ route_group, requests }) => [route_group, requests])),
        }))
        return ok({ key_id: id, days, requests: sum(byDay), by_day: byDay })
      },
    }),
  ]
}

const sum = (counts: { requests: number }[]) => counts.reduce((total, { requests }) => total + requests, 0)

/** A key sees all of its organisation, and a key of the installation sees all customers. */
function refuseMoreThanHeld(by: Principal, scopes: readonly string[], key?: ApiKey): void {
  mayGrant(by, scopes)
  const why =
    by.reach !== 'all'
      ? 'API keys reach all of the organisation, and you reach a part of it.'
      : key?.is_admin
        ? 'This key is of the installation. Change it where that is run: npm start -- key.'
        : null
  if (why) throw new Problem('forbidden', 'more_than_held', why)
}

/** What a test system holds must not open the live one. */
export async function refuseLiveFromTest(tx: DbOrTx, by: Principal, environment = 'live'): Promise<void> {
  const [kind, id] = by.actor.split(':')
  if (environment === 'test' || kind !== 'key' || !id) return
  if ((await requireKey(tx, by.orgId, id)).environment === 'live') return
  throw new Problem('forbidden', 'more_than_held', 'A key for tests cannot give access to what is live.')
}
