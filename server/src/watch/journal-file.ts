// Lines of JSON in a file that survives a crash: each is on the disk before its writer goes on, a line that was torn by a
// crash or a full disk is left out by the next reader, and a rewrite takes the place of the old file at once or not at all.

import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export type JournalFile = {
  /** Comes back when the line is on the disk. What could not be written goes before the next line. */
  append(lines: object[]): Promise<void>
  close(): Promise<void>
}

/** Lines that are no JSON objects are counted, not returned. Null when there is no such file. */
export async function readLines(path: string): Promise<{ lines: object[]; torn: number } | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (err) {
    if ((err as { code?: string }).code === 'ENOENT') return null
    throw err
  }
  const lines: object[] = []
  let torn = 0
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const value = readObject(line)
    if (value) lines.push(value)
    else torn += 1
  }
  return { lines, torn }
}

function readObject(line: string): object | null {
  try {
    const value = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Writes the file anew with these lines, and opens it for more. */
export async function rewriteFile(path: string, lines: Iterable<object>): Promise<JournalFile> {
  const draft = `${path}.new`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(draft, 'w', 0o600)
  try {
    await writeAll(file, lines)
    await file.sync()
  } catch (err) {
    await rm(draft, { force: true })
    throw err
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
  return appendTo(await open(path, 'a', 0o600))
}

const batchBytes = 256 * 1024

async function writeAll(file: FileHandle, lines: Iterable<object>): Promise<void> {
  let batch = ''
  for (const line of lines) {
    batch += `${JSON.stringify(line)}\n`
    if (batch.length < batchBytes) continue
    await file.writeFile(batch)
    batch = ''
  }
  await file.writeFile(batch)
}

/** So that the new name survives, too. Some systems cannot; then the old file may come back, which is no lie. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

function appendTo(file: FileHandle): JournalFile {
  let unsaved = ''
  let turn: Promise<void> = Promise.resolve()
  async function save(): Promise<void> {
    if (unsaved === '') return
    const text = unsaved
    try {
      await file.appendFile(text)
      await file.datasync()
      unsaved = unsaved.slice(text.length)
    } catch (err) {
      // A part of it may be there: a new line keeps that apart from what comes next.
      if (!unsaved.startsWith('\n')) unsaved = `\n${unsaved}`
      throw err
    }
  }
  return {
    append(lines) {
      unsaved += lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      // One after the other; who comes while another is writing finds its lines written by the next in turn.
      const mine = turn.then(save)
      turn = mine.catch(() => {})
      return mine
    },
    async close() {
      await turn
      await file.close()
    },
  }
}
