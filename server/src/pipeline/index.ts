// The pipeline: from a recording or a chat to findings. The only door into this slice.

import type { CopyPolicy, MediaKey, Reanalysis } from '../conversations/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import type { Route } from '../platform/http/route.ts'
import type { Worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Log } from '../platform/log.ts'
import type { FetchLike } from '../platform/outbound/fetch-like.ts'
import type { Store } from '../storage/index.ts'
import { annotationRoutes } from './annotation-routes.ts'
import { chooseLanguageEngine } from './engines/language/choose.ts'
import { chooseSpeechEngine } from './engines/speech/choose.ts'
import { metricRoutes } from './metric-routes.ts'
import { playback } from './playback.ts'
import { reanalysis } from './reanalysis.ts'
import { enqueueRuns, type PipelineJobs, pipelineWorkers, type Ready } from './run.ts'
import { openWorkFolder } from './work-folder.ts'

export { sniffRecording } from './audio/open-source.ts'
export { listFormulas } from './metrics/formulas.ts'
export { playbackJob } from './playback.ts'
export { pipelineJobs } from './run.ts'

type EngineSettings<Name> = {
  engine: Name
  url: string | null
  apiKey: string | null
  model: string | null
  fetch: FetchLike
}

export type Pipeline = {
  workers: Worker[]
  /** Puts conversations into the queue, in the transaction that accepted them. */
  enqueue(tx: Tx, conversations: Ready[]): Promise<void>
  /** Waveform and playable copy of a recording that lacks them, for somebody who waits. */
  prepareMedia(tx: Tx, key: MediaKey): Promise<void>
  /** Once more, or after a correction. */
  again: Reanalysis
  routes: Route[]
  speechEngine: { name: string | null; reason: string }
  languageEngine: string
  close(): Promise<void>
}

export async function pipeline(input: {
  db: Db
  store: Store
  queue: Queue
  jobs: PipelineJobs
  log: Log
  /** A folder for short-lived files. */
  workDir: string
  speech: EngineSettings<'auto' | 'openai' | 'sherpa' | 'pocketsphinx' | 'none'> & { modelDir: string }
  language: EngineSettings<'auto' | 'builtin' | 'llm'>
  agentChannel: 0 | 1
  copies: CopyPolicy
}): Promise<Pipeline> {
  const { queue, jobs } = input
  const work = await openWorkFolder(input.workDir)
  const chosen = await chooseSpeechEngine({ ...input.speech, workDir: work.path })
  const language = chooseLanguageEngine({ engine: input.language.engine, llm: endpointOf(input.language) })
  const reason = chosen.tried
    .map(({ name, availability }) => (availability.available ? '' : `${name}: ${availability.reason}`))
    .filter(Boolean)
    .join(' ')
  const speech = { engine: chosen.engine, reason: reason || 'no speech engine is switched on' }
  const listening = playback({ ...input, work })
  const tools = { ...input, work, speech, language, playback: listening, agentChannelDefault: input.agentChannel }

  return {
    workers: [...pipelineWorkers(tools, queue, jobs), listening.worker],
    prepareMedia: listening.prepare,
    enqueue: (tx, conversations) => enqueueRuns(tx, queue, jobs, conversations),
    again: reanalysis(queue, jobs),
    routes: [...annotationRoutes({ db: input.db }), ...metricRoutes()],
    speechEngine: { name: chosen.engine?.name ?? null, reason: speech.reason },
    languageEngine: language.name,
    async close() {
      await chosen.engine?.close()
      await language.close()
      await work.close()
    },
  }
}

const endpointOf = ({ url, apiKey, model, fetch }: EngineSettings<unknown>) =>
  url === null ? null : { baseUrl: url, apiKey, model: model ?? '', timeoutMs: 60_000, fetch }
