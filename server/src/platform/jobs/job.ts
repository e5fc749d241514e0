// What a job is: a constant that names the work and its limits, declared beside its handler.
// Payloads carry ids, never content; handlers are idempotent; retries are the runner's business alone.

import type { Tx } from '../db/db.ts'

export type Job<Input extends object> = {
  /** `noun.verb` in the imperative: `pipeline.advance`. */
  name: string
  /** Tries after the first one, with growing delays. */
  retryLimit: number
  timeoutS: number
  /** How many of these run at once in one process. */
  concurrency: number
  /** How many of one group (an organisation) run at once on all processes together. */
  groupMax?: number
  /** Never set: carries the input's type. */
  input?: Input
}

export const job = <Input extends object>(definition: Job<Input>): Job<Input> => definition

/** Runs in the transaction that also completes the job, or hands it back: both happen, or neither. */
export type Write = (tx: Tx) => Promise<unknown>

export type JobRun = {
  /** 1 for the first try. */
  attempt: number
  /** Fires when the program stops (the reason is a JobInterrupted), when the time is up, and when the claim was lost. */
  signal: AbortSignal
}

/** The program stops before the work was done. The job is handed back, and this try does not count. */
export class JobInterrupted extends Error {}

export type Worker<Input extends object = object> = {
  job: Job<Input>
  /** What it returns may run more than once: when its transaction fails, it is tried again. */
  handle(input: Input, run: JobRun): Promise<Write | undefined>
  /** What to write when this try has failed with `error`, or was interrupted, and the job is handed back. */
  postpone?(input: Input, run: JobRun, error: unknown): Write
  /** What to do when every try has failed, or when the worker was killed on every try. */
  bury(input: Input): Promise<Write | undefined>
}

/** Gives a list of workers of different inputs one type, each checked by itself. */
export const worker = <Input extends object>(definition: Worker<Input>): Worker => definition as unknown as Worker
