// `indaba watch` from its beginning to its end: one watcher on one folder, what goes on beside it (contact, sweeps, a line
// of progress), and how it stops.

import { mkdir, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { lockFolder } from '../platform/folder-lock.ts'
import { compilePattern } from '../platform/path-pattern.ts'
import { Problem } from '../platform/problem.ts'
import { byteRate } from './byte-rate.ts'
import { type Contact, contact } from './contact.ts'
import { dayJobs } from './day-job.ts'
import { openDoor } from './door.ts'
import { type Listing, wantedNames } from './folder.ts'
import { type Journal, openJournal } from './journal.ts'
import type { Output, Tell } from './lines.ts'
import type { Options } from './options.ts'
import { startPause } from './pause.ts'
import { rehearse } from './rehearse.ts'
import { sending } from './send.ts'
import { toldChanges } from './told-changes.ts'
import { Trouble } from './trouble.ts'
import { type Watcher, watcher } from './watcher.ts'

const contactMs = 60_000
const tidyMs = 86_400_000
/** Uploads that are under way when it is stopped; they go on from there at the next start. */
const graceMs = 5000
/** With --once: when nothing gets done for so long, it ends. */
const stallMs = 120_000

/**
 * @param signal ends it
 * @returns the exit code: 1 when --once left something unsent or refused
 * @throws Problem('invalid') for a folder that is none, Problem('conflict') for a journal that is in use
 */
export async function watch(options: Options, { tell, progress }: Output, signal: AbortSignal): Promise<number> {
  const { folder, url, name, isOnce, pattern } = options
  await requireFolder(folder)
  const matching = pattern === null ? null : compilePattern(pattern)
  const readName = matching && ((path: string) => matching.match(path))
  const listing = listingOf(options, tell)
  if (options.isDry) {
    await rehearse(options, listing, readName, tell)
    return 0
  }
  const lock = await lockJournal(options.journal)
  const uploads = new AbortController()
  const { journal, isNew, torn } = await openJournal({ ...options, path: options.journal }).catch((cause) => {
    throw cause instanceof Problem ? cause : unusable(options.journal, cause)
  })
  const door = openDoor({ url, key: options.key, signal: uploads.signal })
  const pause = startPause()
  let sentBytes = 0
  const speaking = contact({
    door,
    name,
    folder,
    isOnce,
    facts: () => ({
      waiting: work.waiting,
      ...journal.counts,
      lastError: wrong ?? work.wrong,
      oldestWaitingS: work.waiting === 0 ? null : Math.round(work.oldestWaitingMs() / 1000),
    }),
  })
  const jobs = dayJobs({ door, journal, name, watcherId: () => speaking.id })
  const onProgress = (sizeBytes: number) => {
    sentBytes += sizeBytes
  }
  const send = sending({
    ...{ door, journal, jobs, readName, tell, onProgress },
    rate: byteRate(options.bytesPerSecond),
    root: folder,
    metadata: options.metadata,
    signal: uploads.signal,
  })
  const work = watcher({ settings: options, listing, journal, pause, send, tell })
  /** Of the folder, not of the server. */
  let wrong: string | null = null

  const look = async () => {
    try {
      await work.sweep()
      wrong = null
    } catch (err) {
      const why = (err as Error).message
      if (wrong !== why) tell('unreadable', { path: '', why })
      wrong = why
    }
  }

  tell('start', { folder, url, name })
  tellBeginning(options, { journal, isNew, torn }, tell)
  const speak = speaker(speaking, tell)
  await speak()
  const listening = isOnce
    ? null
    : toldChanges({
        ...{ root: folder, depthMax: options.depthMax, wanted: listing.wanted, isIgnored: listing.isIgnored },
        onChange: (path) => void work.noticed(path),
        onFailure: (why) => tell('watch_failed', { why }),
      })
  const shown = () =>
    progress(
      `${work.waiting} waiting, ${work.underWay} under way, ${journal.counts.sent} sent, ${work.refused} refused`,
    )
  const timers = [
    setInterval(work.dispatch, Math.min(1000, Math.max(50, options.settleMs / 4))),
    setInterval(shown, 1000),
    setInterval(speak, contactMs),
  ]
  try {
    await look()
    await journal.tidy()
    if (isOnce) await untilDone(work, () => sentBytes, signal)
    else await goOn(look, journal, options.sweepMs, signal)
  } finally {
    for (const timer of timers) clearInterval(timer)
    await listening?.close()
    const cut = setTimeout(() => uploads.abort(), isOnce ? 0 : graceMs)
    await work.drain()
    clearTimeout(cut)
  }
  if (isOnce) await sayGoodbye(speaking, jobs)
  tell('stop', { ...journal.counts, waiting: work.waiting })
  await journal.close()
  lock.release()
  return isOnce && (work.waiting > 0 || work.refused > 0) ? 1 : 0
}

/** Sweeps until the end; after a slow one longer, so that a tenth of the time is spent on it at most. */
async function goOn(look: () => Promise<void>, journal: Journal, sweepMs: number, signal: AbortSignal): Promise<void> {
  let tidiedMs = performance.now()
  let tookMs = 0
  while (!signal.aborted) {
    await delay(Math.max(sweepMs, tookMs * 10), undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const startedMs = performance.now()
    await look()
    tookMs = performance.now() - startedMs
    if (performance.now() - tidiedMs < tidyMs) continue
    await journal.tidy()
    tidiedMs = performance.now()
  }
}

async function untilDone(work: Watcher, sentBytes: () => number, signal: AbortSignal): Promise<void> {
  let last = { done: -1, atMs: performance.now() }
  while (!signal.aborted && (work.waiting > 0 || work.underWay > 0)) {
    const done = work.done + sentBytes()
    if (done !== last.done) last = { done, atMs: performance.now() }
    if (performance.now() - last.atMs > stallMs) return
    await delay(50, undefined, { signal }).catch(() => {})
  }
}

async function sayGoodbye(speaking: Contact, jobs: { close(): Promise<void> }): Promise<void> {
  try {
    await speaking.say()
    await jobs.close()
  } catch (err) {
    if (!(err instanceof Trouble)) throw err
  }
}

/** That it is not heard is told once, and no reason to send nothing. */
function speaker(speaking: Contact, tell: Tell): () => Promise<void> {
  let unheard = ''
  return async () => {
    const reason = await speaking.say().then(
      () => '',
      (err) => (err as Error).message,
    )
    if (reason !== '' && reason !== unheard) tell('unheard', { reason })
    unheard = reason
  }
}

function tellBeginning(
  { url, sinceMs }: Options,
  { journal, isNew, torn }: { journal: Journal; isNew: boolean; torn: number },
  tell: Tell,
): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname)) tell('insecure', { url })
  if (torn > 0) tell('torn', { count: torn })
  if (isNew) tell('first', { since: sinceMs === 0 ? 'all' : new Date(sinceMs).toISOString() })
  else tell('known_before', journal.counts)
}

function listingOf({ folder, depthMax, include, except }: Options, tell: Tell) {
  const wanted = wantedNames(include)
  const isIgnored = (path: string) =>
    /(^|\/)\./.test(path) || except.some((one) => path === one || path.startsWith(`${one}/`))
  const told = new Set<string>()
  const listing: Listing = {
    root: folder,
    depthMax,
    wanted: (path) => wanted(path) && !isIgnored(path),
    onTrouble(path, why) {
      if (told.has(path)) return
      told.add(path)
      tell('unreadable', { path, why })
    },
  }
  return { ...listing, isIgnored }
}

async function requireFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch((cause) => {
    const kind = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(cause.code) ? 'invalid' : 'unavailable'
    throw new Problem(kind, 'no_folder', `The folder ${folder} cannot be read (${cause.code}).`, { cause })
  })
  if (!facts.isDirectory()) throw new Problem('invalid', 'no_folder', `${folder} is not a folder.`)
}

/** Held by the kernel for as long as this process lives, however it ends. */
async function lockJournal(journal: string): Promise<{ release(): void }> {
  const folder = `${journal}.lock`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await lockFolder(folder, 2000)
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== 'data_folder_in_use') throw unusable(journal, cause)
    const detail = `Another watcher keeps the journal ${journal}. Stop it, or name another file with --journal.`
    throw new Problem('conflict', 'journal_in_use', detail, { cause })
  }
}

function unusable(journal: string, cause: unknown): Problem {
  const why = (cause as { code?: string }).code ?? (cause as Error).message
  const detail = `The journal ${journal} cannot be written (${why}). Name a file on a local disk with --journal.`
  return new Problem('unavailable', 'journal_unusable', detail, { cause })
}
