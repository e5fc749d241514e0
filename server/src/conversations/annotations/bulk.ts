// The same to many conversations, a few at a time: what is refused or fails for one holds up no other, and is said for
// each. Each few are one transaction; every action can be repeated.

import { authorise, requireNoHold, writeAudit } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { notFound } from '../../platform/problem.ts'
import { removeConversation } from '../closing.ts'
import { type Conversation, listConversationsById } from '../conversations.ts'
import { recordingKeys } from '../recordings.ts'
import { type Asking, annotate, type Work } from './changes.ts'
import { type Assignment, assignWork, readAssignment, reviewWork, tagWork } from './deeds.ts'
import { type Again, type From, type Reanalysis, rerunWork } from './reruns.ts'
import { readTagName } from './tags.ts'

export type BulkAction =
  | { action: 'tag' | 'untag'; tags: string[] }
  | ({ action: 'reassign' } & Assignment)
  | { action: 'review' | 'unreview' }
  | { action: 'reprocess'; from: From; replaces_edits: boolean }
  | { action: 'delete' }

export type BulkOutcome = {
  id: string
  status: 'changed' | 'unchanged' | 'failed'
  error: { code: string; message: string } | null
}

/** Others of the organisation wait while a transaction has its sequence. */
const perTransaction = 50

export type BulkParts = {
  db: Db
  again: Reanalysis
  removeFiles(tx: Tx, storeKeys: readonly string[]): Promise<void>
}

/** In the order of the ids, each once. @throws Problem('forbidden') for an action that the caller may do to none */
export async function actOnMany(
  parts: BulkParts,
  asking: Asking,
  ids: string[],
  action: BulkAction,
): Promise<BulkOutcome[]> {
  if (action.action === 'delete') authorise(asking.by, 'calls:delete')
  const outcomes: BulkOutcome[] = []
  for (let start = 0; start < ids.length; start += perTransaction) {
    const some = ids.slice(start, start + perTransaction)
    outcomes.push(...(await parts.db.transaction().execute((tx) => actOnSome(tx, parts, asking, some, action))))
  }
  return outcomes
}

async function actOnSome(tx: Tx, parts: BulkParts, asking: Asking, ids: string[], action: BulkAction) {
  const { by } = asking
  switch (action.action) {
    case 'tag':
      return changeSome(tx, asking, ids, tagWork(by, { add: action.tags.map(readTagName) }))
    case 'untag':
      return changeSome(tx, asking, ids, tagWork(by, { remove: action.tags }))
    case 'review':
    case 'unreview':
      return changeSome(tx, asking, ids, reviewWork(by, action.action === 'review'))
    case 'reassign':
      return changeSome(tx, asking, ids, assignWork(by, await readAssignment(tx, by, action)))
    case 'reprocess':
      return rerunSome(tx, parts.again, asking, ids, action)
    case 'delete':
      return deleteSome(tx, parts, asking, ids)
  }
}

async function changeSome(tx: Tx, asking: Asking, ids: string[], work: Work): Promise<BulkOutcome[]> {
  const outcomes = await annotate(tx, asking, ids, work)
  return outcomes.map((one) => ({
    id: one.id,
    status: one.status,
    error: one.status === 'failed' ? { code: one.problem.code, message: one.problem.detail } : null,
  }))
}

async function rerunSome(
  tx: Tx,
  again: Reanalysis,
  asking: Asking,
  ids: string[],
  { from, replaces_edits }: Extract<BulkAction, { action: 'reprocess' }>,
) {
  const found = new Map((await listConversationsById(tx, asking.by, ids)).map((one) => [one.id, one]))
  const runs = ids.flatMap((id) => found.get(id) ?? []).map(({ channel }) => ({ channel, from }))
  const tags = await again.takeTags(tx, asking.by.orgId, runs)
  const begun: Again[] = []
  const given = { from, replacesEdits: replaces_edits }
  // Which of them has which tag is all one: they began together.
  const nextTag = () => tags.shift() ?? 0
  const outcomes = await changeSome(tx, asking, ids, rerunWork(asking.by, given, nextTag, begun))
  await again.enqueue(tx, begun)
  return outcomes
}

/** Files go when the transaction is committed. */
async function deleteSome(tx: Tx, { removeFiles }: BulkParts, { by, requestId }: Asking, ids: string[]) {
  const { orgId, actor } = by
  await requireNoHold(tx, orgId)
  const found = new Map((await listConversationsById(tx, by, ids, { isHeld: true })).map((one) => [one.id, one]))
  const files: string[] = []
  for (const id of found.keys()) files.push(...(await recordingKeys(tx, orgId, id)))
  for (const conversation of found.values()) await removeConversation(tx, conversation)
  await removeFiles(tx, files)
  const gone = [...found.values()].map(({ id }: Conversation) => id)
  await writeAudit(
    tx,
    gone.map((id) => ({ orgId, actor, action: 'conversation.delete', target: id, requestId })),
  )
  const unknown = notFound()
  return ids.map(
    (id): BulkOutcome =>
      found.has(id)
        ? { id, status: 'changed', error: null }
        : { id, status: 'failed', error: { code: unknown.code, message: unknown.detail } },
  )
}
