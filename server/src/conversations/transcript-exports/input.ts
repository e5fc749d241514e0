// What a transcript export is made from: plain facts, whoever stored them.

import type { Channel, Direction, Participant, Provenance, Turn } from '../shapes.ts'

export type ExportParticipant = Pick<Participant, 'id' | 'role' | 'name' | 'channel_index'> & {
  tel?: string | null
  email?: string | null
}

export type ExportRecording = {
  /** Where a reader with rights can fetch it, or null. */
  url: string | null
  content_type: string | null
  filename: string | null
  /** Of the bytes behind `url`. */
  hashes: { algorithm: 'sha256' | 'sha384' | 'sha512'; hex: string }[]
  duration_ms: number
}

export type TranscriptExport = {
  conversation: {
    /** UUID. */
    id: string
    channel: Channel
    direction: Direction | null
    /** ISO 8601 UTC; null where the start is not known. */
    started_at: string | null
    created_at: string
    updated_at: string | null
    duration_ms: number | null
    /** BCP-47 tag of most of the talk. */
    language: string | null
    subject?: string | null
  }
  participants: ExportParticipant[]
  turns: Turn[]
  recording: ExportRecording | null
  /** What made the words; null for chats. */
  speech_engine: Provenance | null
  summary: { text: string; engine: Provenance } | null
  /** What scored the turns; null when their sentiment is to be left out. */
  sentiment_engine: Provenance | null
}
