// From recording to findings, one stage at a time: one job a stage. A stage's result and the job of the next stage are
// written by one transaction; a worker that is killed leaves nothing half done, and its stage runs again.

import { rm } from 'node:fs/promises'
import {
  type Conversation,
  changeConversation,
  closeConversation,
  getConversation,
  listStages,
  lockConversation,
  putStage,
  stageResult,
  wholeOrg,
} from '../conversations/index.ts'
import { takeSequence } from '../events/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import { newId } from '../platform/ids.ts'
import { type Job, JobInterrupted, type JobRun, job, type Worker, type Write, worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { Problem } from '../platform/problem.ts'
import { dropAudio, type Stage, type StageName, type StageOutcome, stagesOf, type Tools } from './stage.ts'
import { analyse } from './stages/analyse.ts'
import { complete } from './stages/complete.ts'
import { decode } from './stages/decode.ts'
import { diarise } from './stages/diarise.ts'
import { measure } from './stages/measure.ts'
import { transcribe } from './stages/transcribe.ts'

const stages: Record<StageName, Stage> = { decode, transcribe, diarise, measure, analyse, complete }

/**
 * `run` names one way of a conversation through its stages. `revision`: of the transcript to analyse once more; absent,
 * the version's own. `isLight`: it begins behind the transcription, so that it waits for none.
 */
export type Advance = {
  orgId: string
  conversationId: string
  version: number
  run: string
  stage: StageName
  tag: number
  revision?: number
  isLight?: true
}

// A day of audio at the speed of the slowest engine.
const stageTimeoutS = 12 * 3600
// With the queue's growing delays, a speech server may be away for two minutes before calls fail.
const retryLimit = 10

export type PipelineJobs = { voice: Job<Advance>; chat: Job<Advance> }

export const pipelineJobs = (limits: { workers: number; callsInProgressMax: number }): PipelineJobs => ({
  voice: job<Advance>({
    name: 'pipeline.advance_call',
    retryLimit,
    timeoutS: stageTimeoutS,
    concurrency: limits.workers,
    groupMax: limits.callsInProgressMax,
  }),
  // Chats take milliseconds; they never wait behind the transcription of a call.
  chat: job<Advance>({ name: 'pipeline.advance_chat', retryLimit, timeoutS: 600, concurrency: 32 }),
})

/** A conversation whose content is here, ready for its first stage. `tag` is its place in the queue, the lowest first. */
export type Ready = Pick<Advance, 'orgId' | 'conversationId' | 'version' | 'tag'> & { channel: Conversation['channel'] }

export async function enqueueRuns(tx: Tx, queue: Queue, jobs: PipelineJobs, ready: Ready[]): Promise<void> {
  for (const channel of ['voice', 'chat'] as const) {
    const stage = stagesOf[channel][0] as StageName
    const advances = ready
      .filter((one) => one.channel === channel)
      .map(({ orgId, conversationId, version, tag }) => ({ orgId, conversationId, version, run: newId(), stage, tag }))
    await queue.enqueue(tx, jobs[channel], advances.map(asJob))
  }
}

export const laneOf = (jobs: PipelineJobs, channel: Conversation['channel'], { isLight }: Advance): Job<Advance> =>
  isLight ? jobs.chat : jobs[channel]

// A conversation that is under way has a lower tag than one of its organisation that waits.
export const asJob = (input: Advance) => ({ input, group: input.orgId, priority: -input.tag })

export function pipelineWorkers(tools: Tools, queue: Queue, jobs: PipelineJobs): Worker[] {
  return [jobs.voice, jobs.chat].map((one) =>
    worker<Advance>({
      job: one,
      handle: (input, run) => advance(tools, queue, jobs, input, run),
      postpone: (input, run, error) => (tx) => postpone(tx, input, run, error),
      bury: (input) => bury(tools, input),
    }),
  )
}

async function advance(
  tools: Tools,
  queue: Queue,
  jobs: PipelineJobs,
  input: Advance,
  run: JobRun,
): Promise<Write | undefined> {
  const { db, store } = tools
  const conversation = await getCurrent(db, input)
  if (!conversation) {
    await dropAudio(store, { org_id: input.orgId }, input.run)
    return undefined
  }
  const key = { orgId: input.orgId, conversationId: input.conversationId }
  const order = stagesOf[conversation.channel]
  const record = recordOf(input, run, conversation)
  await markStarted(db, conversation, record)
  let made: Promise<string> | undefined
  const folder = () => (made ??= tools.work.make(input.stage))
  try {
    const resultOf = async <T>(stage: StageName) =>
      (await stageResult<T>(db, key.orgId, key.conversationId, stage)) as T
    const { signal } = run
    const { stage, run: id, revision = input.version } = input
    const outcome = await stages[stage]({ ...tools, conversation, run: id, revision, resultOf, folder, signal })
    const next = order[order.indexOf(input.stage) + 1]
    return async (tx) => {
      if (!(await lockConversation(tx, conversation))) return dropAudio(store, conversation, input.run)
      await together(
        putStage(tx, key, {
          ...record,
          status: outcome.status,
          ended_at: new Date(),
          error: null,
          result: outcome.result,
        }),
        outcome.write?.(tx),
        keepWarnings(tx, conversation, outcome),
        // Whoever ends a stage looks for the next one at once; a notice to everybody would hold up all commits.
        next &&
          queue.enqueue(tx, laneOf(jobs, conversation.channel, input), [asJob({ ...input, stage: next })], {
            isQuiet: true,
          }),
      )
      if (outcome.finished)
        await closeConversation(tx, conversation, { status: 'completed', analysis: outcome.finished })
    }
  } catch (err) {
    if (!isFinal(err)) throw err
    const error = explain(err)
    await dropAudio(store, conversation, input.run)
    return async (tx) => {
      if (!(await lockConversation(tx, conversation))) return
      await putStage(tx, key, { ...record, status: 'failed', ended_at: new Date(), error, result: null })
      await closeConversation(tx, conversation, { status: 'failed', failure: { ...error, stage: input.stage } })
    }
  } finally {
    if (made) await rm(await made, { recursive: true, force: true })
  }
}

/**
 * Null when it was deleted, sent again with other content or corrected (the newer version has a job of its own), or ended
 * already.
 */
async function getCurrent(db: Db, input: Advance): Promise<Conversation | null> {
  const found = await getConversation(db, wholeOrg(input.orgId), input.conversationId)
  if (found?.version !== input.version) return null
  const isUnderWay = found.rerun
    ? found.rerun.id === input.run
    : found.status === 'queued' || found.status === 'processing'
  return isUnderWay ? found : null
}

const recordOf = ({ stage }: Advance, { attempt }: JobRun, { channel }: Conversation) => ({
  name: stage,
  position: stagesOf[channel].indexOf(stage),
  attempt,
  started_at: new Date(),
})

/** What was sent cannot be read: no further try will change that. */
const isFinal = (err: unknown) => err instanceof Problem && (err.kind === 'invalid' || err.kind === 'too_large')

/** For people: what is not meant for them is in the log. */
function explain(err: unknown): { code: string; reason: string } {
  if (err instanceof Problem) return { code: err.code, reason: err.detail }
  if (err instanceof JobInterrupted)
    return { code: 'interrupted', reason: 'The program was stopped; the stage runs again.' }
  return { code: 'internal_error', reason: 'Something unexpected went wrong. The log of the server tells what.' }
}

/** People see what is being worked on. Chats are done before anybody could look. */
async function markStarted(db: Db, conversation: Conversation, record: ReturnType<typeof recordOf>): Promise<void> {
  const { org_id: orgId, id, channel, status } = conversation
  if (channel === 'chat') return
  await db.transaction().execute(async (tx) => {
    if (!(await lockConversation(tx, conversation))) return
    await putStage(
      tx,
      { orgId, conversationId: id },
      { ...record, status: 'running', ended_at: null, error: null, result: null },
    )
    if (status === 'processing' || conversation.rerun) return
    const [seq = 0] = await takeSequence(tx, [orgId])
    await changeConversation(tx, { orgId, id, seq }, { status: 'processing' })
  })
}

async function keepWarnings(tx: Tx, conversation: Conversation, { warnings = [] }: StageOutcome): Promise<void> {
  const added = warnings.filter((text) => !conversation.warnings.includes(text))
  if (added.length === 0) return
  const { org_id: orgId, id } = conversation
  await changeConversation(tx, { orgId, id }, { warnings: [...conversation.warnings, ...added] })
}

/** This try has failed; until the next one the conversation waits, and takes nobody's place. */
async function postpone(tx: Tx, input: Advance, run: JobRun, error: unknown): Promise<void> {
  const { orgId, conversationId } = input
  const conversation = await getConversation(tx, wholeOrg(orgId), conversationId)
  if (conversation?.version !== input.version || !(await lockConversation(tx, conversation))) return
  await together(
    putStage(
      tx,
      { orgId, conversationId },
      {
        ...recordOf(input, run, conversation),
        status: 'failed',
        ended_at: new Date(),
        error: explain(error),
        result: null,
      },
    ),
    conversation.status === 'processing' && changeConversation(tx, { orgId, id: conversationId }, { status: 'queued' }),
  )
}

/** Every try failed, or every worker that tried was killed: say so where people look, and tell the world. */
async function bury({ db, store }: Tools, input: Advance): Promise<Write | undefined> {
  await dropAudio(store, { org_id: input.orgId }, input.run)
  const conversation = await getCurrent(db, input)
  if (!conversation) return undefined
  const key = { orgId: input.orgId, conversationId: input.conversationId }
  const last = (await listStages(db, key.orgId, key.conversationId)).find(({ name }) => name === input.stage)
  const error = last?.status === 'failed' && last.error ? last.error : died(input.stage)
  const reason = `The stage "${input.stage}" failed on every try. ${error.reason}`
  const failure = { code: error.code, reason, stage: input.stage }
  return async (tx) => {
    if (!(await lockConversation(tx, conversation))) return
    if (last?.status === 'running') await putStage(tx, key, { ...last, status: 'failed', ended_at: new Date(), error })
    await closeConversation(tx, conversation, { status: 'failed', failure })
  }
}

const died = (stage: StageName) => ({
  code: 'worker_died',
  reason: `The program was ended while it worked on "${stage}", perhaps because the machine ran out of memory.`,
})
