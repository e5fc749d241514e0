// Makes something of a message that was kept: the job, and what is written of its outcome. Messages are worked off in no
// order: a message that fails now may succeed after one that came later.

import type { Db, Tx } from '../../platform/db/db.ts'
import { type Job, JobInterrupted, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { Problem } from '../../platform/problem.ts'
import {
  countWaiting,
  type Failure,
  failMessage,
  findWaiting,
  giveUpMessage,
  type Message,
  settleMessage,
} from './messages.ts'
import type { InboundMessage, Outcome, Reader } from './shapes.ts'
import { requireSource } from './sources.ts'

type Input = { orgId: string; messageId: string }

/** About three minutes of tries. */
export const processJob: Job<Input> = job<Input>({
  name: 'inbound.process',
  retryLimit: 12,
  timeoutS: 120,
  concurrency: 8,
})

/**
 * Whoever has many waiting comes after those who have few: each message stands as far back as its organisation's waiting
 * ones are many. A limit to what each may have in work (`groupMax`) is as fair, but with 10,000 waiting it works off 40 a
 * second, and this 300.
 */
export async function enqueueProcess(queue: Queue, tx: Tx, messages: Input[]): Promise<void> {
  const waiting = new Map<string, number>()
  for (const { orgId } of messages) if (!waiting.has(orgId)) waiting.set(orgId, await countWaiting(tx, orgId))
  await queue.enqueue(
    tx,
    processJob,
    messages.map((input) => ({ input, group: input.orgId, priority: -(waiting.get(input.orgId) ?? 0) })),
  )
}

const finalKinds: readonly string[] = ['invalid', 'too_large', 'forbidden', 'not_found', 'conflict']

/** Null when trying again may help. */
function finalFailure(err: unknown): Failure | null {
  if (!(err instanceof Problem) || err.retryAfterS !== undefined || !finalKinds.includes(err.kind)) return null
  return { code: err.code, reason: err.detail }
}

export function processWorker({ db, readers }: { db: Db; readers: readonly Reader[] }): Worker {
  async function readOne(message: Message & { body: Buffer }, signal: AbortSignal): Promise<Outcome> {
    const source = await requireSource(db, message.org_id, message.source_id)
    if (source.reader === null) {
      return { state: 'ignored', reason: 'The source has no reader: its messages are only kept.' }
    }
    const reader = readers.find(({ name }) => name === source.reader)
    if (!reader) throw new Problem('unavailable', 'no_such_reader', `There is no reader “${source.reader}” here.`)
    return reader.read(asRead(message), source.reader_settings, signal)
  }

  return worker<Input>({
    job: processJob,
    async handle({ orgId, messageId }, { signal }) {
      const message = await findWaiting(db, orgId, messageId)
      // Deleted, too old, or settled by another.
      if (!message) return undefined
      try {
        const outcome = await readOne(message, signal)
        return (tx) => settleMessage(tx, orgId, messageId, outcome)
      } catch (err) {
        const failure = finalFailure(err)
        if (!failure) throw err
        return (tx) => failMessage(tx, orgId, messageId, failure, true)
      }
    },
    postpone: ({ orgId, messageId }, _, error) => {
      if (error instanceof JobInterrupted) return async () => {}
      const failure =
        error instanceof Problem
          ? { code: error.code, reason: error.detail }
          : { code: 'internal_error', reason: 'The server failed on it.' }
      return (tx) => failMessage(tx, orgId, messageId, failure, false)
    },
    bury:
      async ({ orgId, messageId }) =>
      (tx) =>
        giveUpMessage(tx, orgId, messageId),
  })
}

const asRead = (message: Message & { body: Buffer }): InboundMessage => ({
  orgId: message.org_id,
  sourceId: message.source_id,
  id: message.id,
  requestId: message.request_id,
  kind: message.kind,
  headers: message.headers,
  body: message.body,
  receivedAt: message.received_at,
})
