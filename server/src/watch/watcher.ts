// A watcher at work: looks through the folder, hears of changes, sends what is complete, and waits out what goes wrong.
// How each of these is done stands in a file of its own; here is when.

import { clearAway } from './afterwards.ts'
import { type Candidate, candidates } from './candidates.ts'
import { type Found, type Listing, listFolder, lookAt } from './folder.ts'
import type { Entry, Journal } from './journal.ts'
import type { Tell } from './lines.ts'
import type { Options } from './options.ts'
import { besides, firstThere, readBeside } from './particulars.ts'
import { fileWaitMs, type Pause } from './pause.ts'
import { requireSame } from './recording-file.ts'
import type { Send } from './send.ts'
import { Trouble, troubleWithFile } from './trouble.ts'

export type Watcher = {
  /** Looks through the whole folder once. */
  sweep(): Promise<void>
  /** Something may have changed there. */
  noticed(path: string): Promise<void>
  /** Sends what is complete, as far as there is room. */
  dispatch(): void
  readonly waiting: number
  readonly underWay: number
  oldestWaitingMs(): number
  /** What is wrong at present. */
  readonly wrong: string | null
  /** Rises with all that is got done. */
  readonly done: number
  readonly refused: number
  /** Takes nothing new; comes back when nothing is under way. */
  drain(): Promise<void>
}

type Settings = Pick<Options, 'folder' | 'settleMs' | 'marker' | 'usesSidecar' | 'afterwards' | 'concurrency'>

/** How long a recording waits for its side-car, in times of settling. */
const sidecarWaits = 60
const tellAgainMs = 3_600_000

export function watcher(input: {
  settings: Settings
  listing: Listing
  journal: Journal
  pause: Pause
  send: Send
  tell: Tell
}): Watcher {
  const { settings, listing, journal, pause, send, tell } = input
  const { folder: root, settleMs, marker, usesSidecar, afterwards } = settings
  const waiting = candidates(settleMs)
  const works = new Set<Promise<void>>()
  let [done, refused, isDraining] = [0, 0, false]
  let told = { code: '', atMs: 0 }

  async function consider(found: Found): Promise<void> {
    const entry = journal.of(found)
    const isOver = found.sizeBytes === 0 || (entry !== null && entry.state !== 'uploading')
    if (!isOver) return void waiting.see(found)
    const candidate = waiting.get(found.path)
    if (candidate && !candidate.isUnderWay) waiting.drop(found.path)
    // It was sent, and the program ended before it was cleared away.
    if (entry?.state === 'sent' && !candidate) await clear(found)
  }

  async function sweep(): Promise<void> {
    const { first } = journal
    const passed: Entry[] = []
    const seen = new Set<string>()
    for await (const found of listFolder(listing)) {
      if (first && found.modifiedMs < first.sinceMs) passed.push(passedEntry(found))
      else await consider(found)
      if (waiting.get(found.path)) seen.add(found.path)
    }
    if (first) {
      await journal.write(...passed)
      await journal.endFirst()
      if (passed.length > 0) tell('passed', { count: passed.length })
    }
    for (const { path, isUnderWay } of waiting.all()) {
      if (!isUnderWay && !seen.has(path) && !(await lookAt(root, path))) waiting.drop(path)
    }
  }

  function dispatch(): void {
    while (!isDraining && waiting.underWay < pause.room(settings.concurrency)) {
      const candidate = waiting.take()
      if (!candidate) return
      const work = take(candidate).finally(() => {
        works.delete(work)
        dispatch()
      })
      works.add(work)
    }
  }

  async function take(candidate: Candidate): Promise<void> {
    const { path, sizeBytes, modifiedMs } = candidate
    const found = { path, sizeBytes, modifiedMs }
    try {
      await requireSame(root, found)
      const isLate = performance.now() - candidate.steadySinceMs > settleMs * sidecarWaits
      const beside = await readBesides(path, isLate)
      if (!beside) return waiting.putBack(path, settleMs, false)
      const outcome = await send(found, beside.sidecar)
      if (outcome !== 'known') succeeded()
      done += 1
      if (outcome === 'refused') refused += 1
      waiting.drop(path)
      if (outcome !== 'refused') await clear(found)
    } catch (err) {
      await failed(found, candidate, err)
    }
  }

  /** The recording's marker and side-car; null while one of them is still to come. */
  async function readBesides(path: string, isLate: boolean): Promise<{ sidecar: string | null } | null> {
    if (marker && !(await firstThere(root, besides(path, marker)))) return null
    if (!usesSidecar) return { sidecar: null }
    const beside = await firstThere(root, besides(path, '.json'))
    if (beside) return { sidecar: await readBeside(root, beside) }
    if (!isLate) return null
    tell('warning', { path, warning: `${path} has no side-car; it is sent without.` })
    return { sidecar: null }
  }

  async function clear(found: Found): Promise<void> {
    if (afterwards.kind === 'leave') return
    try {
      const suffixes = [...(marker ? [marker] : []), ...(usesSidecar ? ['.json'] : [])]
      const beside = await Promise.all(suffixes.map((one) => firstThere(root, besides(found.path, one))))
      const what = await clearAway(
        root,
        found,
        beside.filter((one) => one !== null),
        afterwards,
      )
      if (what) tell('cleared', { path: found.path, what })
    } catch (err) {
      tell('warning', {
        path: found.path,
        warning: `${found.path} was sent and cannot be cleared away: ${(err as Error).message}.`,
      })
    }
  }

  function succeeded(): void {
    if (pause.because) tell('back', {})
    pause.succeeded()
    told = { code: '', atMs: 0 }
  }

  async function failed(found: Found, candidate: Candidate, err: unknown): Promise<void> {
    const { path } = found
    const trouble = await asTrouble(found, err)
    if (trouble.kind === 'gone') return waiting.drop(path)
    if (trouble.kind === 'changed') {
      const now = await lookAt(root, path).catch(() => null)
      if (!now) return waiting.drop(path)
      waiting.see(now)
      return waiting.putBack(path, 0, false)
    }
    pause.failed(trouble)
    if (trouble.kind !== 'stumble') {
      waiting.putBack(path, 0, false)
      return tellWait(trouble)
    }
    const waitMs = Math.max(fileWaitMs(candidate.tries), trouble.retryAfterMs ?? 0)
    waiting.putBack(path, waitMs, true)
    tell('retry', { path, reason: trouble.message, seconds: Math.ceil(waitMs / 1000) })
  }

  /** A request that broke off because its file changed under it looks like a server that is away. */
  async function asTrouble(found: Found, err: unknown): Promise<Trouble> {
    const trouble = err instanceof Trouble ? err : troubleWithFile(err, found.path)
    if (trouble.kind !== 'away') return trouble
    return requireSame(root, found).then(
      () => trouble,
      (cause) => troubleWithFile(cause, found.path),
    )
  }

  function tellWait(trouble: Trouble): void {
    const now = performance.now()
    if (isDraining || (told.code === trouble.code && now - told.atMs < tellAgainMs)) return
    told = { code: trouble.code, atMs: now }
    tell('wait', { reason: trouble.message, code: trouble.code, seconds: Math.ceil((pause.untilMs - now) / 1000) })
  }

  return {
    sweep,
    async noticed(path) {
      const found = await lookAt(root, path).catch(() => null)
      if (!found) {
        const candidate = waiting.get(path)
        if (candidate && !candidate.isUnderWay) waiting.drop(path)
      } else if (!journal.first) await consider(found)
    },
    dispatch,
    get waiting() {
      return waiting.size
    },
    get underWay() {
      return waiting.underWay
    },
    oldestWaitingMs: () => waiting.oldestAgeMs(),
    get wrong() {
      return pause.because?.message ?? null
    },
    get done() {
      return done
    },
    get refused() {
      return refused
    },
    async drain() {
      isDraining = true
      await Promise.all(works)
    },
  }
}

const passedEntry = ({ path, sizeBytes, modifiedMs }: Found): Entry => ({
  path,
  size: sizeBytes,
  modified: modifiedMs,
  sha256: null,
  state: 'passed',
  at: new Date().toISOString(),
})
