// Where in a conversation the words stand that somebody looks for: turns with their times, and places in their texts.
// What masks hide is in no turn, so that nothing of it is shown here.

import type { Turn } from '../../conversations/index.ts'
import type { Comparison, FilterNode } from '../../platform/filter/syntax-tree.ts'
import { findWords, type WordQuery, wordQuery } from '../../platform/filter/word-query.ts'
import { foldedWords } from '../../platform/filter/word-tokens.ts'
import { type Side, spokenRuns, tokensOfRun } from './spoken-runs.ts'
import { sidesOf } from './words.ts'

export type Highlight = {
  turn_id: string
  turn_index: number
  speaker: Turn['role']
  start_ms: number
  end_ms: number
  text: string
  /** In UTF-16 units of `text`, the end not included. */
  matches: { start: number; end: number }[]
  /** There is more of the turn before and behind it. */
  is_cut: boolean
}

type Sought = { sides: string; query: WordQuery }

/** What is looked for and not ruled out; empty where nothing is to be shown. */
export function soughtIn(node: FilterNode): Sought[] {
  if (node.kind === 'not') return []
  if (node.kind !== 'comparison') return node.nodes.flatMap(soughtIn)
  const sides = sidesOf[node.path.join('.')]
  return sides === undefined ? [] : [{ sides, query: wordQuery(node as Comparison) }]
}

type Spoken = Pick<Turn, 'id' | 'index' | 'role' | 'text' | 'start_ms' | 'end_ms'>

/** In their order, one a turn, up to `max`. @param charsMax of a longer turn, what is around the first match is shown */
export function highlightsIn(turns: readonly Spoken[], sought: Sought[], max: number, charsMax: number): Highlight[] {
  const found: Highlight[] = []
  for (const { side, turns: run } of spokenRuns(turns)) {
    const wanted = sought.filter(({ sides }) => sides === '' || sides.includes(side satisfies Side))
    if (wanted.length === 0 || !wanted.some(({ query }) => mayHold(run, query))) continue
    const tokens = tokensOfRun(run)
    const hits = wanted.flatMap(({ query }) => findWords(tokens, query)).flat()
    for (const [place, turn] of run.entries()) {
      const ranges = merged(hits.filter((hit) => hit.turn === place))
      if (ranges.length === 0) continue
      found.push(shown(turn, ranges, charsMax))
      if (found.length === max) return found
    }
  }
  return found
}

/** A look at the texts as they are spares most of them from being taken apart. */
function mayHold(run: readonly Spoken[], query: WordQuery): boolean {
  const firsts = query.kind === 'near' ? [query.ends[0].lexemes[0]] : query.phrases.map(({ lexemes }) => lexemes[0])
  if (firsts.some((lexeme) => lexeme?.startsWith('#'))) return true
  return run.some(({ text }) => {
    const plain = foldedWords(text).replaceAll(/[-‐‑]/g, '')
    return firsts.some((lexeme) => plain.includes(lexeme as string))
  })
}

function merged(hits: { start: number; end: number }[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  for (const { start, end } of hits.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = ranges.at(-1)
    if (last && start < last.end) last.end = Math.max(last.end, end)
    else ranges.push({ start, end })
  }
  return ranges
}

function shown(turn: Spoken, ranges: { start: number; end: number }[], charsMax: number): Highlight {
  const { id, index, role, start_ms, end_ms } = turn
  const about = { turn_id: id, turn_index: index, speaker: role, start_ms, end_ms }
  if (turn.text.length <= charsMax) return { ...about, text: turn.text, matches: ranges, is_cut: false }
  const first = ranges[0]?.start ?? 0
  const from = atSpace(
    turn.text,
    Math.max(0, Math.min(first - Math.floor(charsMax / 3), turn.text.length - charsMax)),
    first,
  )
  // Never through the middle of a character.
  const text = turn.text.slice(from, from + charsMax).replace(/[\ud800-\udbff]$/, '')
  const matches = ranges
    .map(({ start, end }) => ({ start: start - from, end: end - from }))
    .filter(({ start, end }) => start >= 0 && end <= text.length)
  return { ...about, text, matches, is_cut: true }
}

/** The beginning of a word from `at` on, but before `limit`. */
function atSpace(text: string, at: number, limit: number): number {
  if (at === 0) return 0
  const space = text.slice(at, limit).search(/\s/)
  const from = space < 0 ? at : at + space + 1
  return /[\udc00-\udfff]/.test(text[from] ?? '') ? from + 1 : from
}
