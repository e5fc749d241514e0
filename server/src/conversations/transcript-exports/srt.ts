// SubRip subtitles. The format has no escapes and players read tags in it, so marks that could be taken for one are
// replaced by their look-alikes.

import { cuesOf } from './cues.ts'
import type { TranscriptExport } from './input.ts'
import { labelOf, speakerLabels } from './speaker-labels.ts'
import { timecode } from './timecodes.ts'

const labelLengthMax = 18

/** `<b>`, `-->` and `{\an8}` become `‹b›`, `--›` and `{⧵an8}`. */
const harmless = (text: string): string => text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('{\\', '{⧵')

/** One numbered cue per at most two lines of 42 characters, with the speaker before each. */
export function writeSrt({ turns, participants }: TranscriptExport): string {
  const labels = speakerLabels(participants)
  const prefixOf = (id: string): string => `${[...labelOf(labels, id)].slice(0, labelLengthMax).join('')}: `
  return cuesOf(turns, (id) => [...prefixOf(id)].length)
    .map(({ participantId, startMs, endMs, lines }, i) => {
      const text = harmless(`${prefixOf(participantId)}${lines.join('\n')}`)
      return `${i + 1}\n${timecode(startMs, ',')} --> ${timecode(endMs, ',')}\n${text}\n`
    })
    .join('\n')
}
