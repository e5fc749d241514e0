// What the run of an ingest job does with each item: reads it, takes it in through accept.ts, and says what became of it.
// A dry run does the same up to the door.

import { findKnown, findTwins } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import { contentKey } from '../decide.ts'
import { fetchStream } from '../fetch-into.ts'
import { nameInUrl } from '../file-names.ts'
import type { FileDownload } from '../remote/file-download.ts'
import type { Accept, Submission } from '../shapes.ts'
import { getItem, settleItems } from './items.ts'
import { orFail } from './named-item.ts'
import type { TakeItem } from './run-job.ts'
import type { IngestItem, IngestJob, ItemContent, ItemState, SettlePeople } from './shapes.ts'
import { type CheckRecording, type Keep, measureRecording, stageRecording, storeKeyOf } from './stage-item.ts'
import { prepareItem } from './take-item.ts'

export function intake(input: {
  db: Db
  store: Store
  accept: Accept
  timeZone: string
  recordingBytesMax: number
  checkRecording: CheckRecording
  fetchFile: FileDownload
  /** What is done with people and teams that a job names. */
  peopleOf(job: IngestJob): SettlePeople
}): TakeItem {
  const { db, store, accept, checkRecording } = input
  const limits = { recordingBytesMax: input.recordingBytesMax, checkRecording }

  return (job, org, source) => {
    const settle = input.peopleOf(job)
    const prepare = async (keep: Keep, item: IngestItem, signal: AbortSignal) => {
      const timeZone = org.settings.time_zone ?? input.timeZone
      const content = await ('url' in item.locator
        ? fetched(item, item.locator.url, signal)
        : source.read(item, signal))
      return prepareItem({ org, timeZone }, keep, { job, item, signal }, content)
    }

    const fetched = async (item: IngestItem, url: string, signal: AbortSignal): Promise<ItemContent> => {
      const wanted = { orgId: item.org_id, url, sizeBytesMax: input.recordingBytesMax, signal }
      const { stream } = fetchStream(input.fetchFile, wanted)
      return { kind: 'recording', stream, fileName: nameInUrl(url), contentType: null, modifiedAt: null }
    }

    const take = async (item: IngestItem, signal: AbortSignal) => {
      const prepared = await prepare(stageRecording(store, limits), item, signal)
      const submission = await withPeople(prepared, settle)
      let outcome: ItemState = 'ok'
      await accept({
        ...submission,
        answer(accepted) {
          outcome = accepted.outcome === 'duplicate' ? 'duplicate' : 'ok'
          return submission.answer(accepted)
        },
      })
      return outcome
    }

    /**
     * Another worker may have taken it in under the same key meanwhile: then the bytes are the conversation's. While it
     * waits, one may be about to; whoever tries next writes them over.
     */
    const drop = async (item: IngestItem) => {
      const now = await getItem(db, { orgId: item.org_id, jobId: item.job_id }, item.position)
      if (now?.state !== 'ok' && now?.state !== 'waiting') await store.delete(storeKeyOf(item))
    }

    const rehearse = async (item: IngestItem, signal: AbortSignal) => {
      const prepared = await prepare(measureRecording(limits), item, signal)
      const submission = await withPeople(prepared, settle)
      const twinId = await findSame(submission)
      const state = twinId ? ('duplicate' as const) : ('ok' as const)
      const place = { orgId: item.org_id, jobId: item.job_id, position: item.position }
      const { warnings } = submission.arrival
      await settleItems(db, [{ ...place, state, conversation_id: twinId, code: null, reason: null, warnings }])
      return state
    }

    /** The conversation that it would be a duplicate of. */
    const findSame = async (submission: Submission): Promise<string | null> => {
      const { org_id, channel, external_id, content_hash } = submission.arrival
      const known = external_id ? await findKnown(db, { org_id, channel, external_id }) : null
      if (known) return known.content_hash === content_hash ? known.id : null
      const [twin] = await findTwins(db, [contentKey(submission)])
      return twin?.id ?? null
    }

    const work = job.is_dry_run ? rehearse : take
    return async (item, signal) => {
      let isKept = job.is_dry_run || item.kind === 'chat'
      try {
        const place = { jobId: item.job_id, position: item.position }
        const outcome = await orFail(db, item.org_id, place, () =>
          work(item, signal).catch((err) => {
            signal.throwIfAborted()
            throw err
          }),
        )
        isKept ||= outcome === 'ok'
        return outcome
      } finally {
        if (!isKept) await drop(item)
      }
    }
  }
}

/** @throws Problem('invalid') when the organisation wants what names somebody unknown refused */
async function withPeople(submission: Submission, settle: SettlePeople): Promise<Submission> {
  const { agent_given: agent, team, department, warnings } = submission.arrival
  if (!agent && !team && !department) return submission
  const settled = await settle({ agent, team, department })
  if ('failure' in settled) throw new Problem('invalid', settled.failure.code, settled.failure.reason)
  return {
    ...submission,
    createsAgents: settled.createsAgent,
    arrival: {
      ...submission.arrival,
      agent_given: settled.agent,
      team: settled.team,
      department: settled.department,
      warnings: [...warnings, ...settled.warnings],
    },
  }
}
