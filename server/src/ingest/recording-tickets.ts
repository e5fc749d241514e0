// Upload tickets for recordings. The ticket's conversation waits as `awaiting_upload`, under the id that the object key
// carries, and an item of an ingest job that it names waits with it.

import { idempotencyOf, type Org, orgReader } from '../access/index.ts'
import { type Conversation, getConversation, wholeOrg } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { type Answer, type Call, ok } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { type Allocation, callClaim } from './allocation.ts'
import type { CallMetadata } from './call-metadata.ts'
import { orFail, reopenItem } from './jobs/named-item.ts'
import type { ItemPlace } from './jobs/shapes.ts'
import type { Accept, Accepted } from './shapes.ts'
import { callArrival, requestFacts } from './submission.ts'
import type { Redeem, SignTicket } from './tickets.ts'

type TicketForm = { fields: object; warnings: string[]; item: ItemPlace | null }

export type RecordingTickets = {
  give(call: Call, org: Org, said: CallMetadata, form: TicketForm, allocation: Allocation): Promise<Answer>
  /** `file_url` named a path of the client's own disk: it gets a ticket to upload that file with. */
  forLocalPath(call: Call, org: Org, said: CallMetadata, form: TicketForm): Promise<Answer>
  /** The recording came in the place of a request for a ticket: a later post of these fields changes nothing. */
  answerForFile(orgId: string): (accepted: Accepted) => Answer
  redeem: Redeem
}

export function recordingTickets(input: {
  db: Db
  accept: Accept
  sign: SignTicket
  /** Of organisations that have none of their own. */
  timeZone: string
  sizeBytesMax: number
}): RecordingTickets {
  const { db, accept, timeZone, sizeBytesMax } = input
  const readOrg = orgReader(db)
  const ticketFor = (orgId: string, id: string) => input.sign({ orgId, kind: 'rec', id, sizeBytesMax })

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
      item: form.item,
      allowsDuplicate: said.allowsDuplicate,
      kind: 'ticket',
      claim: null,
      // A natural key counts once the recording is there.
      arrival: {
        ...arrival,
        external_id: null,
        metadata: {
          ...arrival.metadata,
          ...(said.externalId ? { interaction_id: said.externalId } : {}),
          ...(said.allowsDuplicate ? { allow_duplicate: true } : {}),
          // Also where a client has a field of that name, so that nobody names an item by it.
          ...(form.item || 'ingest_item' in arrival.metadata ? { ingest_item: form.item } : {}),
        },
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
          max_bytes: sizeBytesMax,
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

    async redeem({ orgId, id, file, requestId }) {
      const ticket = await getConversation(db, wholeOrg(orgId), id)
      // Deleted, or redeemed before: what it promised has happened.
      if (ticket?.status !== 'awaiting_upload') return false
      const org = await readOrg(orgId)
      const { interaction_id: external, allow_duplicate: allows, ingest_item, ...metadata } = ticket.metadata
      const item = (ingest_item ?? null) as ItemPlace | null
      let isKept = false
      await orFail(db, orgId, item, async () => {
        if (item) await db.transaction().execute((tx) => reopenItem(tx, orgId, item))
        return accept({
          actor: 'upload ticket',
          // Whoever was given the ticket was asked then.
          reach: 'all',
          requestId,
          createsAgents: false,
          allowsDuplicate: allows === true,
          item,
          idempotency: null,
          claim: callClaim(org, org.settings.time_zone ?? timeZone, file),
          kind: 'redemption',
          arrival: {
            ...arrivalOf(ticket),
            external_id: typeof external === 'string' ? external : null,
            content_hash: file.sha256,
            metadata,
          },
          recording: file,
          transcript: null,
          fetchUrl: null,
          answer(accepted) {
            isKept = accepted.outcome !== 'duplicate'
            return ok(null)
          },
        })
      })
      return isKept
    },
  }
}

/** What was said when the ticket was asked for. */
function arrivalOf(ticket: Conversation) {
  const { org_id, id, channel, direction, agent_given, customer_ref, caller_number, called_number } = ticket
  const { team, department, tags, warnings, language, started_at, ended_at } = ticket
  const who = { agent_given, customer_ref, caller_number, called_number, team, department }
  const when = { started_at: started_at.toISOString(), ended_at: ended_at?.toISOString() ?? null }
  return { org_id, id, channel, direction, source: 'presigned' as const, ...who, tags, warnings, language, ...when }
}
