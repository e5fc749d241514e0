// What reports and exports have in common over REST: listed, read, renamed, deleted and downloaded. How each is asked for is
// told in export-routes.ts and report-routes.ts.

import { type TSchema, Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { isUuid, requireUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Store } from '../../storage/index.ts'
import { documentView } from './document-answers.ts'
import { changeDocument, deleteDocument, fileKey, findDocument, listDocuments, requireDocument } from './documents.ts'
import { fileAnswer } from './file-answer.ts'
import { checkFileLink } from './links.ts'
import { type DocumentKind, type DocumentState, documentStates } from './shapes.ts'

export const nameField = Type.String({ minLength: 1, maxLength: 200 })
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const byIds = cursorPages('i', isRowId)
const nameBody = Type.Object({ name: nameField })

export type DocumentParts = {
  db: Db
  secrets: Secrets
  store: Store
  publicUrl: () => string
  removeFiles(tx: Tx, keys: readonly string[]): Promise<void>
}

export function documentRoutes(
  parts: DocumentParts,
  { kind, tag, answer }: { kind: DocumentKind; tag: string; answer: TSchema },
): Route[] {
  const { db, store } = parts
  const path = `/v1/${kind}s` as const
  const auth = 'reports:manage'
  const known = ({ by, params }: { by: Parameters<typeof requireDocument>[1]; params: { id: string } }) =>
    requireDocument(db, by, kind, requireUuid(params.id))

  return [
    route({
      method: 'GET',
      paths: [path],
      summary: `List ${kind}s`,
      description: 'The newest first: your own, and everybody’s if you see the whole organisation unmasked.',
      tag,
      auth,
      query: Type.Object({
        state: Type.Optional(Type.Union(documentStates.map((one) => Type.Literal(one)))),
        ...(kind === 'report' ? { schedule_id: Type.Optional(Type.String({ maxLength: 100 })) } : {}),
        ...cursorQuery,
      }),
      answers: { 200: { description: `A page of ${kind}s`, schema: pageAnswer(`${kind}s`, answer) } },
      async handle({ by, query }) {
        const { state, schedule_id: schedule } = query as { state?: DocumentState; schedule_id?: string }
        if (schedule !== undefined) requireUuid(schedule)
        const { rows, next_cursor } = await byIds(
          query,
          (page) => listDocuments(db, by, kind, { ...page, state, schedule }),
          ({ id }) => id,
        )
        return ok({ [`${kind}s`]: rows.map((one) => documentView(parts, one)), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: [`${path}/:id`],
      summary: `Read what became of ${kind === 'export' ? 'an' : 'a'} ${kind}`,
      tag,
      auth,
      params: byId,
      answers: { 200: { description: `The ${kind}`, schema: answer } },
      handle: async (call) => ok(documentView(parts, await known(call))),
    }),
    route({
      method: 'PATCH',
      paths: [`${path}/:id`],
      summary: `Rename ${kind === 'export' ? 'an' : 'a'} ${kind}`,
      tag,
      auth,
      params: byId,
      body: nameBody,
      answers: { 200: { description: `The ${kind}`, schema: answer } },
      async handle(call) {
        const found = await known(call)
        const { name } = strictFields(nameBody, await call.fields())
        return writeOnce(parts, call, { name }, async (tx) => {
          const changed = await changeDocument(tx, found, { name: name.trim() || found.name })
          if (!changed) throw notFound()
          return { answer: ok(documentView(parts, changed)), action: `${kind}.rename`, target: found.id }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: [`${path}/:id`],
      summary: `Delete ${kind === 'export' ? 'an' : 'a'} ${kind} and its file; its links end`,
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle(call) {
        const found = await known(call)
        return writeOnce(parts, call, {}, async (tx) => {
          await deleteDocument(tx, found)
          await parts.removeFiles(tx, [fileKey(found)])
          return { answer: { status: 204 }, action: `${kind}.delete`, target: found.id }
        })
      },
    }),
    route({
      method: 'GET',
      paths: [`${path}/:id/file`],
      summary: 'Download the file',
      tag,
      auth,
      params: byId,
      answers: {
        200: { description: 'The file', contentType: '*/*' },
        409: { description: 'It is not made yet, or could not be made' },
      },
      handle: async (call) => fileAnswer(store, await known(call)),
    }),
    route({
      method: 'GET',
      paths: [`${path}/:id/download`],
      summary: 'Download the file by a signed link',
      description: 'As `download_url` has it. The link works without a key until it ends.',
      tag,
      auth: 'open',
      params: byId,
      query: Type.Object({
        org_id: Type.String({ maxLength: 100 }),
        expires: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
        signature: Type.String({ maxLength: 100 }),
      }),
      answers: {
        200: { description: 'The file', contentType: '*/*' },
        403: { description: 'The link is not one of ours' },
        404: { description: 'The link has ended, or the file was removed' },
        409: { description: 'It is not made yet, or could not be made' },
      },
      async handle({ params: { id }, query }) {
        const { org_id, expires, signature } = query
        if (!isUuid(id) || !isUuid(org_id)) throw notFound()
        checkFileLink(parts.secrets, { org_id, id, kind, expires, signature })
        // The link says whose it is, and was signed here.
        const found = await inScope([org_id], () => findDocument(db, org_id, id))
        if (found?.kind !== kind) throw notFound()
        return inScope([org_id], () => fileAnswer(store, found))
      },
    }),
  ]
}
