// The values of a JSON text that holds many: the elements of a list, the lines of NDJSON, or one alone. They are found
// without being parsed, so that each can be parsed by itself, and a broken one does not take the others with it.

import { parseJsonText } from './http/body.ts'
import { Problem } from './problem.ts'

/** `at(index)` parses that value: @throws Problem('invalid', 'invalid_json' | 'too_deep' | …) that names its line. */
export type JsonValues = {
  isList: boolean
  count: number
  /** All are on one line, so that it tells nothing. */
  isOneLine: boolean
  at(index: number): unknown
  lineOf(index: number): number
}

export type JsonLimits = { valuesMax: number; depthMax: number; partsMax: number }

/** `partsMax`: names, values and brackets of one value, which in memory are many times as large as in the text. */
export const defaultJsonLimits: JsonLimits = { valuesMax: 200_000, depthMax: 64, partsMax: 3_000_000 }

/**
 * @param name for what is told of errors: `chats.json line 7: …`
 * @throws Problem('invalid', 'invalid_json' | 'too_many_rows' | 'too_complex')
 */
export function jsonValues(name: string, text: string, limits: JsonLimits = defaultJsonLimits): JsonValues {
  const { isList, spans } = split(name, text, limits)
  // From one value to the next, as they are mostly asked for in their order.
  let known = { index: 0, at: 0, line: 1 }
  const lineOf = (index: number): number => {
    const at = spans[2 * index] as number
    if (index < known.index) known = { index: 0, at: 0, line: 1 }
    let { line } = known
    for (let next = text.indexOf('\n', known.at); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line++
    known = { index, at, line }
    return line
  }
  const lineEnd = indexOrEnd(text, '\n', spans[0] ?? 0)
  return {
    isList,
    count: spans.length / 2,
    isOneLine: lineEnd >= (spans.at(-1) ?? 0),
    lineOf,
    at(index) {
      const start = spans[2 * index] as number
      const value = text.slice(start, spans[2 * index + 1])
      try {
        return parseJsonText(value, { name: 'The JSON', depthMax: limits.depthMax })
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        throw new Problem('invalid', error.code, `${name} line ${lineOf(index)}: ${error.detail}`, { cause: error })
      }
    },
  }
}

function split(name: string, text: string, limits: JsonLimits): { isList: boolean; spans: number[] } {
  const spans: number[] = []
  const add = (start: number, end: number) => {
    if (spans.length >= 2 * limits.valuesMax) {
      throw invalid('too_many_rows', `${name} has more than ${limits.valuesMax} entries. Send it in parts.`)
    }
    spans.push(start, end)
  }
  const begin = skipBlank(text, 0)
  if (begin === text.length) throw invalid('invalid_json', `${name} is empty.`)
  if (text[begin] !== '[') {
    const end = endOfValue(name, text, begin, limits)
    const lineEnd = indexOrEnd(text, '\n', begin)
    if (skipBlank(text, end) === text.length) return { isList: false, spans: [begin, end] }
    if (end > lineEnd) {
      throw invalid(
        'invalid_json',
        `${name} holds more behind its first value. Put several into a list, or one in each line.`,
      )
    }
    for (let at = begin; at < text.length; ) {
      const next = indexOrEnd(text, '\n', at)
      const start = skipBlank(text, at)
      if (start < next) add(start, next)
      at = next + 1
    }
    return { isList: true, spans }
  }
  for (let at = skipBlank(text, begin + 1); text[at] !== ']'; ) {
    const end = endOfValue(name, text, at, limits)
    if (end === at) throw brokenAt(name, text, at)
    add(at, end)
    at = skipBlank(text, end)
    if (text[at] === ',') at = skipBlank(text, at + 1)
    else if (text[at] !== ']') throw brokenAt(name, text, at)
  }
  return { isList: true, spans }
}

/** Of a value that is whole as far as brackets and quotes go. */
function endOfValue(name: string, text: string, start: number, limits: JsonLimits): number {
  let depth = 0
  let parts = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = endOfString(text, at)
      if (at < 0) break
      if (depth === 0) return at + 1
    } else if (code === 0x7b || code === 0x5b) {
      depth++
      parts++
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (code === 0x2c) {
      if (depth === 0) return at
      parts++
    } else if (depth === 0 && code <= 0x20) return at
    if (parts > limits.partsMax) {
      throw invalid('too_complex', `${name}: one value holds more than ${limits.partsMax} parts. Send it in parts.`)
    }
  }
  if (depth === 0 && text[start] !== '"') return text.length
  throw invalid('invalid_json', `${name} line ${lineAt(text, start)}: what begins here does not end.`)
}

/** The place of its closing quote; -1 when there is none. */
function endOfString(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}

function skipBlank(text: string, start: number): number {
  let at = start
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

function indexOrEnd(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

const lineAt = (text: string, end: number) => text.slice(0, end).split('\n').length

const brokenAt = (name: string, text: string, at: number) =>
  invalid('invalid_json', `${name} line ${lineAt(text, at)}: a list goes on with "," or ends with "]".`)

const invalid = (code: string, detail: string) => new Problem('invalid', code, detail)
