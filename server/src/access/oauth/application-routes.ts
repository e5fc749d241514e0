// OAuth applications over REST. Nobody makes one, or takes over one, that may do more than they may.

import { Type } from 'typebox'
import type { Db, Tx } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { refuseLiveFromTest } from '../keys/routes.ts'
import { writeOnce } from '../write-once.ts'
import {
  applicationAnswer,
  applicationChangeBody,
  applicationsAnswer,
  applicationView,
  newApplicationBody,
  overlapHoursDefault,
  rotationBody,
  secretAnswer,
  tag,
} from './application-fields.ts'
import {
  type Application,
  changeApplication,
  createApplication,
  deleteApplication,
  listApplications,
  requireApplication,
  rotateSecret,
} from './applications.ts'

const auth = 'applications:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

const pageOf = cursorPages('a', isRowId)

export function applicationRoutes(parts: { db: Db; secrets: Secrets; forget: () => void }): Route[] {
  const { db, secrets, forget } = parts

  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  const known = ({ by, params }: Pick<Call<{ id: string }>, 'by' | 'params'>) =>
    requireApplication(db, by.orgId, requireUuid(params.id))

  type Done = { application: Application; answer: Answer; facts: Record<string, unknown> }

  /** A write of one application: done once for an Idempotency-Key of this caller, and audited. */
  async function write(
    call: Pick<Call<{ id?: string }>, 'by' | 'params' | 'requestId' | 'routeName' | 'idempotencyKey'>,
    content: object,
    action: string,
    work: (tx: Tx) => Promise<Done>,
  ): Promise<Answer> {
    const answer = await writeOnce({ db, secrets }, call, content, async (tx) => {
      await refuseLiveFromTest(tx, call.by)
      const { application, answer, facts } = await work(tx)
      return { answer, action: `oauth.application.${action}`, target: application.id, data: facts }
    })
    forget()
    return answer
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/oauth/applications'],
      summary: 'Register an OAuth application',
      description:
        'The secret of a confidential application is in this answer and in no later one. It can be given no scope that its maker lacks.',
      tag,
      auth,
      body: newApplicationBody,
      answers: {
        201: { description: 'The application with its secret', schema: secretAnswer },
        403: { description: 'More than the caller holds' },
      },
      async handle(call) {
        const input = strictFields(newApplicationBody, await call.fields())
        return write({ ...call, params: {} }, input, 'create', async (tx) => {
          const { application, secret } = await createApplication(tx, secrets, call.by, input)
          const { kind, scopes, redirect_uris, acts_alone } = application
          return {
            application,
            facts: { kind, scopes, redirect_uris, acts_alone },
            answer: { status: 201, body: { ...applicationView(application), client_secret: secret } },
          }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/oauth/applications'],
      summary: 'List OAuth applications',
      tag,
      auth,
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'Newest first, without secrets', schema: applicationsAnswer } },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last: before }) => listApplications(db, by.orgId, { limit, before }),
          ({ id }) => id,
        )
        return ok({ applications: rows.map(applicationView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/oauth/applications/:id'],
      summary: 'Read an OAuth application',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The application, without its secret', schema: applicationAnswer } },
      handle: async (call) => ok(applicationView(await known(call))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/oauth/applications/:id'],
      summary: 'Change an OAuth application, or switch it off',
      description: 'A scope that it loses is lost at once by the tokens that it holds.',
      tag,
      auth,
      params: byId,
      body: applicationChangeBody,
      answers: {
        200: { description: 'The application', schema: applicationAnswer },
        403: { description: 'It may do, or would do, more than the caller' },
      },
      async handle(call) {
        const { id } = await known(call)
        const input = strictFields(applicationChangeBody, await call.fields())
        return write(call, input, 'change', async (tx) => {
          const application = await changeApplication(tx, call.by, id, input)
          return { application, facts: { ...input }, answer: ok(applicationView(application)) }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/oauth/applications/:id'],
      summary: 'Delete an OAuth application, with all that it was granted',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        await db.transaction().execute(async (tx) => {
          await deleteApplication(tx, by.orgId, id)
          const entry = { action: 'oauth.application.delete', target: id, requestId }
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, ...entry }])
        })
        forget()
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/oauth/applications/:id/rotate-secret'],
      summary: 'Give an OAuth application a new secret',
      description: 'It is in this answer and in no later one. The one of before works for `overlap_hours` more.',
      tag,
      auth,
      params: byId,
      body: rotationBody,
      answers: {
        200: { description: 'The application with its secret', schema: secretAnswer },
        403: { description: 'It may do more than the caller' },
        409: { description: 'A public application has no secret' },
      },
      async handle(call) {
        const { id } = await known(call)
        const { overlap_hours: hours = overlapHoursDefault } = strictFields(rotationBody, await call.fields())
        return write(call, { hours }, 'rotate_secret', async (tx) => {
          const { application, secret } = await rotateSecret(tx, secrets, call.by, id, hours)
          return {
            application,
            facts: { overlap_hours: hours },
            answer: ok({ ...applicationView(application), client_secret: secret }),
          }
        })
      },
    }),
  ]
}
