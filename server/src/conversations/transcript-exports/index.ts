// The door of transcript exports: one conversation, one format, one text. Pure; who may read it is decided before.

import type { TranscriptExport } from './input.ts'
import { writeJson } from './json.ts'
import { writeSrt } from './srt.ts'
import { writeText } from './text.ts'
import { writeVcon } from './vcon.ts'
import { writeVtt } from './vtt.ts'

export type { TranscriptExport } from './input.ts'

type Format = { contentType: string; extension: string; write: (input: TranscriptExport) => string }

/** Media types: SubRip has none registered, players expect `application/x-subrip`; vCon's is in its draft. */
export const transcriptFormats = {
  text: { contentType: 'text/plain; charset=utf-8', extension: 'txt', write: writeText },
  srt: { contentType: 'application/x-subrip; charset=utf-8', extension: 'srt', write: writeSrt },
  vtt: { contentType: 'text/vtt; charset=utf-8', extension: 'vtt', write: writeVtt },
  json: { contentType: 'application/json; charset=utf-8', extension: 'json', write: writeJson },
  vcon: { contentType: 'application/vcon', extension: 'vcon', write: writeVcon },
} as const satisfies Record<string, Format>

export type TranscriptFormat = keyof typeof transcriptFormats

/** The whole file as text, with its media type and usual file extension. */
export function exportTranscript(
  format: TranscriptFormat,
  input: TranscriptExport,
): { contentType: string; extension: string; body: string } {
  const { contentType, extension, write } = transcriptFormats[format]
  return { contentType, extension, body: write(input) }
}
