// What was said, as runs: what one side says in one go, over several turns if nobody speaks in between. Phrases are found
// within a run. Documents and highlights read turns by this, so that both find the same.

import type { Role, Turn } from '../../conversations/index.ts'
import { type Token, tokensOf } from '../../platform/filter/word-tokens.ts'

/** As documents weigh words: A agents, B customers, C others. D is what is known beside the words. */
export type Side = 'A' | 'B' | 'C'

export const sideOf = (role: Role): Side => (role === 'agent' ? 'A' : role === 'customer' ? 'B' : 'C')

export type SpokenTurn = Pick<Turn, 'role' | 'text'>

export function spokenRuns<T extends SpokenTurn>(turns: readonly T[]): { side: Side; turns: T[] }[] {
  const runs: { side: Side; turns: T[] }[] = []
  for (const turn of turns) {
    const side = sideOf(turn.role)
    const last = runs.at(-1)
    if (last?.side === side) last.turns.push(turn)
    else runs.push({ side, turns: [turn] })
  }
  return runs
}

/** The words of a run, numbered from one turn to the next; each with the place of its turn in the run. */
export function tokensOfRun(turns: readonly SpokenTurn[], from = 1): (Token & { turn: number })[] {
  let position = from
  return turns.flatMap(({ text }, turn) => {
    const tokens = tokensOf(text, position).map((token) => ({ ...token, turn }))
    for (const one of tokens) position = Math.max(position, one.position + 1)
    return tokens
  })
}
