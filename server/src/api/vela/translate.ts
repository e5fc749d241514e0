// What the hosted service answered to uploads: the union of the keys of all its versions.

import { chatId } from '../../conversations/index.ts'
import type { Accepted } from '../../ingest/index.ts'
import { type Answer, ok } from '../../platform/http/route.ts'

// Chats are analysed in seconds, calls at about the speed of their length.
const chatSeconds = 5
const callSeconds = 300

const inSeconds = (s: number) => new Date(Date.now() + s * 1000).toISOString()

/** The key `message` and `status` differ by path; all else is the same everywhere. */
export const chatAnswer =
  (path: string) =>
  (accepted: Accepted): Answer => {
    const id = chatId(accepted.conversationId)
    const [status, message] = wordsOf(path)
    return ok({
      status,
      message,
      chat_id: id,
      id,
      upload_id: id,
      processing_status: 'queued',
      estimated_completion: inSeconds(chatSeconds),
      duplicate: accepted.outcome === 'duplicate',
      warnings: accepted.warnings,
    })
  }

function wordsOf(path: string): [status: string, message: string] {
  if (/\/chats(\/upload)?\/vela$/.test(path)) return ['success', 'Chat successfully created.']
  if (/\/chats\/upload$/.test(path)) return ['processing', 'Chat data uploaded successfully']
  return ['success', 'Chat data uploaded successfully']
}

export const callAnswer = (accepted: Accepted): Answer =>
  ok({
    call_id: accepted.conversationId,
    status: 'processing',
    estimated_completion: inSeconds(callSeconds),
    duplicate: accepted.outcome === 'duplicate',
    warnings: accepted.warnings,
  })
