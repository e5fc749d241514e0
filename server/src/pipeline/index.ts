// The pipeline: from a recording or a chat to findings. The only door into this slice.

import type { Db, Tx } from '../platform/db/db.ts'
import type { Worker } from '../platform/jobs/job.ts'
import type { Queue } from '../platform/jobs/queue.ts'
import type { Log } from '../platform/log.ts'
import type { FetchLike } from '../platform/outbound/fetch-like.ts'
import type { Store } from '../storage/index.ts'
import { chooseLanguageEngine } from './engines/language/choose.ts'
import { chooseSpeechEngine } from './engines/speech/choose.ts'
import { enqueueRuns, type PipelineJobs, pipelineWorkers, type Ready } from './run.ts'
import { openWorkFolder } from './work-folder.ts'

export { sniffRecording } from './audio/open-source.ts'
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
  speechEngine: { name: string | null; reason: string }
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
  const tools = { ...input, work, speech, language, agentChannelDefault: input.agentChannel }

  return {
    workers: pipelineWorkers(tools, queue, jobs),
    enqueue: (tx, conversations) => enqueueRuns(tx, queue, jobs, conversations),
    speechEngine: { name: chosen.engine?.name ?? null, reason: speech.reason },
    async close() {
      await chosen.engine?.close()
      await language.close()
      await work.close()
    },
  }
}

const endpointOf = ({ url, apiKey, model, fetch }: EngineSettings<unknown>) =>
  url === null ? null : { baseUrl: url, apiKey, model: model ?? '', timeoutMs: 60_000, fetch }
