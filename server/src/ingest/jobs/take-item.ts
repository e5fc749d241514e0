// One item of a bulk load on its way in: from what its source gives to what accept.ts takes, or, in a dry run, to what
// would become of it.

import type { Org } from '../../access/index.ts'
import type { Source as ConversationSource } from '../../conversations/index.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { callClaim, chatClaim } from '../allocation.ts'
import { readCallMetadata } from '../call-metadata.ts'
import { readChat } from '../chat-messages.ts'
import { chatTranscript } from '../chat-transcript.ts'
import type { Body } from '../flexible-body.ts'
import type { Submission } from '../shapes.ts'
import type { StagedFile } from '../stage-file.ts'
import { callArrival, chatArrival, contentHash } from '../submission.ts'
import type { IngestItem, IngestJob, ItemContent } from './shapes.ts'
import type { Keep } from './stage-item.ts'

export type Intake = { org: Org; timeZone: string }

const sources: Record<IngestJob['source'], ConversationSource> = {
  zip: 'batch',
  list: 'batch',
  remote_folder: 'remote_folder',
  watch: 'multipart',
  api: 'multipart',
}

/** What was said of the item, and of every item of its job where that says nothing. */
function fieldsOf({ options: { defaults } }: IngestJob, { fields }: IngestItem): Body {
  const namesAgent = (name: string) => /^(agent|e-?mail)/i.test(name.trim()) && !/channel/i.test(name)
  // Two people would become one.
  const isNamed = Object.keys(fields).some(namesAgent)
  const rest = Object.entries(defaults).filter(([name]) => !(isNamed && namesAgent(name)))
  return { ...Object.fromEntries(rest), metadata: fields }
}

/** Ready to be taken in, once `keep` has put its recording where it belongs. */
export async function prepareItem(
  intake: Intake,
  keep: Keep,
  { job, item, signal }: { job: IngestJob; item: IngestItem; signal: AbortSignal },
  content: ItemContent,
): Promise<Submission> {
  return content.kind === 'recording'
    ? prepareCall(intake, job, item, { file: await keep(item, content, signal), modifiedAt: content.modifiedAt })
    : prepareChat(intake, job, item, content)
}

function prepareCall(
  { org, timeZone }: Intake,
  job: IngestJob,
  item: IngestItem,
  { file, modifiedAt }: { file: StagedFile; modifiedAt: Date | null },
): Submission {
  const said = readCallMetadata(fieldsOf(job, item), { timeZone, now: modifiedAt ?? job.created_at })
  const more = { source: sources[job.source], contentHash: file.sha256, warnings: item.found_warnings }
  return {
    ...facts(job, item, said.allowsDuplicate),
    claim: callClaim(org, timeZone, file),
    arrival: callArrival(org.id, newId(), said, more),
    recording: file,
    transcript: null,
  }
}

function prepareChat(
  { org, timeZone }: Intake,
  job: IngestJob,
  item: IngestItem,
  content: ItemContent & { kind: 'chat' },
): Submission {
  const body = { ...job.options.defaults, ...content.fields }
  const chat = readChat(body, { timeZone, now: job.created_at })
  const hash = contentHash(chat.messages, chat.agent, chat.customerId, chat.custom)
  return {
    ...facts(job, item, chat.allowsDuplicate),
    claim: chatClaim(org, timeZone),
    arrival: chatArrival(org.id, newId(), chat, { contentHash: hash, warnings: item.found_warnings }),
    recording: null,
    transcript: chatTranscript(chat.messages),
  }
}

const facts = (job: IngestJob, item: IngestItem, allowsDuplicate: boolean) => ({
  actor: job.sent_by.actor,
  reach: job.sent_by.reach,
  requestId: job.request_id,
  kind: 'conversation' as const,
  createsAgents: false,
  allowsDuplicate: allowsDuplicate || job.options.allow_duplicates,
  item: { jobId: job.id, position: item.position },
  fetchUrl: null,
  idempotency: null,
  answer: (accepted: object) => ({ status: 200, body: accepted }),
})

/** Why an item failed, when the reason is in the item; null when trying again may help, or the fault is ours. */
export function itemFailure(err: unknown): { code: string; reason: string } | null {
  if (!(err instanceof Problem)) return null
  const isItsOwn = ['invalid', 'too_large', 'forbidden', 'not_found', 'conflict'].includes(err.kind)
  return isItsOwn || err.facts.isPermanent === true ? { code: err.code, reason: err.detail } : null
}
