// WebVTT subtitles with a voice tag per cue (W3C WebVTT: The Web Video Text Tracks Format).

import { cuesOf } from './cues.ts'
import type { TranscriptExport } from './input.ts'
import { labelOf, speakerLabels } from './speaker-labels.ts'
import { timecode } from './timecodes.ts'

const escapeMarks = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Cue ids are 1, 2, ...; each cue is at most two lines of 42 characters, in order of start. */
export function writeVtt({ turns, participants }: TranscriptExport): string {
  const labels = speakerLabels(participants)
  const cues = cuesOf(turns).map(({ participantId, startMs, endMs, lines }, i) => {
    const text = lines.map(escapeMarks).join('\n')
    const voice = escapeMarks(labelOf(labels, participantId))
    return `\n${i + 1}\n${timecode(startMs, '.')} --> ${timecode(endMs, '.')}\n<v ${voice}>${text}</v>\n`
  })
  return `WEBVTT\n${cues.join('')}`
}
