// What a stage is: one step from a recording to findings. It does its slow work first and hands back what to write, so
// that its result, its mark of completion and the next step share one transaction. Running it twice gives the same.

import type { Analysis, Conversation } from '../conversations/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import type { Log } from '../platform/log.ts'
import { type Store, storeKey } from '../storage/index.ts'
import type { LanguageEngine } from './engines/language/engine.ts'
import type { SpeechEngine } from './engines/speech/engine.ts'
import type { Playback } from './playback.ts'
import type { WorkFolder } from './work-folder.ts'

export type StageName = 'decode' | 'transcribe' | 'diarise' | 'measure' | 'analyse' | 'complete'

export const stagesOf: Record<Conversation['channel'], StageName[]> = {
  voice: ['decode', 'transcribe', 'diarise', 'measure', 'analyse', 'complete'],
  chat: ['measure', 'analyse', 'complete'],
}

export type Tools = {
  db: Db
  store: Store
  speech: { engine: SpeechEngine | null; reason: string }
  language: LanguageEngine
  log: Log
  work: WorkFolder
  playback: Pick<Playback, 'keep'>
  agentChannelDefault: 0 | 1
}

export type StageInput = Tools & {
  conversation: Conversation
  /** Of the transcript that this run writes, or reads where it writes none. */
  revision: number
  /** Names this way of the conversation through the pipeline, the same on every try: what it makes bears this id. */
  run: string
  /** For files of this stage; gone when it ends. */
  folder(): Promise<string>
  /** The result that an earlier stage of this run left. */
  resultOf<T>(stage: StageName): Promise<T>
  signal: AbortSignal
}

export type StageOutcome = {
  status: 'ok' | 'skipped'
  /** Kept with the stage: what later stages need, or why it was skipped. */
  result: unknown
  /** Sentences for the people who will look at the conversation. */
  warnings?: string[]
  write?(tx: Tx): Promise<unknown>
  /** Set by the last stage: the analysis that the conversation now points at. */
  finished?: Analysis
}

export type Stage = (input: StageInput) => Promise<StageOutcome>

/** Where the decoded audio of a run lies between stages; the next try of a stage replaces it. */
export const workKey = ({ org_id }: Pick<Conversation, 'org_id'>, run: string, channel: number): string =>
  storeKey(org_id, channel === 0 ? 'workleft' : 'workright', run)

export async function dropAudio(store: Store, conversation: Pick<Conversation, 'org_id'>, run: string): Promise<void> {
  await Promise.all([0, 1].map((channel) => store.delete(workKey(conversation, run, channel))))
}
