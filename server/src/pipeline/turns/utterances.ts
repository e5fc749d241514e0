// From the timed pieces of all voices to utterances: what one voice says without a pause and without another taking over.
// Roles, ids and findings are given to them elsewhere.

import { isBackchannel } from './backchannels.ts'
import type { Piece } from './speech-pieces.ts'

export type Utterance = { voice: number; pieces: Piece[] }

/** A silence of one voice from which on it starts a new turn. */
const turnPauseMs = 1_000

/** Utterances of all voices in order of time; every piece is in exactly one. */
export function utterancesOf(voices: Piece[][]): Utterance[] {
  const takeoversMs = voices.map((pieces) =>
    splitBetween(pieces, isPause)
      .filter((run) => !isBackchannel({ text: run.map(({ text }) => text).join(' '), words: [] }))
      .flatMap((run) => run.map(({ startMs }) => startMs)),
  )
  return voices
    .flatMap((pieces, voice) => {
      const othersMs = takeoversMs.filter((_, other) => other !== voice).flat()
      const isTakeover = takeoverTest(othersMs.sort((a, b) => a - b))
      const runs = splitBetween(pieces, (before, after) => isPause(before, after) || isTakeover(before, after))
      return runs.map((run): Utterance => ({ voice, pieces: run }))
    })
    .sort((a, b) => startOf(a) - startOf(b) || a.voice - b.voice)
}

const startOf = ({ pieces }: Utterance): number => (pieces[0] as Piece).startMs

const isPause = (before: Piece, after: Piece): boolean => after.startMs - before.endMs >= turnPauseMs

/**
 * A word of another voice that starts in the gap between two pieces ends the turn; backchannel and overlap do not. To be
 * asked in order of time.
 */
function takeoverTest(othersMs: number[]): (before: Piece, after: Piece) => boolean {
  let next = 0
  return (before, after) => {
    while (next < othersMs.length && (othersMs[next] as number) < before.endMs) next++
    return (othersMs[next] ?? Number.POSITIVE_INFINITY) < after.startMs
  }
}

function splitBetween(pieces: Piece[], isCut: (before: Piece, after: Piece) => boolean): Piece[][] {
  const runs: Piece[][] = []
  let before: Piece | undefined
  for (const piece of pieces) {
    if (before && !isCut(before, piece)) (runs.at(-1) as Piece[]).push(piece)
    else runs.push([piece])
    before = piece
  }
  return runs
}
