// Customers, for the administrator: who may use this server, with the key and the webhook of each.

import { Type } from 'typebox'
import {
  type ApiKeys,
  answerOnce,
  changeOrg,
  createOrg,
  deleteOrg,
  findOrg,
  findOrgByAlias,
  firstKeys,
  idempotencyOf,
  listOrgs,
  type Org,
  requireKeyToChange,
  requireNoHold,
  roleScopes,
  writeAudit,
} from '../../access/index.ts'
import type { FileRemovals } from '../../conversations/index.ts'
import { emptyQueuesOf, putCustomerEndpoint } from '../../events/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { AddressGuard } from '../../platform/outbound/address-guard.ts'
import { notFound } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { readCustomer, readOverlap } from './customer-fields.ts'
import { customerAnswer, customerBody, customersAnswer, newCustomerBody, rotationBody } from './schemas.ts'
import { customerView, renderVbot as renderProblem, toSecond } from './translate.ts'

const tag = 'vBot'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const integerMax = 2_147_483_647

export type CustomerParts = {
  db: Db
  keys: ApiKeys
  secrets: Secrets
  guard: AddressGuard
  removeFilesOf: FileRemovals['removeFilesOf']
}

export function customerRoutes({ db, keys, secrets, guard, removeFilesOf }: CustomerParts): Route[] {
  /** As lists show it; empty where every key was revoked. */
  const maskedKey = async (orgId: string) => (await firstKeys(db, [orgId])).get(orgId)?.masked ?? ''

  /** The customer's first key, without an end: this API has no word for one. */
  const newKey = (tx: Tx, orgId: string, call: Caller) =>
    keys.create(tx, orgId, {
      name: 'first key',
      scopes: roleScopes.integration,
      createdBy: call.by.actor,
      lifetimeDays: null,
    })

  return [
    route({
      method: 'GET',
      paths: ['/api/customers'],
      summary: 'List customers',
      tag,
      auth: 'admin',
      query: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: integerMax })),
        offset: Type.Optional(Type.Integer({ minimum: 0, maximum: integerMax })),
      }),
      answers: {
        200: { description: 'All customers unless `limit` is given; keys are masked', schema: customersAnswer },
      },
      renderProblem,
      async handle({ query }) {
        const orgs = await listOrgs(db, query)
        const first = await firstKeys(
          db,
          orgs.map(({ id }) => id),
        )
        return ok({ customers: orgs.map((org) => customerView(org, first.get(org.id)?.masked ?? '')) })
      },
    }),
    route({
      method: 'POST',
      paths: ['/api/customers'],
      summary: 'Create a customer and its API key',
      description:
        'The key is shown in this answer and masked in every later one. `webhook_url` and `webhook_secret` are optional.',
      tag,
      auth: 'admin',
      body: newCustomerBody,
      answers: { 200: { description: 'The customer with its key', schema: customerAnswer } },
      renderProblem,
      async handle(call) {
        const { org: facts, webhook } = readCustomer(await call.fields(), 'create')
        if (webhook.url) await guard.check(webhook.url)
        // What is kept of the request must not help to guess its secret.
        const secretHash = webhook.secret && secrets.hash('idempotency', webhook.secret).toString('base64')
        const key = idempotencyOf(call, { facts, url: webhook.url, secretHash })
        return answerOnce(db, secrets, key, async (tx) => {
          const org = await createOrg(tx, { ...facts, name: facts.name ?? '' })
          const [apiKey] = await newKey(tx, org.id, call)
          const { secret } = await putCustomerEndpoint(tx, secrets, org.id, webhook)
          await audit(tx, org, 'customer.create', call)
          return ok({
            ...customerView(org, apiKey),
            ...(webhook.url ? { webhook_url: webhook.url, webhook_secret: secret } : {}),
          })
        })
      },
    }),
    route({
      method: 'PUT',
      paths: ['/api/customers/:id'],
      summary: 'Change a customer; what is not named stays as it is',
      tag,
      auth: 'admin',
      params: byId,
      body: customerBody,
      answers: { 200: { description: 'The customer, its key masked', schema: customerAnswer } },
      renderProblem,
      async handle(call) {
        const { org: change, webhook } = readCustomer(await call.fields(), 'change')
        if (webhook.url) await guard.check(webhook.url)
        const before = await requireCustomer(db, call.params.id)
        const { org, secret } = await db.transaction().execute(async (tx) => {
          const changed = await changeOrg(tx, before.id, change)
          const isOfWebhook = webhook.url || webhook.secret
          const endpoint = isOfWebhook ? await putCustomerEndpoint(tx, secrets, changed.id, webhook) : null
          await audit(tx, changed, 'customer.change', call)
          return { org: changed, secret: endpoint?.secret ?? null }
        })
        keys.forget(org.id)
        return ok({
          ...customerView(org, await maskedKey(org.id)),
          ...(webhook.url ? { webhook_url: webhook.url } : {}),
          ...(secret ? { webhook_secret: secret } : {}),
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/api/customers/:id'],
      summary: 'Delete a customer with everything it owns',
      tag,
      auth: 'admin',
      params: byId,
      description:
        'Its recordings are removed soon after. The audit stays. Refused while `settings.legal_hold` is set.',
      answers: {
        200: { description: '`{status, message}`' },
        409: { description: 'Under legal hold; `details.reason` says why' },
      },
      renderProblem,
      async handle(call) {
        const org = await requireCustomer(db, call.params.id)
        await db.transaction().execute((tx) => requireNoHold(tx, org.id))
        await emptyQueuesOf(db, secrets, org.id)
        await db.transaction().execute(async (tx) => {
          await removeFilesOf(tx, org.id)
          if (!(await deleteOrg(tx, org.id))) throw notFound()
          await audit(tx, org, 'customer.delete', call)
        })
        keys.forget(org.id)
        return ok({ status: 'success', message: 'Customer deleted successfully' })
      },
    }),
    route({
      method: 'POST',
      paths: ['/api/customers/:id/rotate-key'],
      summary: "Give a customer's key a new secret",
      description:
        'The new key is shown in this answer and masked in every later one. The one before works for `overlap_hours` more.',
      tag,
      auth: 'admin',
      params: byId,
      body: rotationBody,
      answers: { 200: { description: 'The customer with its new key', schema: customerAnswer } },
      renderProblem,
      async handle(call) {
        const options = readOverlap(await call.fields())
        const org = await requireCustomer(db, call.params.id)
        const once = idempotencyOf(call, { id: org.id, ...options })
        const answer = await answerOnce(db, secrets, once, async (tx) => {
          const first = (await firstKeys(tx, [org.id])).get(org.id)
          const [apiKey, key] = first
            ? await keys.rotate(tx, await requireKeyToChange(tx, org.id, first.id), options)
            : await newKey(tx, org.id, call)
          await audit(tx, org, 'customer.rotate_key', call)
          const until = key.secrets[1]?.valid_until
          return ok({
            ...customerView(org, apiKey),
            previous_key_valid_until: until ? toSecond(until) : null,
          })
        })
        keys.forget(org.id)
        return answer
      },
    }),
  ]
}

/** By the integer id of vBot's documentation, or by ours. */
async function requireCustomer(db: Db, id: string): Promise<Org> {
  const isAlias = /^\d{1,10}$/.test(id) && Number(id) <= integerMax
  const org = isAlias ? await findOrgByAlias(db, Number(id)) : await findOrg(db, requireUuid(id))
  if (!org) throw notFound()
  return org
}

type Caller = { by: { actor: string }; requestId: string }

const audit = (tx: Tx, org: Org, action: string, call: Caller) =>
  writeAudit(tx, [{ orgId: org.id, actor: call.by.actor, action, target: org.id, requestId: call.requestId }])
