// A write of one thing over REST: done once for an Idempotency-Key, and audited by the transaction that does it.

import type { Db, Tx } from '../platform/db/db.ts'
import type { Answer, Call } from '../platform/http/route.ts'
import type { Secrets } from '../platform/secrets.ts'
import { writeAudit } from './audit/write.ts'
import { answerOnce, idempotencyOf } from './idempotency.ts'

/** What was done: the answer, and what its audit row says. */
export type Written = { answer: Answer; action: string; target: string; data?: Record<string, unknown> }

/**
 * The key is the caller's own: whoever may do less is not shown a secret by repeating the request of another.
 * @param content what makes two requests the same, besides the `id` in the path
 * @throws Problem('conflict') when the key was used with other content
 */
export function writeOnce(
  { db, secrets }: { db: Db; secrets: Secrets },
  call: Pick<Call, 'by' | 'params' | 'requestId' | 'routeName' | 'idempotencyKey'>,
  content: object,
  work: (tx: Tx) => Promise<Written>,
): Promise<Answer> {
  const { by, params, requestId } = call
  const { id } = (params ?? {}) as { id?: string }
  return answerOnce(db, secrets, idempotencyOf(call, [by.actor, id, content]), async (tx) => {
    const { answer, ...entry } = await work(tx)
    await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, requestId, ...entry }])
    return answer
  })
}
