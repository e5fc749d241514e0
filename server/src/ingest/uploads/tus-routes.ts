// Resumable uploads by tus 1.0 (tus.io/protocols/resumable-upload): routes like any other, whose requests are handed to
// the tus library and its answers back. Who may ask, how often, and what is recorded of it is the server's business.

import { ReadableStream } from 'node:stream/web'
import { Metadata, Server } from '@tus/server'
import { Type } from 'typebox'
import { renderV1, statusOf } from '../../platform/http/errors.ts'
import { type Answer, type Call, type Route, route } from '../../platform/http/route.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Complete } from './complete.ts'
import { noLocker, type TusParts, tusStore } from './tus-store.ts'
import { getUpload, lifeMs, requireAlive, type Upload } from './uploads.ts'

const path = '/v1/uploads'
const streamType = 'application/offset+octet-stream'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const version = { 'Tus-Resumable': '1.0.0', 'Tus-Version': '1.0.0' }
const exposedHeaders = [
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
  'X-Ingest-Job-Id',
  'X-Conversation-Id',
]
/** Of a request, what is the library's business. */
const handedOn = /^(tus-|upload-|content-(type|length)$)/

export function tusRoutes(
  parts: TusParts & { complete: Complete; publicUrl: () => string; sizeBytesMax: number },
): Route[] {
  const { db, complete, publicUrl, sizeBytesMax } = parts

  async function serve(call: Call, method: string, known: Upload | null): Promise<Answer> {
    if (call.headers['tus-resumable'] !== version['Tus-Resumable']) throw problemOf(412, '')
    const id = known?.id ?? newId()
    let failure: unknown
    const server = new Server({
      path,
      datastore: tusStore(parts, call),
      locker: noLocker,
      maxSize: sizeBytesMax,
      namingFunction: () => id,
      getFileIdFromRequest: () => id,
      // Without a host: clients may come by a way that the server does not know of.
      generateUrl: () => `${new URL(publicUrl()).pathname.replace(/\/$/, '')}${path}/${id}`,
      async onUploadFinish(_request, { size = 0 }) {
        const done = await complete(call, { org_id: call.by.orgId, id, size_bytes: size })
        return { headers: outcomeHeaders(done) }
      },
      onResponseError(_request, err) {
        failure = err
        return undefined
      },
    })
    const headers = Object.entries(call.headers).flatMap(([name, value]) =>
      handedOn.test(name) && typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    const body = method === 'DELETE' ? null : ReadableStream.from(call.stream())
    const request = new Request(`http://tus${path}/${id}`, { method, headers, body, duplex: 'half' } as RequestInit)
    const response = await server.handleWeb(request)
    if (failure instanceof Error && !('status_code' in failure)) throw failure
    if (response.status >= 400) throw problemOf(response.status, await response.text())
    const given = [...response.headers].filter(([name]) => !/^(access-control-|content-)/.test(name))
    return { status: response.status, headers: { ...Object.fromEntries(given), ...version } }
  }

  /** Whoever has access to a part of the organisation has access to the uploads that they began. */
  async function find(call: Call<{ id: string }>): Promise<Upload> {
    const { by, params } = call
    const upload = isUuid(params.id) ? await getUpload(db, { org_id: by.orgId, id: params.id }) : null
    if (!upload || (by.reach !== 'all' && upload.created_by !== by.actor)) throw notFound()
    requireAlive(upload)
    return upload
  }

  /** One that is whole and has become nothing was interrupted, or was refused, and is again if that has not changed. */
  async function settled(call: Call, upload: Upload): Promise<Upload> {
    if (upload.finished_at || upload.offset_bytes < upload.size_bytes) return upload
    return complete(call, upload)
  }

  const common = {
    tag: 'Resumable uploads',
    auth: 'calls:write',
    answerProblem: (problem: Problem, requestId: string): Answer => ({
      status: statuses[problem.code] ?? statusOf(problem),
      body: renderV1(problem, requestId),
      headers: version,
    }),
    exposedHeaders,
    optionsHeaders: {
      ...version,
      'Tus-Extension': 'creation,creation-with-upload,termination,expiration',
      'Tus-Max-Size': String(sizeBytesMax),
    },
  } as const
  const patch = {
    ...common,
    params: byId,
    streamType,
    answers: {
      204: { description: 'Taken; `Upload-Offset` is how much is here. The last one names what it became.' },
      409: { description: '`Upload-Offset` is not how much is here: ask with HEAD' },
      410: { description: 'It expired, or was given up' },
      423: { description: 'Another request is writing to it' },
    },
  }

  return [
    route({
      ...common,
      method: 'POST',
      paths: [path],
      // Without it, the path is that of upload tickets.
      onlyWithHeader: 'tus-resumable',
      summary: 'Begin a resumable upload (tus 1.0) of an archive or a recording',
      description:
        '`Upload-Length` is required. `Upload-Metadata`: `filename`, `filetype`, `purpose` (`batch` or `recording`; told by ' +
        'the name otherwise), `metadata` (JSON: of a recording, what a form would say; of a batch, the options of its job), ' +
        '`ingest_job_id`, `item_name`. `Location` is where to send it.',
      streamType,
      answers: { 201: { description: 'Begun' }, 413: { description: 'Larger than is taken in' } },
      handle: (call) => serve(call, 'POST', null),
    }),
    route({
      ...common,
      method: 'GET',
      paths: [`${path}/:id`],
      summary: 'How much of a resumable upload is here, and what it became; HEAD gives the same as headers',
      params: byId,
      answers: { 200: { description: 'The upload', schema: view } },
      async handle(call) {
        const upload = await settled(call, await find(call))
        return { status: 200, headers: { ...stateHeaders(upload), ...version }, body: viewOf(upload) }
      },
    }),
    route({
      ...patch,
      method: 'PATCH',
      paths: [`${path}/:id`],
      summary: 'Send the next bytes of a resumable upload',
      handle: async (call) => serve(call, 'PATCH', await find(call)),
    }),
    route({
      ...patch,
      method: 'POST',
      paths: [`${path}/:id`],
      summary: 'The same, where a network lets no PATCH through: with `X-HTTP-Method-Override: PATCH`',
      async handle(call) {
        const upload = await find(call)
        if (call.headers['x-http-method-override'] === 'PATCH') return serve(call, 'PATCH', upload)
        throw new Problem('invalid', 'method_not_allowed', 'Send PATCH, or X-HTTP-Method-Override: PATCH with POST.')
      },
    }),
    route({
      ...common,
      method: 'DELETE',
      paths: [`${path}/:id`],
      summary: 'Give a resumable upload up',
      params: byId,
      answers: { 204: { description: 'Its bytes are gone' }, 409: { description: 'It has become something already' } },
      async handle(call) {
        const upload = await find(call)
        if (upload.finished_at) throw new Problem('conflict', 'upload_finished', 'This upload is complete.')
        return serve({ ...call, headers: { ...call.headers, 'tus-resumable': '1.0.0' } }, 'DELETE', upload)
      },
    }),
  ]
}

const view = Type.Object({
  id: Type.String({ format: 'uuid' }),
  purpose: Type.Enum(['batch', 'recording']),
  size_bytes: Type.Integer(),
  offset_bytes: Type.Integer({ description: 'How much is here' }),
  ingest_job_id: Type.Union([Type.String(), Type.Null()]),
  conversation_id: Type.Union([Type.String(), Type.Null()]),
  expires_at: Type.Union([Type.String(), Type.Null()]),
})

function viewOf(upload: Upload) {
  const { id, purpose, size_bytes, offset_bytes, job_id, conversation_id, finished_at, expires_at } = upload
  const expiry = finished_at ? null : expires_at.toISOString()
  return { id, purpose, size_bytes, offset_bytes, ingest_job_id: job_id, conversation_id, expires_at: expiry }
}

function stateHeaders(upload: Upload): Record<string, string> {
  const { size_bytes, offset_bytes, metadata, finished_at, expires_at } = upload
  const said = Metadata.stringify(metadata)
  return {
    'Cache-Control': 'no-store',
    'Upload-Offset': String(offset_bytes),
    'Upload-Length': String(size_bytes),
    ...(said ? { 'Upload-Metadata': said } : {}),
    ...(finished_at ? {} : { 'Upload-Expires': expires_at.toUTCString() }),
    ...outcomeHeaders(upload),
  }
}

const outcomeHeaders = ({ job_id, conversation_id }: Upload): Record<string, string> => ({
  ...(job_id ? { 'X-Ingest-Job-Id': job_id } : {}),
  ...(conversation_id ? { 'X-Conversation-Id': conversation_id } : {}),
})

/** Statuses that tus names and no kind of Problem has. */
const statuses: Record<string, number> = { upload_expired: 410, tus_version: 412, upload_locked: 423 }

/** What the library refuses by itself, by its status. */
function problemOf(status: number, said: string): Problem {
  switch (status) {
    case 404:
      return notFound()
    case 409:
      return new Problem('conflict', 'offset_conflict', 'Upload-Offset is not how much has arrived. Ask with HEAD.')
    case 410:
      return new Problem('not_found', 'upload_expired', `This upload rested for more than ${lifeMs / 3600_000} hours.`)
    case 412:
      return new Problem('invalid', 'tus_version', 'Send the header Tus-Resumable: 1.0.0.')
    case 413:
      return new Problem(
        'too_large',
        'upload_too_large',
        'More bytes came than Upload-Length says, or than are taken in.',
      )
    case 500:
      return new Problem('bug', 'internal_error', said)
    default:
      return new Problem('invalid', 'invalid_upload_request', `This is not valid in tus 1.0: ${said.trim()}`)
  }
}
