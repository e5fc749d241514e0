// Upload tickets: a promise to take one recording, given before its bytes are sent, and how it is redeemed.
// The ticket's conversation waits as `awaiting_upload`, under the id that the object key carries.

import { idempotencyOf, type Org, orgReader } from '../access/index.ts'
import { type Conversation, getConversation, wholeOrg } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { inScope } from '../platform/db/scope.ts'
import { type Answer, type Call, ok, type Route, route } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import {
  checkUploadFields,
  checkUploadSize,
  createUploadTicket,
  type GrantedUpload,
  renderS3Error,
  renderS3Success,
  type Store,
  storeKey,
} from '../storage/index.ts'
import { type Allocation, callClaim } from './allocation.ts'
import type { CallMetadata } from './call-metadata.ts'
import type { Accept, Accepted } from './shapes.ts'
import { keepIfAccepted, type StagedFile, stageForm } from './stage-file.ts'
import { callArrival, requestFacts } from './submission.ts'

const ticketMs = 3600_000
const path = '/uploads'
const unsignedBytesMax = 64 * 2 ** 20

type TicketForm = { fields: object; warnings: string[] }

export type Tickets = {
  give(call: Call, org: Org, said: CallMetadata, form: TicketForm, allocation: Allocation): Promise<Answer>
  /** `file_url` named a path of the client's own disk: it gets a ticket to upload that file with. */
  forLocalPath(call: Call, org: Org, said: CallMetadata, form: TicketForm): Promise<Answer>
  /** The recording came in the place of a request for a ticket: a later post of these fields changes nothing. */
  answerForFile(orgId: string): (accepted: Accepted) => Answer
  routes: Route[]
}

export function tickets(input: {
  db: Db
  store: Store
  accept: Accept
  secret: string
  /** Of organisations that have none of their own. */
  timeZone: string
  publicUrl: () => string
  uploadBytesMax: number
}): Tickets {
  const { db, store, accept, timeZone } = input
  const readOrg = orgReader(db)

  const ticketFor = (orgId: string, id: string) =>
    createUploadTicket({
      secret: input.secret,
      key: storeKey(orgId, 'rec', id),
      url: `${input.publicUrl()}${path}`,
      sizeBytesMax: input.uploadBytesMax,
      sizeBytesMin: 0,
      expiresAt: new Date(Date.now() + ticketMs),
    })

  async function promise(
    call: Call,
    org: Org,
    said: CallMetadata,
    form: TicketForm,
    answer: (accepted: Accepted, id: string) => Answer,
  ) {
    const id = newId()
    const arrival = callArrival(org.id, id, said, { source: 'presigned', contentHash: null, warnings: form.warnings })
    return accept({
      ...requestFacts(call, org, idempotencyOf(call, form.fields)),
      kind: 'ticket',
      claim: null,
      // A natural key counts once the recording is there.
      arrival: {
        ...arrival,
        external_id: null,
        metadata: { ...arrival.metadata, ...(said.externalId ? { interaction_id: said.externalId } : {}) },
      },
      recording: null,
      transcript: null,
      fetchUrl: null,
      answer: (accepted) => answer(accepted, id),
    })
  }

  return {
    give: (call, org, said, form, allocation) =>
      promise(call, org, said, form, (accepted, id) => {
        const { url, fields, expiresAt } = ticketFor(org.id, id)
        return ok({
          fields,
          url,
          call_id: id,
          status: 'awaiting_upload',
          voice_id: 'not_enrolled',
          minute_allocation: { ...allocation, status: 'ok' },
          expires_at: expiresAt.toISOString(),
          max_bytes: input.uploadBytesMax,
          warnings: accepted.warnings,
        })
      }),

    forLocalPath: (call, org, said, form) =>
      promise(call, org, said, form, (accepted, id) => {
        const { url, fields, expiresAt } = ticketFor(org.id, id)
        const note =
          'file_url is a path on your own machine. Upload the file with a POST of these fields and the file to the url.'
        return ok({
          call_id: id,
          status: 'awaiting_upload',
          upload: { url, fields, expires_at: expiresAt.toISOString() },
          warnings: [note, ...accepted.warnings],
        })
      }),

    answerForFile: (orgId) => (accepted) => {
      const { url, fields } = ticketFor(orgId, accepted.conversationId)
      const { conversationId: call_id, warnings } = accepted
      return ok({ call_id, status: 'processing', url, fields, voice_id: 'not_enrolled', warnings })
    },

    routes: [
      route({
        method: 'POST',
        paths: [path],
        summary: 'Redeem an upload ticket: post its fields and the file, as to S3',
        description:
          'Fields in any order; either signature. 204, or the success_action_status that was asked for. Errors are XML, as S3 writes them.',
        tag: 'Uploads',
        auth: 'open',
        bodyKinds: ['multipart'],
        answers: {
          204: { description: 'Taken in' },
          403: { description: 'The ticket is wrong or has expired', contentType: 'application/xml' },
        },
        answerProblem(problem, requestId) {
          const { status, contentType, body } = renderS3Error(problem, { resource: path, requestId })
          return { status, body, headers: { 'Content-Type': contentType ?? 'application/xml' } }
        },
        handle: redeem,
      }),
    ],
  }

  async function redeem(call: Call): Promise<Answer> {
    // The file may come before its fields, so it waits under a key of nobody until the ticket is checked.
    const nobody = '00000000-0000-0000-0000-000000000000'
    const form = await stageForm(store, call, {
      orgId: nobody,
      // Clients that send the fields first, as S3 demands, are refused before their bytes are taken. For others the
      // limit is low: whoever has no ticket must not fill the disk.
      sizeBytesMax: (before) => (hasPolicy(before) ? check(before).sizeBytesMax : unsignedBytesMax),
    })
    const [staged] = form.files
    const result = await keepIfAccepted(store, form.files, async () => {
      const granted = check(form.fields)
      if (!staged) throw new Problem('invalid', 'no_file', 'The POST has no file.')
      checkUploadSize(granted, staged.size_bytes)
      const [, orgId = '', , id = ''] = granted.key.split('/')
      // Signed by us: the ticket says whose it is.
      return inScope([orgId], () => take({ granted, staged, orgId, id, requestId: call.requestId }))
    })
    return result.answer
  }

  async function take(input: {
    granted: GrantedUpload
    staged: StagedFile
    orgId: string
    id: string
    requestId: string
  }) {
    const { granted, staged, orgId, id, requestId } = input
    const ticket = await getConversation(db, wholeOrg(orgId), id)
    // Deleted, or redeemed before: what it promised has happened.
    if (ticket?.status !== 'awaiting_upload') return { answer: done(granted, staged.sha256), isKept: false }
    const org = await readOrg(orgId)
    const key = storeKey(orgId, 'rec', newId())
    await store.move(staged.store_key, key)
    let isKept = false
    try {
      const { interaction_id: external, ...metadata } = ticket.metadata
      await accept({
        actor: 'upload ticket',
        // Whoever was given the ticket was asked then.
        reach: 'all',
        requestId,
        createsAgents: false,
        idempotency: null,
        claim: callClaim(org, org.settings.time_zone ?? timeZone, staged),
        kind: 'redemption',
        arrival: {
          ...arrivalOf(ticket),
          external_id: typeof external === 'string' ? external : null,
          content_hash: staged.sha256,
          metadata,
        },
        recording: { ...staged, store_key: key },
        transcript: null,
        fetchUrl: null,
        answer(accepted) {
          isKept = accepted.outcome !== 'duplicate'
          return ok(null)
        },
      })
    } finally {
      if (!isKept) await store.delete(key)
    }
    return { answer: done(granted, staged.sha256), isKept: true }
  }

  function check(fields: Record<string, unknown>) {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
    return checkUploadFields({ secret: input.secret, fields: texts })
  }

  function done({ successActionStatus, key }: GrantedUpload, etag: string): Answer {
    const { status, contentType, body } = renderS3Success(successActionStatus, {
      url: `${input.publicUrl()}${path}`,
      key,
      etag,
    })
    return contentType ? { status, body, headers: { 'Content-Type': contentType } } : { status }
  }
}

const hasPolicy = (fields: object) => Object.keys(fields).some((name) => name.toLowerCase() === 'policy')

/** What was said when the ticket was asked for. */
function arrivalOf(ticket: Conversation) {
  const { org_id, id, channel, direction, agent_given, customer_ref, caller_number, called_number } = ticket
  const { team, department, tags, warnings, language, started_at, ended_at } = ticket
  const who = { agent_given, customer_ref, caller_number, called_number, team, department }
  const when = { started_at: started_at.toISOString(), ended_at: ended_at?.toISOString() ?? null }
  return { org_id, id, channel, direction, source: 'presigned' as const, ...who, tags, warnings, language, ...when }
}
