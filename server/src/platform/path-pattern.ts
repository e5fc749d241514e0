// What the names of files tell: a small language of patterns with captures, such as
// `{team}/{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav`. docs/remote-folders.md and docs/watch.md explain it to their users.
//
// Never matched as a RegExp: whether the rest fits is worked out once for each (step, place), from the end, so that the time
// is bounded by their number, whatever the pattern and however hostile the name.

import { type DatePart, type DateStep, dateFrom, readDateFormat } from './name-dates.ts'
import { Problem } from './problem.ts'

/** `fields` under the names that metadata has; null when the name does not match. */
export type PatternMatch = { fields: Record<string, unknown>; warnings: string[] }
export type PathPattern = { match(path: string): PatternMatch | null }

const patternCharsMax = 500
const stepsMax = 500
export const pathCharsMax = 1024

/** What a capture stands for in the metadata. */
const meanings = {
  agent: 'agent',
  agent_name: 'agent_name',
  agent_email: 'agent_email',
  agent_id: 'agent_id',
  team: 'team',
  department: 'department',
  direction: 'direction',
  number: 'contact',
  contact: 'contact',
  caller_number: 'caller_number',
  called_number: 'called_number',
  interaction_id: 'interaction_id',
  customer_id: 'customer_id',
  language: 'language',
  date: 'date_of_call',
  tag: 'tags',
} as const
export const captureNames = [...Object.keys(meanings), 'custom:name', '_']

type Step =
  | { kind: 'text'; char: string }
  /** `?` */
  | { kind: 'one' }
  /** `*`, `**` and captures; `field` is what the capture is called in the metadata, null when it is thrown away. */
  | { kind: 'some'; isDeep: boolean; isEmptyAllowed: boolean; field: string | null }
  /** Two stars before a slash: any number of folders, none too. */
  | { kind: 'folders' }
  | DateStep

/** @throws Problem('invalid', 'invalid_pattern') that says where and what */
export function compilePattern(pattern: string): PathPattern {
  if (pattern.length > patternCharsMax) throw invalid(`is longer than ${patternCharsMax} characters`)
  const steps = readSteps(pattern.normalize('NFC'))
  // Without a folder in the pattern, it is about the name alone, in whatever folder the file is.
  if (!/(?<!\\)\//.test(pattern)) steps.unshift({ kind: 'folders' })
  if (steps.length > stepsMax) throw invalid('has too many parts')
  return {
    match(path) {
      if (path.length > pathCharsMax) return null
      const found = walk(steps, [...path.normalize('NFC')])
      return found && meaningOf(steps, found)
    },
  }
}

function readSteps(pattern: string): Step[] {
  const steps: Step[] = []
  const taken = new Set<string>()
  const dateParts = new Set<DatePart>()
  const token =
    /\\(?<escaped>.)|(?<folders>(?<=^|\/)\*\*\/)|(?<deep>\*\*)|(?<star>\*)|(?<one>\?)|\{(?<capture>[^{}]*)\}|(?<char>.)/gsu
  for (const { groups = {} } of pattern.matchAll(token)) {
    const { escaped, folders, deep, star, one, capture, char } = groups
    if (folders) steps.push({ kind: 'folders' })
    else if (deep || star) steps.push({ kind: 'some', isDeep: Boolean(deep), isEmptyAllowed: true, field: null })
    else if (one) steps.push({ kind: 'one' })
    else if (capture !== undefined) steps.push(...readCapture(capture, taken, dateParts))
    else {
      const text = escaped ?? char ?? ''
      if (!escaped && /[{}]/.test(text))
        throw invalid(`has a "${text}" without its other half; write \\${text} for itself`)
      steps.push({ kind: 'text', char: folded(text) })
    }
  }
  const isDated = dateParts.size > 0 && !dateParts.has('epoch')
  const isWhole = dateParts.has('MM') && dateParts.has('DD') && (dateParts.has('YYYY') || dateParts.has('YY'))
  if (isDated && !isWhole)
    throw invalid('has a date without year, month and day; its parts may stand in several {date:…}')
  return steps
}

function readCapture(capture: string, taken: Set<string>, dateParts: Set<DatePart>): Step[] {
  const [, name = '', rest] = /^([^:]*)(?::(.*))?$/s.exec(capture) ?? []
  const some = (field: string | null): Step[] => [{ kind: 'some', isDeep: false, isEmptyAllowed: false, field }]
  const once = (field: string): Step[] => {
    if (taken.has(field)) throw invalid(`says {${capture}} where ${field} was captured already`)
    taken.add(field)
    return some(field)
  }
  if (name === '_' && rest === undefined) return some(null)
  if (name === 'date' && rest !== undefined) {
    const steps = readDateFormat(rest)
    if (typeof steps === 'string') throw invalid(`has {${capture}}: ${steps}`)
    for (const step of steps) {
      if (step.kind !== 'date') continue
      if (dateParts.has(step.part)) throw invalid(`has ${step.part} twice in its dates`)
      dateParts.add(step.part)
    }
    if (taken.has('date_of_call')) throw invalid('has a {date} with a format and one without')
    return steps
  }
  if (name === 'custom' && rest !== undefined) {
    if (!/^[\p{L}\p{N}_ -]{1,50}$/u.test(rest) || rest === '__proto__') {
      throw invalid(`has {${capture}}: after "custom:" comes a name of letters, digits, spaces, "-" and "_"`)
    }
    return once(rest)
  }
  if (rest !== undefined || !Object.hasOwn(meanings, name)) {
    throw invalid(`has {${capture}}, which is not known. There are ${captureNames.map((one) => `{${one}}`).join(' ')}`)
  }
  if (name === 'tag') return some('tags')
  if (name === 'date' && dateParts.size > 0) throw invalid('has a {date} with a format and one without')
  return once(meanings[name as keyof typeof meanings])
}

type Place = { from: number; to: number }
type Found = { chars: string[]; places: Place[] }

/** Where each step lies in the name, each as short as will do; null when it does not match. */
function walk(steps: Step[], chars: string[]): Found | null {
  const width = chars.length + 1
  const lower = chars.map(folded)
  /** 1 where the steps from this one on match the characters from this one on. Filled from the end of both. */
  const fits = new Uint8Array((steps.length + 1) * width)
  fits[steps.length * width + chars.length] = 1
  for (let index = steps.length - 1; index >= 0; index--) fillRow(steps[index] as Step, index * width)

  function fillRow(step: Step, row: number): void {
    const next = row + width
    if (step.kind === 'text' || step.kind === 'one' || step.kind === 'date') {
      const length = step.kind === 'date' ? step.width : 1
      for (let at = chars.length - length; at >= 0; at--) {
        if (fits[next + at + length] && isAt(step, at)) fits[row + at] = 1
      }
      return
    }
    /** Whether it goes on inside of this step, with the character before taken. */
    let isInside = 0
    for (let at = chars.length; at >= 0; at--) {
      const leaves = fits[next + at] as number
      if (step.kind === 'folders') {
        fits[row + at] = leaves | isInside
        isInside |= chars[at - 1] === '/' ? leaves : 0
      } else {
        const goesOn = step.isDeep || chars[at] !== '/' ? isInside : 0
        fits[row + at] = step.isEmptyAllowed ? leaves | goesOn : goesOn
        isInside = leaves | goesOn
      }
    }
  }

  function isAt(step: Step, at: number): boolean {
    if (step.kind === 'text') return lower[at] === step.char
    return step.kind === 'date' ? step.fits(chars.slice(at, at + step.width).join('')) : chars[at] !== '/'
  }

  if (!fits[0]) return null
  let at = 0
  const places = steps.map((step, index): Place => {
    const from = at
    const next = (index + 1) * width
    if (step.kind === 'text' || step.kind === 'one') at += 1
    else if (step.kind === 'date') at += step.width
    else if (step.kind === 'folders') while (!(fits[next + at] && (at === from || chars[at - 1] === '/'))) at += 1
    else {
      if (!step.isEmptyAllowed) at += 1
      while (!fits[next + at]) at += 1
    }
    return { from, to: at }
  })
  return { chars, places }
}

function meaningOf(steps: Step[], { chars, places }: Found): PatternMatch {
  const fields: [string, unknown][] = []
  const tags: string[] = []
  const date: Partial<Record<DatePart, string>> = {}
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'some' && step.kind !== 'date') continue
    const { from, to } = places[index] as Place
    const text = chars.slice(from, to).join('')
    if (step.kind === 'date') date[step.part] = text
    else if (step.field === 'tags') tags.push(text.trim())
    else if (step.field !== null && text.trim() !== '') fields.push([step.field, text.trim()])
  }
  const { text, warning } = dateFrom(date)
  if (text) fields.push(['date_of_call', text])
  if (tags.some(Boolean)) fields.push(['tags', tags.filter(Boolean)])
  return { fields: Object.fromEntries(fields), warnings: warning ? [warning] : [] }
}

/** `WAV` is as good as `wav`. */
const folded = (char: string) => char.toLowerCase()

const invalid = (what: string) =>
  new Problem('invalid', 'invalid_pattern', `The pattern ${what}.`, { facts: { field: 'pattern' } })
