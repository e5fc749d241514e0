// What a watcher knows of the files in its folder: which were sent, which are on their way, which the server will not
// have. Kept in memory and in a file (journal-file.ts), so that a crash neither loses a recording nor sends it twice.

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../platform/problem.ts'
import type { Found } from './folder.ts'
import { type JournalFile, readLines, rewriteFile } from './journal-file.ts'

/**
 * `passed`: it was there before the watcher, which was told to leave that. `uploading`: a part of it may be at the server.
 * `sent`: the server has it. `refused`: the server will not have it.
 */
export type Entry = {
  path: string
  size: number
  /** Of the last change, in ms since 1970. */
  modified: number
  sha256: string | null
  state: 'passed' | 'uploading' | 'sent' | 'refused'
  /** Of its resumable upload, below the server's address. */
  upload?: string
  /** How many tickets ran out. */
  attempt?: number
  conversation?: string | null
  code?: string
  reason?: string
  /** ISO 8601 UTC. */
  at: string
}

/** The ingest job that a day's files are counted under. */
export type DayJob = { id: string; day: string }

export type Journal = {
  /** Of the file as it is now; null for another size or time. */
  of(found: Found): Entry | null
  /** Whether this content was sent, under whatever name. */
  sentAs(sha256: string): Entry | null
  write(...entries: Entry[]): Promise<void>
  readonly job: DayJob | null
  writeJob(job: DayJob | null): Promise<void>
  /** Null until the first look at the folder is over; before that, files older than `sinceMs` are passed. */
  readonly first: { sinceMs: number } | null
  endFirst(): Promise<void>
  readonly counts: { sent: number; refused: number }
  /** Leaves out what is gone for a month, and writes the file anew. */
  tidy(): Promise<void>
  close(): Promise<void>
}

type Head = { indaba_watch: 1; folder: string; since: number; is_begun: boolean }

const keptMs = 30 * 86_400_000

/**
 * @param sinceMs for a journal that is new
 * @param retriesRefused what was refused is forgotten, and so tried again
 * @throws Problem('conflict', 'not_a_journal') for a file of something else, or of another folder
 */
export async function openJournal(input: {
  path: string
  folder: string
  sinceMs: number
  retriesRefused?: boolean
}): Promise<{ journal: Journal; isNew: boolean; torn: number }> {
  const { path, folder } = input
  const read = await readJournal(path, folder)
  const { entries, torn } = read
  let { job } = read
  const head: Head = read.head ?? { indaba_watch: 1, folder, since: input.sinceMs, is_begun: false }
  if (input.retriesRefused) for (const one of entries.values()) if (one.state === 'refused') entries.delete(one.path)
  /** By content: the files that were sent, also those that have been written over since. */
  const sent = new Map<string, Entry>()
  let refused = 0
  for (const one of entries.values()) note(one)
  let file: JournalFile = await rewriteFile(path, allLines())
  let tidying: Promise<unknown> = Promise.resolve()

  function note(entry: Entry): void {
    if (entry.state === 'sent' && entry.sha256) sent.set(entry.sha256, entry)
    if (entry.state === 'refused') refused += 1
  }
  function* allLines(): Iterable<object> {
    yield head
    if (job) yield { job }
    yield* entries.values()
  }
  /** Never to a file that is being replaced: what is in memory by then is in its successor. */
  const append = async (lines: object[]) => {
    await tidying
    await file.append(lines)
  }
  async function replaceFile(): Promise<void> {
    for (const entry of entries.values()) {
      if (Date.now() - Date.parse(entry.at) > keptMs && (await isGone(join(folder, entry.path)))) {
        entries.delete(entry.path)
        if (entry.sha256 && sent.get(entry.sha256) === entry) sent.delete(entry.sha256)
      }
    }
    const former = file
    file = await rewriteFile(path, allLines())
    await former.close()
  }
  const journal: Journal = {
    of({ path, sizeBytes, modifiedMs }) {
      const entry = entries.get(path)
      return entry?.size === sizeBytes && entry.modified === modifiedMs ? entry : null
    },
    sentAs: (sha256) => sent.get(sha256) ?? null,
    async write(...written) {
      for (const entry of written) {
        if (entries.get(entry.path)?.state === 'refused') refused -= 1
        entries.set(entry.path, entry)
        note(entry)
      }
      await append(written)
    },
    get job() {
      return job
    },
    async writeJob(next) {
      job = next
      await append([{ job }])
    },
    get first() {
      return head.is_begun ? null : { sinceMs: head.since }
    },
    async endFirst() {
      head.is_begun = true
      await append([{ is_begun: true }])
    },
    get counts() {
      return { sent: sent.size, refused }
    },
    tidy() {
      const done = replaceFile()
      tidying = done.catch(() => {})
      return done
    },
    close: () => file.close(),
  }
  return { journal, isNew: read.head === null, torn }
}

type Read = { head: Head | null; entries: Map<string, Entry>; job: DayJob | null; torn: number }

/** As it is on the disk; nothing is written. @throws Problem('conflict', 'not_a_journal') */
export async function readJournal(path: string, folder: string): Promise<Read> {
  const read = await readLines(path)
  const head = readHead(path, folder, read)
  const entries = new Map<string, Entry>()
  let job: DayJob | null = null
  for (const line of read?.lines.slice(1) ?? []) {
    if (isEntry(line)) entries.set(line.path, line)
    else if ('job' in line) job = line.job as DayJob | null
    else if ('is_begun' in line && head) head.is_begun = true
  }
  return { head, entries, job, torn: read?.torn ?? 0 }
}

function readHead(path: string, folder: string, read: Awaited<ReturnType<typeof readLines>>): Head | null {
  if (!read || read.lines.length + read.torn === 0) return null
  const head = read.lines[0] as Partial<Head> | undefined
  if (head?.indaba_watch !== 1) {
    const detail = `${path} is no journal of a watcher. Name another file with --journal.`
    throw new Problem('conflict', 'not_a_journal', detail)
  }
  if (head.folder !== folder) {
    const detail = `${path} is the journal of ${head.folder}. Name another file for ${folder} with --journal.`
    throw new Problem('conflict', 'not_a_journal', detail)
  }
  return { indaba_watch: 1, folder, since: Number(head.since) || 0, is_begun: head.is_begun === true }
}

function isEntry(line: object): line is Entry {
  const { path, size, modified, state } = line as Partial<Entry>
  return (
    typeof path === 'string' && typeof size === 'number' && typeof modified === 'number' && typeof state === 'string'
  )
}

const isGone = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    (err) => err.code === 'ENOENT',
  )
