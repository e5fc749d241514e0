// vBot's API: calls in, results back, customers for the administrator, health. Translation only.

import { Type } from 'typebox'
import {
  type ApiKeys,
  answerOnce,
  changeOrg,
  createOrg,
  deleteOrg,
  findOrg,
  findOrgByAlias,
  idempotencyOf,
  listOrgs,
  type Org,
  writeAudit,
} from '../../access/index.ts'
import { conversationIdOf, readDossier, recordingKeys } from '../../conversations/index.ts'
import { putCustomerEndpoint } from '../../events/index.ts'
import type { Doors } from '../../ingest/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { ok, type RenderProblem, type Route, route } from '../../platform/http/route.ts'
import { isUuid } from '../../platform/ids.ts'
import type { AddressGuard } from '../../platform/outbound/address-guard.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Store } from '../../storage/index.ts'
import { readCustomer } from './customer-fields.ts'
import {
  callAnswer,
  callBody,
  customerAnswer,
  customerBody,
  customersAnswer,
  newCustomerBody,
  resultAnswer,
} from './schemas.ts'
import { callView, customerView, renderVbot, toSecond } from './translate.ts'

const tag = 'vBot'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const integerMax = 2_147_483_647

type Parts = { db: Db; keys: ApiKeys; secrets: Secrets; guard: AddressGuard; doors: Doors; store: Store }

export function vbotRoutes({ db, keys, secrets, guard, doors, store }: Parts): Route[] {
  const renderProblem: RenderProblem = renderVbot

  return [
    route({
      method: 'POST',
      paths: ['/api/process-call'],
      summary: 'Send a call recording',
      description: 'The result comes by webhook and can be read at /api/calls/{call_id}.',
      tag,
      auth: 'key',
      bodyKinds: ['multipart'],
      body: callBody,
      answers: { 200: { description: 'Taken in', schema: callAnswer } },
      renderProblem,
      handle: (call) =>
        doors.takeRecording(call, 'process_call', ({ conversationId }) =>
          ok({ status: 'success', message: 'Call processing started', call_id: conversationId }),
        ),
    }),
    route({
      method: 'GET',
      paths: ['/api/calls/:id'],
      summary: 'Read the result of a call: the keys of the webhook, and how far it is',
      tag,
      auth: 'key',
      params: byId,
      answers: { 200: { description: 'The call', schema: resultAnswer } },
      renderProblem,
      async handle({ by, params }) {
        const id = conversationIdOf(params.id)
        const dossier = isUuid(id) ? await readDossier(db, by.orgId, id, 'voice') : null
        const org = await findOrg(db, by.orgId)
        if (!dossier || !org) throw notFound()
        return ok(callView(dossier, org.alias))
      },
    }),
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
        const masked = await keys.masked(
          db,
          orgs.map(({ id }) => id),
        )
        return ok({ customers: orgs.map((org) => customerView(org, masked.get(org.id) ?? '')) })
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
        const { webhookUrl, webhookSecret, settings, isActive, ...columns } = readCustomer(
          await call.fields(),
          'create',
        )
        if (webhookUrl) await guard.check(webhookUrl)
        // What is kept of the request must not help to guess its secret.
        const secretHash = webhookSecret && secrets.hash('idempotency', webhookSecret).toString('base64')
        const fingerprint = { columns, webhookUrl, secretHash, settings }
        return answerOnce(db, secrets, idempotencyOf(call, fingerprint), async (tx) => {
          const made = await createOrg(tx, { ...columns, name: columns.name ?? '' })
          const org =
            settings || isActive === false
              ? await changeOrg(tx, made.id, {
                  ...(settings ? { settings } : {}),
                  ...(isActive === false ? { is_active: false } : {}),
                })
              : made
          const apiKey = await keys.create(tx, org.id, 'first key')
          const { secret } = await putCustomerEndpoint(tx, secrets, org.id, { url: webhookUrl, secret: webhookSecret })
          await audit(tx, org, 'customer.create', call)
          return ok({
            ...customerView(org, apiKey),
            ...(webhookUrl ? { webhook_url: webhookUrl, webhook_secret: secret } : {}),
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
        const { webhookUrl, webhookSecret, settings, isActive, ...columns } = readCustomer(
          await call.fields(),
          'change',
        )
        if (webhookUrl) await guard.check(webhookUrl)
        const before = await requireCustomer(db, call.params.id)
        const { org, secret } = await db.transaction().execute(async (tx) => {
          const changed = await changeOrg(tx, before.id, {
            ...columns,
            ...(isActive === undefined ? {} : { is_active: isActive }),
            ...(settings ? { settings } : {}),
          })
          const endpoint =
            webhookUrl || webhookSecret
              ? await putCustomerEndpoint(tx, secrets, changed.id, { url: webhookUrl, secret: webhookSecret })
              : null
          await audit(tx, changed, 'customer.change', call)
          return { org: changed, secret: endpoint?.secret ?? null }
        })
        keys.forget()
        return ok({
          ...customerView(org, (await keys.masked(db, [org.id])).get(org.id) ?? ''),
          ...(webhookUrl ? { webhook_url: webhookUrl } : {}),
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
      answers: { 200: { description: '`{status, message}`' } },
      renderProblem,
      async handle(call) {
        const org = await requireCustomer(db, call.params.id)
        const files = await recordingKeys(db, org.id)
        await db.transaction().execute((tx) => deleteOrg(tx, org.id))
        keys.forget()
        for (const key of files) await store.delete(key)
        return ok({ status: 'success', message: 'Customer deleted successfully' })
      },
    }),
    route({
      method: 'GET',
      paths: ['/health'],
      summary: 'Whether the server answers',
      tag,
      auth: 'open',
      answers: { 200: { description: '`{status, version, timestamp}`' } },
      renderProblem,
      handle: async () => ok({ status: 'healthy', version: '1.0.0', timestamp: toSecond(new Date()) }),
    }),
  ]
}

const notFound = () => new Problem('not_found', 'not_found', 'Resource not found')

async function requireCustomer(db: Db, id: string): Promise<Org> {
  const alias = /^\d{1,10}$/.test(id) && Number(id) <= integerMax ? await findOrgByAlias(db, Number(id)) : null
  const org = alias ?? (isUuid(id) ? await findOrg(db, id) : null)
  if (!org) throw notFound()
  return org
}

const audit = (
  tx: Parameters<typeof writeAudit>[0],
  org: Org,
  action: string,
  call: { by: { actor: string }; requestId: string },
) => writeAudit(tx, [{ orgId: org.id, actor: call.by.actor, action, target: org.id, requestId: call.requestId }])
