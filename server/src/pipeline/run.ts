// From recording to findings, one stage at a time: one job a stage. A stage's result and the job of the next stage are
// written by one transaction; a worker that is killed leaves nothing half done, and its stage runs again.

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Conversation,
  changeConversation,
  closeConversation,
  getConversation,
  lockConversation,
  putStage,
  stageResult,
} from '../conversations/index.ts'
import { takeSequence } from '../events/index.ts'
import type { Tx } from '../platform/db/db.ts'
import { type Job, type JobRun, job, type Worker, type Write, worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import { Problem } from '../platform/problem.ts'
import { type Stage, type StageName, type StageOutcome, stagesOf, type Tools } from './stage.ts'
import { analyse } from './stages/analyse.ts'
import { complete } from './stages/complete.ts'
import { decode } from './stages/decode.ts'
import { diarise } from './stages/diarise.ts'
import { measure } from './stages/measure.ts'
import { transcribe } from './stages/transcribe.ts'

const stages: Record<StageName, Stage> = { decode, transcribe, diarise, measure, analyse, complete }

export type Advance = { orgId: string; conversationId: string; version: number; stage: StageName; tag: number }

// A day of audio at the speed of the slowest engine.
const stageTimeoutS = 12 * 3600

export type PipelineJobs = { voice: Job<Advance>; chat: Job<Advance> }

export const pipelineJobs = (limits: { workers: number; callsInProgressMax: number }): PipelineJobs => ({
  voice: job<Advance>({
    name: 'pipeline.advance_call',
    retryLimit: 4,
    timeoutS: stageTimeoutS,
    concurrency: limits.workers,
    groupMax: limits.callsInProgressMax,
  }),
  // Chats take milliseconds; they never wait behind the transcription of a call.
  chat: job<Advance>({ name: 'pipeline.advance_chat', retryLimit: 4, timeoutS: 600, concurrency: 8 }),
})

export async function enqueueStage(
  tx: Tx,
  queue: Queue,
  jobs: PipelineJobs,
  channel: Conversation['channel'],
  advances: Advance[],
) {
  // The lowest tag first; a conversation that is under way has a lower tag than one of its organisation that waits.
  const entries = advances.map((input) => ({ input, group: input.orgId, priority: -input.tag }))
  await queue.enqueue(tx, jobs[channel], entries)
}

export function pipelineWorkers(tools: Tools, queue: Queue, jobs: PipelineJobs): Worker[] {
  return [jobs.voice, jobs.chat].map((one) =>
    worker<Advance>({
      job: one,
      handle: (input, run) => advance(tools, queue, jobs, input, run),
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
  const { db } = tools
  const conversation = await getConversation(db, input.orgId, input.conversationId)
  // Deleted meanwhile, or sent again with other content: the newer version has a job of its own.
  if (!conversation || conversation.version !== input.version) return undefined
  const key = { orgId: input.orgId, conversationId: input.conversationId }
  const order = stagesOf[conversation.channel]
  const position = order.indexOf(input.stage)
  const record = { name: input.stage, position, attempt: run.attempt, started_at: new Date() }
  await markStarted(tools, conversation, record)
  const workDir = await mkdtemp(join(tools.workDir, `${input.stage}-`))
  try {
    const resultOf = async <T>(stage: StageName) =>
      (await stageResult<T>(db, key.orgId, key.conversationId, stage)) as T
    const outcome = await stages[input.stage]({ ...tools, workDir, conversation, resultOf, signal: run.signal })
    const next = order[position + 1]
    return async (tx) => {
      await lockConversation(tx, conversation)
      await putStage(tx, key, {
        ...record,
        status: outcome.status,
        ended_at: new Date(),
        error: null,
        result: outcome.result,
      })
      await outcome.write?.(tx)
      await keepWarnings(tx, conversation, outcome)
      if (outcome.finished)
        await closeConversation(tx, conversation, { status: 'completed', analysis: outcome.finished })
      if (next) await enqueueStage(tx, queue, jobs, conversation.channel, [{ ...input, stage: next }])
    }
  } catch (err) {
    const error =
      err instanceof Problem ? { code: err.code, reason: err.detail } : { code: 'internal_error', reason: String(err) }
    const failed = { ...record, status: 'failed' as const, ended_at: new Date(), error, result: null }
    // What was sent cannot be read: no further try will change that.
    if (err instanceof Problem && (err.kind === 'invalid' || err.kind === 'too_large')) {
      return async (tx) => {
        await lockConversation(tx, conversation)
        await putStage(tx, key, failed)
        await closeConversation(tx, conversation, { status: 'failed', failure: { ...error, stage: input.stage } })
      }
    }
    await putStage(db, key, failed)
    throw err
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** People see what is being worked on. Chats are done before anybody could look. */
async function markStarted(
  { db }: Tools,
  conversation: Conversation,
  record: { name: string; position: number; attempt: number; started_at: Date },
) {
  const { org_id: orgId, id, channel, status } = conversation
  if (channel === 'chat') return
  await putStage(
    db,
    { orgId, conversationId: id },
    { ...record, status: 'running', ended_at: null, error: null, result: null },
  )
  if (status === 'processing') return
  await db.transaction().execute(async (tx) => {
    await lockConversation(tx, conversation)
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

/** Every try failed, or every worker that tried was killed: say so where people look, and tell the world. */
async function bury({ db }: Tools, input: Advance): Promise<Write | undefined> {
  const conversation = await getConversation(db, input.orgId, input.conversationId)
  if (!conversation || conversation.version !== input.version || conversation.status === 'completed') return undefined
  return async (tx) => {
    await lockConversation(tx, conversation)
    const reason = `The stage "${input.stage}" failed on every try. Its last error is kept with the stage.`
    await closeConversation(tx, conversation, {
      status: 'failed',
      failure: { code: 'stage_failed', reason, stage: input.stage },
    })
  }
}
