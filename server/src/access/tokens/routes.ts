// Refresh tokens of an organisation's integrations, and the keys that sign tokens, over REST. Users get theirs by signing
// in (`/auth/login`).

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { readScopes } from '../keys/key-fields.ts'
import { refuseLiveFromTest } from '../keys/routes.ts'
import { nilOrg } from '../orgs.ts'
import { mayGrant } from '../permissions.ts'
import { writeOnce } from '../write-once.ts'
import {
  createRefreshToken,
  listRefreshTokens,
  type RefreshToken,
  revokeRefreshToken,
  stateOf,
} from './refresh-tokens.ts'
import type { SigningKeys } from './signing-keys.ts'

const tag = 'Refresh tokens'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const newToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'Of the integration that will hold it' }),
    scopes: Type.Optional(
      Type.Array(Type.String(), { maxItems: 100, description: 'Absent: those of the role `integration`' }),
    ),
    expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500, description: 'Absent: it never ends' })),
  },
  { additionalProperties: false },
)

const rotation = Type.Object(
  { revoke_earlier: Type.Optional(Type.Boolean({ description: 'All tokens that earlier keys signed end at once' })) },
  { additionalProperties: false },
)

const pageOf = cursorPages('id', isRowId)

export function refreshTokenRoutes(input: {
  db: Db
  secrets: Secrets
  keys: SigningKeys
  /** What is cached of tokens is forgotten at once in this process. */
  forget: () => void
}): Route[] {
  const { db, secrets, keys, forget } = input
  return [
    route({
      method: 'POST',
      paths: ['/v1/refresh-tokens'],
      summary: 'Create a refresh token for an integration',
      description:
        'For clients that exchange a refresh token for a token of a day (`/generateAuthToken`). It is in this answer and in no later one, and can be given no scope that its maker lacks.',
      tag,
      auth: 'keys:manage',
      body: newToken,
      answers: { 201: { description: 'The token, in clear' } },
      async handle(call) {
        const given = strictFields(newToken, await call.fields())
        const { by } = call
        const scopes = readScopes(given.scopes)
        mayGrant(by, scopes)
        refusePartialReach(by)
        const expiresAt = given.expires_in_days ? new Date(Date.now() + given.expires_in_days * 86_400_000) : null
        return writeOnce({ db, secrets }, call, given, async (tx) => {
          await refuseLiveFromTest(tx, by)
          const { row, token } = await createRefreshToken(tx, secrets, by.orgId, {
            userId: null,
            name: given.name.trim(),
            scopes,
            createdBy: by.actor,
            expiresAt,
            activeMax: 0,
          })
          const answer = { status: 201, body: { refresh_token: token, ...view(row) } }
          return { answer, action: 'refresh_token.create', target: row.id, data: { scopes } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/refresh-tokens'],
      summary: "List refresh tokens of the organisation's integrations",
      description: 'Masked, newest first, revoked ones too.',
      tag,
      auth: 'keys:manage',
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'A page of tokens' } },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) => listRefreshTokens(db, by.orgId, { userId: null, before: last ?? undefined, limit }),
          ({ id }) => id,
        )
        return ok({ refresh_tokens: rows.map(view), next_cursor })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/refresh-tokens/:id'],
      summary: 'Revoke a refresh token, of an integration or of a user; what it was exchanged for ends with it',
      tag,
      auth: 'keys:manage',
      params: byId,
      answers: { 204: { description: 'Revoked' } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        await db.transaction().execute(async (tx) => {
          await revokeRefreshToken(tx, by.orgId, id)
          const entry = { orgId: by.orgId, actor: by.actor, action: 'refresh_token.revoke', target: id, requestId }
          await writeAudit(tx, [entry])
        })
        forget()
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/signing-keys'],
      summary: 'Sign tokens with a new key from now on',
      description:
        'Of the installation. What the key of before has signed stays good for its day, unless told otherwise.',
      tag,
      auth: 'admin',
      body: rotation,
      answers: { 201: { description: 'The id of the new key' } },
      async handle(call) {
        const given = strictFields(rotation, await call.fields())
        const { by, requestId } = call
        const made = await db.transaction().execute(async (tx) => {
          const key = await keys.rotate(tx, given.revoke_earlier ?? false)
          const entry = { orgId: nilOrg, actor: by.actor, action: 'signing_key.rotate', target: key.kid, requestId }
          await writeAudit(tx, [{ ...entry, data: { revoke_earlier: given.revoke_earlier ?? false } }])
          return key
        })
        keys.forget()
        forget()
        return { status: 201, body: made }
      },
    }),
  ]
}

const view = (row: RefreshToken) => ({
  id: row.id,
  name: row.name,
  token: row.masked,
  status: stateOf(row),
  scopes: row.scopes,
  created_by: row.created_by,
  created_at: row.created_at,
  expires_at: row.expires_at,
  revoked_at: row.revoked_at,
  last_used_at: row.last_used_at,
  last_used_address: row.last_used_address,
})

function refusePartialReach(by: Principal): void {
  if (by.reach === 'all') return
  const detail = 'Refresh tokens of integrations reach all of the organisation, and you reach a part of it.'
  throw new Problem('forbidden', 'more_than_held', detail)
}
