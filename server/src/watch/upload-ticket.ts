// Sends a small recording: a ticket, then one POST of its fields and the file, as to S3. The ticket is asked for under a
// key that follows from the content and the name, so that asking twice gives the same ticket, and a ticket counts once.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Door } from './door.ts'
import { blobOf } from './recording-file.ts'
import { Trouble } from './trouble.ts'
import { isText, pathFrom, type Upload, type Uploaded } from './upload.ts'

/** Anything else, such as a page that says 200, is of somebody on the way who kept the recording to himself. */
const takenStatus = 204

type Ticket = { url: string; fields: Record<string, string>; call_id: string }

/**
 * @param input.attempt rises when a ticket has run out
 * @returns null when the ticket has run out
 * @throws Trouble
 */
export async function sendWithTicket(
  door: Door,
  root: string,
  { found, sha256, fields, jobId, attempt }: Upload & { attempt: number },
): Promise<Uploaded | null> {
  const request = {
    file_name: basename(found.path),
    metadata: fields,
    ...(jobId ? { ingest_job_id: jobId, item_name: found.path } : {}),
  }
  const key = createHash('sha256')
    .update(JSON.stringify([sha256, found.path, request, attempt]))
    .digest('hex')
  const headers = { 'idempotency-key': key }
  const asked = await door.ask({ method: 'POST', path: '/asr/async/upload/vela', json: request, headers })
  const ticket = readTicket(asked.body)
  const form = new FormData()
  for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value)
  form.append('file', await blobOf(root, found), basename(found.path))
  const path = pathFrom('/uploads', ticket.url) ?? '/uploads'
  const post = { path, body: form, sizeBytes: found.sizeBytes, isOpen: true, accepts: [403] }
  const taken = await door.ask({ method: 'POST', ...post })
  if (taken.status === takenStatus) return { conversationId: ticket.call_id }
  if (/<Code>AccessDenied<\/Code>/.test(String(taken.body))) return null
  throw new Trouble(
    'away',
    `status_${taken.status}`,
    `What answers at ${door.url} is not Indaba: it said ${taken.status}. Is --url right?`,
  )
}

/** @throws Trouble('away') for an answer that is none of Indaba's */
function readTicket(body: unknown): Ticket {
  const { url, fields, call_id } = (body ?? {}) as Partial<Ticket>
  const isWhole = isText(url) && isText(call_id) && typeof fields === 'object' && fields !== null
  if (isWhole && Object.values(fields).every((value) => typeof value === 'string')) return { url, fields, call_id }
  throw new Trouble('away', 'no_ticket', 'The server gave no upload ticket. Is --url right?')
}
