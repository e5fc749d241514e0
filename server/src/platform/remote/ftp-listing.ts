// Reads FTP's listings line by line, as they come: MLSD (RFC 3659), and LIST as Unix and DOS servers write it.

import { FileType, parseList } from 'basic-ftp'
import { RemoteFailure } from './folder.ts'
import { quote } from './names.ts'
import type { Entry } from './walk.ts'

const lineCharactersMax = 8192
/** So many lines that say nothing, and none that does: it is no listing. */
const unreadableMax = 20

export async function* listingEntries(chunks: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  let readable = 0
  let unreadable = 0
  for await (const line of linesOf(chunks)) {
    const entries = readLine(line)
    if (entries) {
      readable += 1
      yield* entries
      continue
    }
    unreadable += 1
    if (readable === 0 && unreadable > unreadableMax) break
    yield { name: line, kind: 'other', sizeBytes: 0, modifiedAt: null }
  }
  if (unreadable > 0 && readable === 0) {
    throw new RemoteFailure(
      'list',
      'The server lists its files in a way that cannot be read. Choose MLSD, Unix or DOS style there.',
      {
        isPermanent: true,
      },
    )
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineCharactersMax) throw tooLong(rest)
    for (const line of lines) yield withoutReturn(line)
  }
  rest += decoder.decode()
  if (rest !== '') yield withoutReturn(rest)
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line)

const tooLong = (line: string) =>
  new RemoteFailure(
    'list',
    `A line of the listing is longer than ${lineCharactersMax} characters: ${quote(line.slice(0, 80))}`,
    {
      isPermanent: true,
    },
  )

/** Null: a line that says nothing. `.`, `..` and sums are no entries, and no nonsense. */
export function readLine(line: string): Entry[] | null {
  if (line.trim() === '' || /^total\b/.test(line)) return []
  if (line.length > lineCharactersMax) throw tooLong(line)
  try {
    return parseList(line).map(({ name, size, type, modifiedAt }) => ({
      name,
      kind: kinds[type] ?? 'other',
      sizeBytes: size,
      // Only MLSD tells the time in UTC and to the second; what LIST writes is the server's own clock, in minutes or days.
      modifiedAt: modifiedAt && Number.isFinite(modifiedAt.getTime()) ? modifiedAt : null,
    }))
  } catch {
    // A time that is none must not hide the file.
    const untimed = line.replace(/^([^\s=]+=\S*?;|)modify=[^;\s]*;/i, '$1')
    return untimed === line ? null : readLine(untimed)
  }
}

const kinds: Partial<Record<FileType, Entry['kind']>> = {
  [FileType.File]: 'file',
  [FileType.Directory]: 'folder',
  [FileType.SymbolicLink]: 'link',
}
