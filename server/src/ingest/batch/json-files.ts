// What a JSON text is: chats, messages of chats, rows about recordings, or what was said of one recording.

import { type JsonValues, jsonValues } from '../../platform/json-values.ts'
import { Problem } from '../../platform/problem.ts'
import type { Body } from '../flexible-body.ts'
import { plainName, tableKind } from './columns.ts'
import { entryKind } from './entry-names.ts'

/** A value of the file, and where in it it is: `chats.json line 7`. */
export type JsonList = { count: number; at(index: number): unknown; where(index: number): string }

export type JsonFile =
  /** Of chats or of rows, by the first one that can be read; others among them may be the other. */
  | { kind: 'list'; isOfRows: boolean; list: JsonList; header: string[] }
  | { kind: 'messages'; list: JsonList; header: string[] }
  | { kind: 'said'; fields: Body }
  /** Something else; `names` are those of its first object. */
  | { kind: null; names: string[] }

const chatNames = new Set(['chatdata', 'chats', 'messages', 'conversation'])
const lookedAt = 5

export function readJsonFile(name: string, text: string): JsonFile {
  const values = jsonValues(name, text)
  const where = (index: number) =>
    values.isOneLine && values.count > 1 ? `${name} [${index}]` : `${name} line ${values.lineOf(index)}`
  if (values.isList) {
    const first = firstReadable(values)
    return listOf({ ...values, where }, first) ?? { kind: null, names: isObject(first) ? Object.keys(first) : [] }
  }
  const value = values.at(0)
  if (!isObject(value)) return { kind: null, names: [] }
  if (tableKind(Object.keys(value)) === 'recordings') return oneObject(name, value)
  return listInside(name, value) ?? oneObject(name, value)
}

function firstReadable(values: JsonValues): unknown {
  let problem: unknown
  for (let index = 0; index < Math.min(values.count, lookedAt); index++) {
    try {
      return values.at(index)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem ??= error
    }
  }
  if (problem) throw problem
  return undefined
}

function listOf(list: JsonList, first: unknown): JsonFile | null {
  if (isChat(first)) return { kind: 'list', isOfRows: false, list, header: [] }
  if (!isObject(first)) return null
  const header = Object.keys(first)
  const kind = tableKind(header)
  if (kind === null) return null
  return kind === 'messages' ? { kind, list, header } : { kind: 'list', isOfRows: true, list, header }
}

/** One list of what we look for: `{"chats": [{"messages": …}, …]}`, `{"calls": [{"filename": …}, …]}`. */
function listInside(name: string, value: Body): JsonFile | null {
  const lists = Object.entries(value).filter(([, list]) => Array.isArray(list) && list.length > 0) as [
    string,
    unknown[],
  ][]
  const [only, ...others] = lists
  if (!only || others.length > 0) return null
  const [key, values] = only
  // The messages of one chat are its own.
  if (isChat(value) && !isChat(values[0])) return null
  const where = (index: number) => `${name} ${key}[${index}]`
  const file = listOf(alone(values, where), values[0])
  // Messages under a name of somebody's own: what stands around them is said of the chat.
  if (file?.kind === 'messages' && !isChat(value)) {
    const chat = { metadata: { ...value, [key]: undefined }, messages: values }
    return { kind: 'list', isOfRows: false, list: alone([chat], () => name), header: [] }
  }
  return file?.kind === 'list' && (!file.isOfRows || tableKind(file.header) === 'recordings') ? file : null
}

const alone = (values: unknown[], where: (index: number) => string): JsonList => ({
  count: values.length,
  at: (index) => values[index],
  where,
})

function oneObject(name: string, value: Body): JsonFile {
  if (isChat(value)) return { kind: 'list', isOfRows: false, list: alone([value], () => name), header: [] }
  const header = Object.keys(value)
  if (tableKind(header) === 'recordings')
    return { kind: 'list', isOfRows: true, list: alone([value], () => name), header }
  const entries = Object.entries(value)
  // `{"call1.wav": {"agent_name": …}, …}`
  const isByFile = entries.length > 0 && entries.every(([key, row]) => entryKind(key) === 'recording' && isObject(row))
  if (!isByFile) return { kind: 'said', fields: value }
  const rows = entries.map(([filename, row]) => ({ ...(row as Body), filename }))
  const list = alone(rows, (index) => `${name} ${entries[index]?.[0]}`)
  return { kind: 'list', isOfRows: true, list, header: ['filename'] }
}

/** Something that chat-messages.ts finds messages in; a bare list of messages too. */
export function isChat(value: unknown): boolean {
  if (Array.isArray(value)) return isObject(value[0]) && tableKind(Object.keys(value[0])) === 'messages'
  return (
    isObject(value) &&
    Object.entries(value).some(([name, list]) => chatNames.has(plainName(name)) && mayHoldMessages(list))
  )
}

const mayHoldMessages = (value: unknown) =>
  typeof value === 'object' ? value !== null : typeof value === 'string' && /^\s*[[{]/.test(value)

export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
