// A text of a bulk load, opened by what stands in it and not by its name: chats, rows about recordings, what was said of
// one recording, or something else.

import { breaths } from '../../platform/breaths.ts'
import { Problem } from '../../platform/problem.ts'
import { openTable, rowsOf, type Table } from '../../platform/tabular.ts'
import { decodeText } from '../../platform/text-encoding.ts'
import type { Body } from '../flexible-body.ts'
import { type ChatFile, chatsIn, chatsInTable, chatsOfMessages } from './chat-files.ts'
import { messagePlaces, tableKind } from './columns.ts'
import { extensionOf } from './entry-names.ts'
import { isChat, isObject, type JsonFile, type JsonList, readJsonFile } from './json-files.ts'

export type Row = { where: string; cells: [name: string, value: unknown][] }
export type RowTable = { name: string; header: string[]; rows(): Iterable<Row> }

export type TextFile =
  | { kind: 'found'; chats: ChatFile | null; table: RowTable | null }
  /** One object that may belong to the recording of its name. */
  | { kind: 'said'; fields: Body }
  /** `why` for people: what it lacks to be one of the others. */
  | { kind: 'other'; why: string }

/**
 * @param name for what is told of it
 * @throws Problem('invalid') with the file and, mostly, the line, for what is broken, or more than is taken
 */
export async function readTextFile(name: string, bytes: Uint8Array): Promise<{ file: TextFile; warnings: string[] }> {
  const { text, encoding } = decodeText(bytes)
  const warnings =
    encoding === 'windows-1252'
      ? [
          `${name} is not UTF-8: it was read as Windows-1252 (Latin-1). If letters come out wrong, save it as "CSV UTF-8".`,
        ]
      : []
  const isJson = extensionOf(name).includes('json') || /^\s*[[{]/.test(text.slice(0, 1000))
  return { file: isJson ? await fileOfJson(name, text) : await fileOfTable(openTable(name, text)), warnings }
}

async function fileOfJson(name: string, text: string): Promise<TextFile> {
  const file = readJsonFile(name, text)
  switch (file.kind) {
    case 'list': {
      const { chats, rows } = await parted(file)
      const header = file.isOfRows ? file.header : ['file_url']
      const table = { name, header, rows: () => rowsOfJson(rows) }
      return { kind: 'found', chats: chats.count > 0 ? chatsIn(chats) : null, table: rows.count > 0 ? table : null }
    }
    case 'messages':
      return { kind: 'found', chats: await chatsOfMessages(name, file.list, file.header), table: null }
    case 'said':
      return file
    case null:
      return { kind: 'other', why: whyNeither(name, file.names) }
  }
}

const whyNeither = (name: string, names: string[]) => {
  const has = names.length > 0 ? ` Its entries have ${names.slice(0, 12).join(', ').slice(0, 200)}.` : ''
  return `${name} holds neither chats (a list "messages", of "message", "sender" and "time") nor rows that name recordings.${has}`
}

/** A list may hold both chats and rows. What can be read as neither is told of as a chat. */
async function parted({ list, isOfRows }: JsonFile & { kind: 'list' }): Promise<{ chats: JsonList; rows: JsonList }> {
  if (list.count === 1) return isOfRows ? { chats: none, rows: list } : { chats: list, rows: none }
  const breath = breaths()
  const chats: number[] = []
  const rows: number[] = []
  for (let index = 0; index < list.count; index++) {
    await breath()
    const value = readable(list, index)
    const isRow = isObject(value) && !isChat(value) && (isOfRows || tableKind(Object.keys(value)) === 'recordings')
    ;(isRow ? rows : chats).push(index)
  }
  return { chats: someOf(list, chats), rows: someOf(list, rows) }
}

function readable(list: JsonList, index: number): unknown {
  try {
    return list.at(index)
  } catch (err) {
    if (err instanceof Problem) return undefined
    throw err
  }
}

const none: JsonList = { count: 0, at: () => undefined, where: () => '' }

const someOf = (list: JsonList, indexes: number[]): JsonList => ({
  count: indexes.length,
  at: (index) => list.at(indexes[index] as number),
  where: (index) => list.where(indexes[index] as number),
})

function* rowsOfJson(list: JsonList): Generator<Row> {
  for (let index = 0; index < list.count; index++) {
    yield { where: list.where(index), cells: Object.entries(list.at(index) as Body) }
  }
}

async function fileOfTable(table: Table): Promise<TextFile> {
  const { name } = table
  const header = table.header.values
  const kind = tableKind(header)
  if (kind === 'messages') return { kind: 'found', chats: await chatsInTable(table), table: null }
  if (kind !== null) return { kind: 'found', chats: null, table: { name, header, rows: () => rowsOfTable(table) } }
  const shown = header.slice(0, 12).join(', ').slice(0, 200)
  if (looksLikeRecord(header)) {
    const why = `${name} has no header: its first line (${shown}) is a record. Put a line above it that names the columns, such as ${example(header.length)}.`
    return { kind: 'other', why }
  }
  if (messagePlaces(header).text !== undefined) {
    return {
      kind: 'other',
      why: `${name} has messages, and no column for their time or sender. Its columns are ${shown}.`,
    }
  }
  const why = `${name} has neither a column that names recordings (filename, file_url) nor messages (message, time, sender). Its columns are ${shown}.`
  return { kind: 'other', why }
}

function* rowsOfTable(table: Table): Generator<Row> {
  const header = table.header.values.map((name, place) => name || `column ${place + 1}`)
  for (const { line, values } of rowsOf(table)) {
    const cells = values.map((value, place): [string, unknown] => [header[place] ?? `column ${place + 1}`, value])
    yield { where: `${table.name} line ${line}`, cells }
  }
}

/** No column is called by a long number, a date, a UUID or an address. */
const looksLikeRecord = (header: readonly string[]) =>
  header.some((cell) =>
    /^\+?\d{5,}$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^[0-9a-f]{8}-[0-9a-f]{4}-|^\d{1,3}(\.\d{1,3}){3}$|^[a-z]+:\/\//i.test(
      cell,
    ),
  )

const example = (columns: number) =>
  ['caller_number', 'agent_name', 'called_number', 'duration', 'date_of_call', 'filename', 'interaction_id']
    .slice(0, Math.max(2, Math.min(columns, 7)))
    .join(',')
