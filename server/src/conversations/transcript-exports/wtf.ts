// A transcript in the World Transcription Format: the body of a vCon's `wtf_transcription` analysis
// (draft-howe-vcon-wtf-extension-02 §6).

import type { Turn } from '../shapes.ts'
import type { ExportParticipant, TranscriptExport } from './input.ts'
import { labelOf, speakerLabels } from './speaker-labels.ts'

type Confidence = { confidence?: number }
// The draft asks for confidences everywhere; where the engine gave none they are absent rather than made up.
const confidence = (value: number | null): Confidence => (value === null ? {} : { confidence: value })

const seconds = (ms: number): number => ms / 1000

/** Speakers are indices into the vCon's parties; times are seconds. */
export function wtfOf({ conversation, participants, turns, recording, speech_engine }: TranscriptExport) {
  const durationS = seconds(recording?.duration_ms ?? conversation.duration_ms ?? 0)
  const partyOf = (turn: Turn): number => participants.findIndex(({ id }) => id === turn.participant_id)
  let wordCount = 0
  const segments = turns.map((turn, id) => ({
    id,
    start: seconds(turn.start_ms),
    end: seconds(turn.end_ms),
    text: turn.text,
    ...confidence(turn.confidence),
    speaker: partyOf(turn),
    words: turn.words.map(() => wordCount++),
  }))
  const words = turns.flatMap((turn) =>
    turn.words.map(({ w, s, e, c }) => ({ start: seconds(s), end: seconds(e), text: w, ...confidence(c), turn })),
  )
  return {
    transcript: {
      text: turns.map(({ text }) => text).join('\n'),
      language: conversation.language ?? 'und',
      duration: durationS,
      ...confidence(meanConfidence(turns)),
    },
    segments,
    words: words.map(({ turn, ...word }, id) => ({ id, ...word, speaker: partyOf(turn), is_punctuation: false })),
    speakers: speakersOf(participants, turns),
    metadata: {
      created_at: conversation.created_at,
      processed_at: conversation.updated_at ?? conversation.created_at,
      provider: (speech_engine?.name ?? 'import').toLowerCase(),
      model: speech_engine?.model ?? 'unknown',
      audio: { duration: durationS },
    },
  }
}

function meanConfidence(turns: Turn[]): number | null {
  const known = turns.flatMap((turn) => (turn.confidence === null ? [] : [turn.confidence]))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function speakersOf(participants: ExportParticipant[], turns: Turn[]) {
  const labels = speakerLabels(participants)
  return Object.fromEntries(
    participants.map(({ id }, party) => {
      const own = turns.flatMap((turn, segment) => (turn.participant_id === id ? [{ turn, segment }] : []))
      const totalMs = own.reduce((sum, { turn }) => sum + turn.end_ms - turn.start_ms, 0)
      const speaker = { id: party, label: labelOf(labels, id), segments: own.map(({ segment }) => segment) }
      return [String(party), { ...speaker, total_time: seconds(totalMs) }]
    }),
  )
}
