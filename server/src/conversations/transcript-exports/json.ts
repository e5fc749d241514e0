// A transcript for programs, in the shapes of Indaba's own API.

import type { TranscriptExport } from './input.ts'

/** Pretty-printed; `format` names the shape and changes with it. Text is given unchanged. */
export function writeJson({ conversation, participants, turns, speech_engine, summary }: TranscriptExport): string {
  const shown = { format: 'indaba.transcript@1', conversation, participants, turns, speech_engine, summary }
  return `${JSON.stringify(shown, null, 2)}\n`
}
