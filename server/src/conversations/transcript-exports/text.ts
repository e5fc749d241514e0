// A transcript to read: one line per turn, with time and speaker.

import type { TranscriptExport } from './input.ts'
import { oneLine } from './one-line.ts'
import { labelOf, speakerLabels } from './speaker-labels.ts'
import { clock } from './timecodes.ts'

/**
 * Three lines on the conversation, an empty line, then `[00:01:05] Agent: text` per turn; chats show the time of sending.
 * A turn is always one line, so none can pretend to be another.
 */
export function writeText({ conversation, participants, turns }: TranscriptExport): string {
  const labels = speakerLabels(participants)
  const { id, channel, started_at, duration_ms } = conversation
  const head = [
    `${channel === 'voice' ? 'Call' : 'Chat'} ${id}`,
    `Started: ${started_at ?? 'not known'}`,
    `Duration: ${duration_ms === null ? 'not known' : clock(duration_ms)}`,
  ]
  const lines = turns.map((turn) => {
    const time = oneLine(turn.at ?? clock(turn.start_ms))
    return `[${time}] ${labelOf(labels, turn.participant_id)}: ${oneLine(turn.text)}`
  })
  return `${[...head, '', ...lines].join('\n')}\n`
}
