// Cuts turns into subtitle cues of at most two lines of 42 characters. How a cue is written is for srt.ts and vtt.ts.

import type { Turn } from '../shapes.ts'
import { startOf, type TimedToken, timedTokens } from './timed-tokens.ts'

export type Cue = { participantId: string; startMs: number; endMs: number; lines: string[] }

/** The usual limits of subtitle guides (BBC: 37, Netflix: 42). */
const lineLengthMax = 42
const linesMax = 2

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Cues in order of start; each ends after it starts, and not after the next cue of the same turn starts. Cues of people
 * who talk at once overlap. `prefixLength` characters (at most half a line) are kept free at the start of each cue.
 */
export function cuesOf(turns: Turn[], prefixLength: (participantId: string) => number = () => 0): Cue[] {
  return turns
    .flatMap((turn) => cuesOfTurn(turn, prefixLength(turn.participant_id)))
    .sort((a, b) => a.startMs - b.startMs)
}

function cuesOfTurn(turn: Turn, prefixLength: number): Cue[] {
  const cues: Cue[] = []
  const lengthMax = lineLengthMax - prefixLength
  let room = 0
  for (const token of timedTokens(turn).flatMap((whole) => breakLong(whole, lengthMax))) {
    const length = lengthOf(token.text)
    const cue = cues.at(-1)
    if (cue && length + 1 <= room) {
      cue.lines[cue.lines.length - 1] += ` ${token.text}`
      room -= length + 1
    } else if (cue && cue.lines.length < linesMax) {
      cue.lines.push(token.text)
      room = lineLengthMax - length
    } else {
      cues.push({ participantId: turn.participant_id, startMs: token.startMs, endMs: token.endMs, lines: [token.text] })
      room = lengthMax - length
    }
    if (cue && cue === cues.at(-1)) cue.endMs = Math.max(cue.endMs, token.endMs)
  }
  return keepApart(cues, startOf(turn))
}

/** Each cue starts at least 1 ms after the one before it, which ends by then, and leaves room for those behind. */
function keepApart(cues: Cue[], turnStartMs: number): Cue[] {
  let startMinMs = turnStartMs
  const lastMs = cues.reduce((latest, { endMs }) => Math.max(latest, endMs), startMinMs)
  for (const [i, cue] of cues.entries()) {
    cue.startMs = Math.max(startMinMs, Math.min(cue.startMs, lastMs - (cues.length - i)))
    startMinMs = cue.startMs + 1
  }
  return cues.map((cue, i) => {
    const nextMs = cues[i + 1]?.startMs ?? Number.POSITIVE_INFINITY
    return { ...cue, endMs: Math.min(nextMs, Math.max(cue.endMs, cue.startMs + 1)) }
  })
}

const lengthOf = (text: string): number => [...text].length

/** A token longer than a line (a URL, or a script without spaces) is cut between visible characters. */
function breakLong(token: TimedToken, lengthMax: number): TimedToken[] {
  if (lengthOf(token.text) <= lengthMax) return [token]
  const pieces = ['']
  for (const { segment } of graphemes.segment(token.text)) {
    const last = pieces.at(-1) as string
    if (lengthOf(last) + lengthOf(segment) > lengthMax && last !== '') pieces.push(segment)
    else pieces[pieces.length - 1] = last + segment
  }
  const stepMs = (token.endMs - token.startMs) / pieces.length
  return pieces.map((text, i) => ({
    text,
    startMs: Math.floor(token.startMs + i * stepMs),
    endMs: Math.floor(token.startMs + (i + 1) * stepMs),
  }))
}
