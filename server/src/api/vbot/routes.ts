// vBot's API: calls in, results back, health; customers are customer-routes.ts. Translation only.

import { Type } from 'typebox'
import { findOrg } from '../../access/index.ts'
import { ownId, readDossier } from '../../conversations/index.ts'
import type { Doors } from '../../ingest/index.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { notFound } from '../../platform/problem.ts'
import { type CustomerParts, customerRoutes } from './customer-routes.ts'
import { callAnswer, callBody, resultAnswer } from './schemas.ts'
import { callView, renderVbot as renderProblem, toSecond } from './translate.ts'

const tag = 'vBot'

export function vbotRoutes(parts: CustomerParts & { doors: Doors }): Route[] {
  const { db, doors } = parts
  return [
    route({
      method: 'POST',
      paths: ['/api/process-call'],
      summary: 'Send a call recording',
      description: 'The result comes by webhook and can be read at /api/calls/{call_id}.',
      tag,
      auth: 'calls:write',
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
      auth: 'calls:read',
      params: Type.Object({ id: Type.String({ maxLength: 200 }) }),
      answers: { 200: { description: 'The call', schema: resultAnswer } },
      renderProblem,
      async handle({ by, params }) {
        const dossier = await readDossier(db, by, ownId(params.id), 'voice')
        const org = await findOrg(db, by.orgId)
        if (!org) throw notFound()
        return ok(callView(dossier, org.alias))
      },
    }),
    ...customerRoutes(parts),
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
