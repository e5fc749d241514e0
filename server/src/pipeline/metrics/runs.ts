// Turns of one speaker after another, merged: the unit in which turn-taking is counted.

import type { Role, Turn } from '../../conversations/shapes.ts'

export type Run = { participantId: string; role: Role; startMs: number; endMs: number; turns: Turn[] }

export const inOrder = (turns: Turn[]): Turn[] => turns.toSorted((a, b) => a.start_ms - b.start_ms || a.index - b.index)

/** In order of time; neighbours always differ in speaker. */
export function runsOf(turns: Turn[]): Run[] {
  const runs: Run[] = []
  for (const turn of inOrder(turns)) {
    const last = runs.at(-1)
    if (last && last.participantId === turn.participant_id) {
      last.turns.push(turn)
      last.endMs = Math.max(last.endMs, turn.end_ms)
    } else {
      const { participant_id: participantId, role, start_ms: startMs, end_ms: endMs } = turn
      runs.push({ participantId, role, startMs, endMs, turns: [turn] })
    }
  }
  return runs
}

/**
 * Times in ms from the end of a run of `asker` to the start of the run after it, where that is one of `answerers`;
 * negative where the answer starts before the end.
 */
export function answerGapsMs(runs: Run[], asker: Role, answerers: Role[]): number[] {
  return runs.flatMap((run, i) => {
    const next = runs[i + 1]
    const isAnswer = next !== undefined && run.role === asker && answerers.includes(next.role)
    return isAnswer ? [next.startMs - run.endMs] : []
  })
}
