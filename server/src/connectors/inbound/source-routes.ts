// Inbound sources over REST: set up, changed, given a new secret or address, deleted. Addresses and secrets are shown once.

import { Type } from 'typebox'
import { type Written, writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { inboundTag as tag } from './door.ts'
import type { Reader } from './shapes.ts'
import {
  movedSourceAnswer,
  newSourceAnswer,
  newSourceBody,
  rotatedSourceAnswer,
  rotationBody,
  sourceAnswer,
  sourceChangeBody,
  sourceReading,
  sourceView,
} from './source-fields.ts'
import {
  changeSource,
  createSource,
  deleteSource,
  listSources,
  lockSource,
  moveSource,
  requireSource,
  rotateSecret,
  type Source,
} from './sources.ts'

const auth = 'connections:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const pageOf = cursorPages('i', isRowId)
const nameTaken = { 409: { description: 'The name is taken' } }

export function sourceRoutes(parts: {
  db: Db
  secrets: Secrets
  publicUrl: () => string
  readers: readonly Reader[]
}): Route[] {
  const { db, secrets } = parts
  const reading = sourceReading(parts.readers)
  const urlOf = (token: string) => `${parts.publicUrl().replace(/\/+$/, '')}/v1/inbound/${token}`

  const known = ({ by, params }: Pick<Call<{ id: string }>, 'by' | 'params'>) =>
    requireSource(db, by.orgId, requireUuid(params.id))

  /** What is kept of a request must not help to guess what is secret in it. */
  const contentOf = (fields: object) => ({
    hash: secrets.hash('idempotency', JSON.stringify(fields)).toString('base64'),
  })

  /** Looked up before the body is read: what is foreign answers as what is unknown, whatever is sent. */
  async function write(
    call: Call<{ id: string }>,
    work: (tx: Tx, source: Source, fields: Record<string, unknown>) => Promise<Omit<Written, 'target'>>,
  ) {
    const { id } = await known(call)
    const fields = await call.fields()
    return writeOnce({ db, secrets }, call, contentOf(fields), async (tx) => ({
      target: id,
      ...(await work(tx, await lockSource(tx, call.by.orgId, id), fields)),
    }))
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/inbound-sources'],
      summary: 'Set up a source of inbound webhooks',
      description:
        'The answer has the address to enter in the other system, and the secret where none was sent: both are in no later answer.',
      tag,
      auth,
      body: newSourceBody,
      answers: { 201: { description: 'The source', schema: newSourceAnswer }, ...nameTaken },
      async handle(call) {
        const fields = await call.fields()
        const { made, ...given } = reading.new(fields)
        return writeOnce({ db, secrets }, call, contentOf(fields), async (tx) => {
          const { source, token } = await createSource(tx, secrets, call.by, given)
          const body = { ...sourceView(source), url: urlOf(token), ...(made === null ? {} : { secret: made }) }
          const answer = { status: 201, body }
          return { answer, action: 'inbound_source.create', target: source.id, data: factsOf(source) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/inbound-sources'],
      summary: 'List the sources of inbound webhooks',
      tag,
      auth,
      query: Type.Object(cursorQuery),
      answers: {
        200: {
          description: 'Oldest first',
          schema: pageAnswer('sources', sourceAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) => listSources(db, by.orgId, { limit, after: last }),
          ({ id }) => id,
        )
        return ok({ sources: rows.map(sourceView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/inbound-sources/:id'],
      summary: 'Read a source of inbound webhooks',
      description: '`last_refusal` tells why something that came was not taken.',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The source', schema: sourceAnswer } },
      handle: async (call) => ok(sourceView(await known(call))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/inbound-sources/:id'],
      summary: 'Change a source of inbound webhooks',
      description:
        'What is sent replaces what was there, settings as a whole. Messages that wait are read by the new ones.',
      tag,
      auth,
      params: byId,
      body: sourceChangeBody,
      answers: { 200: { description: 'The source', schema: sourceAnswer }, ...nameTaken },
      handle: (call) =>
        write(call, async (tx, before, fields) => {
          const after = await changeSource(tx, before, reading.change(before, fields))
          const data = { before: factsOf(before), after: factsOf(after) }
          return { answer: ok(sourceView(after)), action: 'inbound_source.change', data }
        }),
    }),
    route({
      method: 'POST',
      paths: ['/v1/inbound-sources/:id/rotate-secret'],
      summary: 'Give a source another secret; the one before stays good for a while',
      tag,
      auth,
      params: byId,
      body: rotationBody,
      answers: { 200: { description: 'The source, with the secret if it was made here', schema: rotatedSourceAnswer } },
      handle: (call) =>
        write(call, async (tx, source, fields) => {
          const { made, ...given } = reading.rotation(source, fields)
          const after = await rotateSecret(tx, secrets, source, given)
          const body = { ...sourceView(after), ...(made === null ? {} : { secret: made }) }
          const data = { name: source.name, overlap_ms: given.overlapMs }
          return { answer: ok(body), action: 'inbound_source.rotate_secret', data }
        }),
    }),
    route({
      method: 'POST',
      paths: ['/v1/inbound-sources/:id/rotate-address'],
      summary: 'Give a source another address; the one before leads nowhere from now on',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The source, with its address', schema: movedSourceAnswer } },
      handle: (call) =>
        write(call, async (tx, before) => {
          const { source, token } = await moveSource(tx, secrets, before)
          const body = { ...sourceView(source), url: urlOf(token) }
          return { answer: ok(body), action: 'inbound_source.rotate_address', data: { name: source.name } }
        }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/inbound-sources/:id'],
      summary: 'Delete a source with all its messages; what was made of them stays',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      handle: (call) =>
        write(call, async (tx, source) => {
          await deleteSource(tx, call.by.orgId, source.id)
          return { answer: { status: 204 }, action: 'inbound_source.delete', data: factsOf(source) }
        }),
    }),
  ]
}

/** For the audit. */
const factsOf = ({ name, scheme, settings, reader, reader_settings, status }: Source) => ({
  name,
  scheme,
  settings,
  reader,
  reader_settings,
  status,
})
