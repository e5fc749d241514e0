// The chats of one file, each as the body that chat-messages.ts reads: from JSON in any of its shapes, or from a table with
// a message in each row, of one chat or of many. Kept of a table are the places of its rows; a chat is read when asked for.

import { breaths } from '../../platform/breaths.ts'
import { unescapeFormula } from '../../platform/csv.ts'
import { Problem } from '../../platform/problem.ts'
import { rowAt, rowsOf, type Table } from '../../platform/tabular.ts'
import { type Body, fieldsOf, isNothing, looseObject } from '../flexible-body.ts'
import { callRow } from './call-rows.ts'
import { cleanCell, dateOfSerial } from './cells.ts'
import { type MessageColumn, messagePlaces, plainName } from './columns.ts'
import { isChat, isObject, type JsonList } from './json-files.ts'

/** `at`: @throws Problem('invalid') for what is no chat, with its place in the file. */
export type ChatFile = { count: number; at(index: number): { body: Body; warnings: string[] } }

/** Each value of the list is a chat. */
export const chatsIn = (list: JsonList): ChatFile => ({
  count: list.count,
  at(index) {
    const value = list.at(index)
    if (!isChat(value)) throw noChat(list.where(index))
    return { body: Array.isArray(value) ? { messages: value } : (value as Body), warnings: [] }
  },
})

/** Each value of the list is a message, with a chat's id or not. */
export async function chatsOfMessages(name: string, list: JsonList, header: string[]): Promise<ChatFile> {
  const read = (index: number) => {
    const value = list.at(index)
    if (!isObject(value)) throw noChat(list.where(index))
    return header.map((column) => value[column])
  }
  function* rows() {
    for (let index = 0; index < list.count; index++) yield { start: index, line: 0, values: read(index) }
  }
  return groupRows(name, header, rows(), ({ start }) => read(start))
}

/** Each row of the table is a message. */
export async function chatsInTable(table: Table): Promise<ChatFile> {
  return groupRows(table.name, table.header.values, rowsOf(table), (row) => rowAt(table, row))
}

type Row = { start: number; line: number; values: unknown[] }

async function groupRows(
  name: string,
  header: readonly string[],
  rows: Iterable<Row>,
  read: (row: Omit<Row, 'values'>) => unknown[],
): Promise<ChatFile> {
  const breath = breaths()
  const places = messagePlaces(header)
  const chats = new Map<string, Omit<Row, 'values'>[]>()
  let id = ''
  for (const { start, line, values } of rows) {
    // A row without an id goes on with the chat of the row before, as in sheets that say it once.
    if (places.chat !== undefined) id = idIn(values[places.chat]) || id
    const chat = chats.get(id)
    if (chat) chat.push({ start, line })
    else chats.set(id, [{ start, line }])
    await breath()
  }
  const all = [...chats.values()]
  return { count: all.length, at: (index) => chatOfRows(name, header, places, (all[index] ?? []).map(read)) }
}

const idIn = (value: unknown) => (isNothing(value) ? '' : cleanCell(String(value)))

/** What a row says besides its message is said of the chat; the first row that says it counts. */
function chatOfRows(
  name: string,
  header: readonly string[],
  places: Partial<Record<MessageColumn, number>>,
  rows: unknown[][],
): { body: Body; warnings: string[] } {
  const cell = (row: unknown[], column: MessageColumn) => {
    const place = places[column]
    return place === undefined || isNothing(row[place]) ? undefined : row[place]
  }
  let serials = 0
  const messages = rows.map((row) => {
    const text = cell(row, 'text')
    const time = cell(row, 'time')
    const clean = typeof time === 'string' ? cleanCell(time) : time
    const date = dateOfSerial(String(clean))
    if (date) serials++
    const message = {
      message: typeof text === 'string' ? unescapeFormula(text) : (text ?? ''),
      time: date ?? clean,
      sender: cell(row, 'sender'),
      language: cell(row, 'language'),
    }
    return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined))
  })
  const ofMessages = [places.text, places.time, places.sender, places.language]
  const said = header.flatMap((column, place) => {
    if (ofMessages.includes(place)) return []
    const value = rows.find((row) => !isNothing(row[place]))?.[place]
    // A chat's id is its natural key, whatever the column is called; `session_id` is one already.
    const isId = place === places.chat && plainName(column) !== 'sessionid'
    return [[isId ? 'interaction_id' : column, value] as const]
  })
  const { fields, file, url, warnings, failure } = callRow(name, said)
  for (const [column, value] of Object.entries({ file, url })) if (value !== null) fields[column] = value
  if (failure) throw new Problem('invalid', failure.code, failure.reason)
  if (serials > 0)
    warnings.push(`${name}: ${serials} times are a spreadsheet's numbers for days, and were read as such.`)
  return { body: { metadata: asChatFields(fields), messages }, warnings }
}

/** What is called the date of a call in tables is that of a chat. */
const asChatFields = ({ date_of_call, ...fields }: Body): Body =>
  date_of_call === undefined ? fields : { date: date_of_call, ...fields }

/** The chat with what a row of a metadata table says of it, which counts more than what the chat says itself. */
export function withFields(body: Body, said: Body): Body {
  const fields = asChatFields(said)
  if (Object.keys(fields).length === 0) return body
  const outer = fieldsOf(body)
  const own = looseObject(outer.take('metadata', 'meta_data'), 'metadata')
  const named = new Set(Object.keys(fields).map(plainName))
  const rest = Object.entries(own).filter(([name]) => !named.has(plainName(name)))
  return { ...outer.rest(), metadata: Object.fromEntries([...Object.entries(fields), ...rest]) }
}

const noChat = (where: string) =>
  new Problem('invalid', 'no_chat', `${where}: this is no chat. A chat has its messages under "messages".`)
