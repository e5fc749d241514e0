// Goes through everything that was sent, once: recordings by their names, texts by what stands in them. What belongs to
// what, and what becomes of it, is expansion.ts.

import { breaths } from '../../platform/breaths.ts'
import { Problem } from '../../platform/problem.ts'
import type { Body } from '../flexible-body.ts'
import type { PeopleSaid, Reason } from '../jobs/shapes.ts'
import { type CallRow, callRow } from './call-rows.ts'
import type { ChatFile } from './chat-files.ts'
import { callColumn } from './columns.ts'
import type { Contents, Entry } from './contents.ts'
import { baseOf, entryKind, folderOf, isMetadataName, isWorkbookName, nameKey } from './entry-names.ts'
import { peopleIn } from './said.ts'
import { type RowTable, readTextFile } from './text-files.ts'

export type BatchLimits = {
  /** Of one table or file of chats. */
  textBytesMax: number
  /** Of all tables together whose rows are kept. */
  rowBytesMax: number
  /** That hold anything, in those rows: in memory each is many times as large as in the text. */
  cellsMax: number
  itemsMax: number
}

const MiB = 2 ** 20
export const defaultBatchLimits: BatchLimits = {
  textBytesMax: 64 * MiB,
  rowBytesMax: 64 * MiB,
  cellsMax: 4_000_000,
  itemsMax: 200_000,
}

/** What is known of a chat without keeping it. */
export type FoundChat = { said: PeopleSaid | null; warnings: string[]; failure: Reason | null }

export type FoundRow = CallRow & { where: string; folder: string }

export type Survey = {
  recordings: Entry[]
  chatFiles: { entry: Entry; chats: FoundChat[] }[]
  /** In the order of their tables: the deeper in the folders a table is, the earlier. */
  rows: FoundRow[]
  /** Tables about calls that name no recordings, with their rows. */
  unnamed: { name: string; rows: FoundRow[] }[]
  /** Objects that may belong to the recording of their name beside them. */
  said: { entry: Entry; fields: Body }[]
  broken: { entry: Entry; failure: Reason }[]
  ignored: string[]
  warnings: string[]
  /** Why a text was of no use. */
  whys: string[]
}

/** @throws Problem('invalid', 'too_large') for what fails the whole: an unreadable metadata table, too much of anything */
export async function survey(contents: Contents, limits: BatchLimits, signal: AbortSignal): Promise<Survey> {
  const found: Survey = {
    recordings: [],
    chatFiles: [],
    rows: [],
    unnamed: [],
    said: [],
    broken: [],
    ignored: [],
    warnings: [],
    whys: [],
  }
  const tables: { entry: Entry; rows: FoundRow[] }[] = []
  let rowBytes = 0
  let cellCount = 0
  const countCells = (more: number) => {
    cellCount += more
    if (cellCount <= limits.cellsMax) return
    const detail = `The tables hold more than ${limits.cellsMax} cells together. Leave columns out, or send them in parts.`
    throw new Problem('too_large', 'tables_too_large', detail)
  }
  let count = 0
  const counted = (more: number) => {
    count += more
    if (count <= limits.itemsMax) return
    const detail = `There are more than ${limits.itemsMax} recordings, chats and rows in it. Send it in parts.`
    throw new Problem('invalid', 'too_many_items', detail)
  }

  const readText = async (entry: Entry) => {
    const bytes = await contents.readWhole(entry, limits.textBytesMax, signal)
    const { file, warnings } = await readTextFile(entry.name, bytes)
    found.warnings.push(...warnings)
    if (file.kind === 'found') {
      if (file.chats) {
        counted(file.chats.count)
        found.chatFiles.push({ entry, chats: await lookAtChats(file.chats) })
      }
      if (file.table) await keepRows(entry, file.table)
    } else if (isMetadataName(entry.name)) {
      throw noFilename(
        entry,
        file.kind === 'said' ? Object.keys(file.fields) : null,
        file.kind === 'other' ? file.why : '',
      )
    } else if (file.kind === 'said') {
      found.said.push({ entry, fields: file.fields })
    } else {
      found.ignored.push(entry.name)
      found.whys.push(file.why)
    }
  }

  const keepRows = async (entry: Entry, table: RowTable) => {
    rowBytes += entry.sizeBytes
    if (rowBytes > limits.rowBytesMax) {
      const detail = `The tables are larger than ${Math.floor(limits.rowBytesMax / MiB)} MiB together. Send them in parts.`
      throw new Problem('too_large', 'tables_too_large', detail)
    }
    const rows = await readRows(entry, table, (cells) => {
      counted(1)
      countCells(cells)
    })
    if (namesRecordings(table)) tables.push({ entry, rows })
    else if (isMetadataName(entry.name)) throw noFilename(entry, table.header)
    else found.unnamed.push({ name: entry.name, rows })
  }

  for (const entry of contents.entries) {
    signal.throwIfAborted()
    const kind = contents.isArchive ? entryKind(entry.name) : 'text'
    if (kind === 'junk') continue
    if (kind === 'recording') counted(1)
    if (kind === 'text' && !entry.refusal) {
      try {
        await readText(entry)
      } catch (err) {
        const failure = failureOf(err)
        // Without its table nobody knows whose the recordings are.
        if (!failure || !contents.isArchive || isMetadataName(entry.name) || isOfTheWhole(failure)) throw err
        found.broken.push({ entry, failure })
      }
    } else if (entry.refusal && isMetadataName(entry.name)) {
      throw new Problem('invalid', entry.refusal.code, `${entry.name}: ${entry.refusal.reason}`)
    } else if (entry.refusal) {
      found.broken.push({ entry, failure: entry.refusal })
    } else if (kind === 'recording') found.recordings.push(entry)
    else {
      found.ignored.push(entry.name)
      if (isWorkbookName(entry.name)) found.whys.push(noWorkbook(entry))
    }
  }
  const depth = ({ entry }: { entry: Entry }) => nameKey(entry.name).split('/').length
  found.rows = tables.toSorted((a, b) => depth(b) - depth(a)).flatMap(({ rows }) => rows)
  return found
}

/** The reasons of these are not one file's alone. */
const isOfTheWhole = ({ code }: Reason) => code === 'too_many_items' || code === 'tables_too_large'

export const failureOf = (err: unknown): Reason | null =>
  err instanceof Problem && (err.kind === 'invalid' || err.kind === 'too_large')
    ? { code: err.code, reason: err.detail }
    : null

async function lookAtChats(chats: ChatFile): Promise<FoundChat[]> {
  const breath = breaths()
  const looked: FoundChat[] = []
  for (let index = 0; index < chats.count; index++) {
    await breath()
    try {
      const { body, warnings } = chats.at(index)
      looked.push({ said: peopleIn(body), warnings, failure: null })
    } catch (err) {
      const failure = failureOf(err)
      if (!failure) throw err
      looked.push({ said: null, warnings: [], failure })
    }
  }
  return looked
}

async function readRows(entry: Entry, table: RowTable, counted: (cells: number) => void): Promise<FoundRow[]> {
  const breath = breaths()
  const rows: FoundRow[] = []
  const folder = folderOf(entry.name)
  for (const { where, cells } of table.rows()) {
    await breath()
    const row = callRow(where, cells)
    counted(Object.keys(row.fields).length)
    rows.push({ ...row, where, folder })
  }
  return rows
}

const namesRecordings = ({ header }: RowTable) =>
  header.some((name) => ['file', 'url'].includes(callColumn(name) ?? ''))

/** @throws Problem('invalid') for the table that says whose the recordings are */
function noWorkbook({ name }: Entry): string {
  const why = `${name} is a workbook, which is not read. Save its sheet as "CSV UTF-8" and put that in.`
  if (/^metadata\./i.test(baseOf(name))) throw new Problem('invalid', 'unsupported_file', why)
  return why
}

/** Begins with the hosted service's own text. */
function noFilename({ name }: Entry, header: string[] | null, why = ''): Problem {
  const has = header ? `${name} has the columns ${header.slice(0, 12).join(', ').slice(0, 200)}.` : why
  const detail = `CSV file does not contain 'filename' header. ${has} Add one that names the recordings, or file_url.`
  return new Problem('invalid', 'no_filename_column', detail)
}
