// A folder on another machine: what every protocol must be able to do. Which files are wanted, and what becomes of them,
// is the business of others.

import type { Readable } from 'node:stream'

/**
 * `path` is relative to the folder, with `/` between its parts, as the server spells it. `modifiedAt` is null where the
 * server did not say it exactly (FTP's LIST knows no time zone); `stat` may know it then.
 */
export type RemoteFile = { path: string; sizeBytes: number; modifiedAt: Date | null }

export type ListOptions = {
  /** 0: the folder alone. */
  depthMax: number
  signal: AbortSignal
  /** Names of files and folders together; more is a failure. Default 1,000,000. */
  filesMax?: number
  /** The whole listing. Default 10 minutes. */
  timeoutMs?: number
  /** What was left out, and why, in plain words: names that are no names, links. Told of the first hundred. */
  onWarning?: (detail: string) => void
}

/**
 * Every call may fail with a RemoteFailure: `step` says what did not work, `detail` in plain words why, `isPermanent`
 * that the same call would fail again. An abort fails with the signal's own reason. Calls on one folder may run side by
 * side; how many connections that takes is its own business, up to `connectionsMax`.
 */
export type RemoteFolder = {
  /**
   * Files in the folder, and in folders below it, in bounded memory, in no order. Links and names that cannot be asked
   * for again are left out. While the consumer holds a file, the connection waits; servers lose patience after minutes,
   * and where `connectionsMax` is 1, another call on the folder waits until the listing has ended.
   */
  list(options: ListOptions): AsyncIterable<RemoteFile>
  /** null when there is no such file. */
  stat(path: string, signal: AbortSignal): Promise<RemoteFile | null>
  /**
   * From `start` on. A connection that breaks is opened again and goes on where it broke, up to five times, unless the
   * file's size or time has changed. More or fewer bytes than the server says that the file has are a failure.
   */
  open(path: string, options: { start?: number; signal: AbortSignal }): Promise<Readable>
  /** Makes the folders on the way; never overwrites: a name that is taken gets a number. Answers the new path. */
  move(path: string, to: string, signal: AbortSignal): Promise<string>
  /** Deleting what is not there is no error. */
  remove(path: string, signal: AbortSignal): Promise<void>
  /** Writes a small file under a name that is free; `probe` tries with it whether the folder may be written to. */
  create(path: string, content: Buffer, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** What is tried when a connection is made, in this order. */
export const steps = ['name', 'route', 'tls', 'host_key', 'login', 'directory', 'list', 'read', 'write'] as const
export type Step = (typeof steps)[number]

/** Told as each step of making a connection is done; `detail` says what was found. */
export type OnStep = (step: Step, detail: string) => void

/** What the folders of every protocol on a network have in common. */
export type RemoteLimits = {
  /** At the same time; default 2. */
  connectionsMax?: number
  /** Of all connections of the folder together; null or absent: no limit. */
  bytesPerSecondMax?: number | null
  /** For TCP, and again for TLS or SSH; default 15 s. */
  connectTimeoutMs?: number
  /** The longest time without a word from the server; default 30 s. */
  silenceTimeoutMs?: number
  /** Before a download that broke goes on; twice as long each time. Default 250 ms. */
  breakPauseMs?: number | undefined
  onStep?: OnStep
}

export class RemoteFailure extends Error {
  readonly step: Step
  /** For whoever set the server up: says what to mend. Holds no secret. */
  readonly detail: string
  readonly isPermanent: boolean
  /** Of the certificate (`AB:CD:…`, SHA-256) or host key (`SHA256:…`) that was seen and not accepted: may be pinned. */
  readonly fingerprint: string | null

  constructor(
    step: Step,
    detail: string,
    options: { isPermanent?: boolean; cause?: unknown; fingerprint?: string | null } = {},
  ) {
    super(detail, { cause: options.cause })
    this.step = step
    this.detail = detail
    this.isPermanent = options.isPermanent ?? false
    this.fingerprint = options.fingerprint ?? null
  }
}
