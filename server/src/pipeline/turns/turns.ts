// The door of this room: from what the speech engine returned per channel to participants and turns of a call.
// Pure: no audio is read, nothing is stored. Sentiment and detected language are put onto the turns later.

import type { Participant, Role, RoleSource, Turn } from '../../conversations/shapes.ts'
import { Problem } from '../../platform/problem.ts'
import type { DecodedAudio } from '../audio/types.ts'
import type { SpeechResult } from '../engines/speech/engine.ts'
import { declaredAgentChannel } from './agent-channel.ts'
import { inferRoles, roleConfidenceMin } from './role-inference.ts'
import { type Piece, piecesOf } from './speech-pieces.ts'
import { type Utterance, utterancesOf } from './utterances.ts'

export type TurnsInput = {
  audio: Pick<DecodedAudio, 'channelCheck' | 'durationMs'> & { channels: unknown[] }
  /** One result per channel of `audio.channels`, in their order. */
  speech: SpeechResult[]
  /** What the sender of the recording said; read for `agent_channel` and `customer_channel`. */
  metadata: Record<string, unknown>
  /** The organisation's default for stereo calls whose words do not tell; null = it has none. */
  agentChannelDefault: 0 | 1 | null
}

type MergedTurns = { participants: Participant[]; turns: Turn[]; warnings: string[] }

/**
 * Participants p1, p2, ... (stereo: left first; else in order of first speech) and turns t1, t2, ... in order of time; the same input gives the same ids. Times are ms from
 * the start of the recording.
 *
 * Two distinct channels are one party each. Their roles come from the sender (`metadata`), else from the words
 * (`inferred`), else from the organisation (`default`; the confidence is then what the words say of that choice), else
 * they are `unknown`. On one channel the voices are those that the engine tells apart, with inferred or unknown roles.
 *
 * Throws Problem('bug') when there is not one speech result per channel.
 */
export function mergeTurns(input: TurnsInput): MergedTurns {
  const { audio, speech } = input
  if (speech.length !== audio.channels.length) {
    throw new Problem('bug', 'speech_channels', 'The transcript does not have the same channels as the recording.')
  }
  const pieces = speech.map((result) => piecesOf(result, audio.durationMs))
  const isStereo = audio.channelCheck === 'distinct' && speech.length === 2
  const voices = isStereo ? pieces : splitBySpeaker(pieces.flat())
  const utterances = utterancesOf(voices)
  const ids = voices.map((_, voice) => `p${voice + 1}`)
  const said = utterances.map((utterance) => ({
    participantId: ids[utterance.voice] as string,
    text: textOf(utterance),
  }))
  const inferred = inferRoles(ids, said)
  const declared = declaredAgentChannel(input.metadata)
  const participants = ids.map((id, voice): Participant => {
    const guess = inferred.get(id) ?? { role: 'unknown' as const, confidence: 0 }
    const settled = isStereo
      ? settleChannel(voice, declared.channel, guess, input.agentChannelDefault)
      : settle(guess.confidence >= roleConfidenceMin ? guess.role : 'unknown', 'inferred', guess.confidence)
    return { id, ...settled, name: null, channel_index: isStereo ? voice : null }
  })
  return {
    participants,
    turns: utterances.map((utterance, index) => turnOf(utterance, index, participants[utterance.voice] as Participant)),
    warnings: isStereo && declared.warning ? [declared.warning] : [],
  }
}

type Settled = Pick<Participant, 'role' | 'role_source' | 'role_confidence'>

const settle = (role: Role, source: RoleSource, confidence: number): Settled =>
  role === 'unknown'
    ? { role, role_source: 'unknown', role_confidence: null }
    : { role, role_source: source, role_confidence: Math.round(confidence * 1000) / 1000 }

function settleChannel(
  channel: number,
  declared: 0 | 1 | null,
  guess: { role: Role; confidence: number },
  fallback: 0 | 1 | null,
): Settled {
  const roleFor = (agentChannel: number): Role => (channel === agentChannel ? 'agent' : 'customer')
  if (declared !== null) return settle(roleFor(declared), 'metadata', 1)
  if (guess.confidence >= roleConfidenceMin) return settle(guess.role, 'inferred', guess.confidence)
  if (fallback === null) return settle('unknown', 'unknown', 0)
  const role = roleFor(fallback)
  return settle(role, 'default', role === guess.role ? guess.confidence : 1 - guess.confidence)
}

/** Voices in order of first speech; pieces without a label belong to one voice of their own. */
const splitBySpeaker = (pieces: Piece[]): Piece[][] => {
  const voices = [...Map.groupBy(pieces, ({ speaker }) => speaker).values()]
  return voices.length > 0 ? voices : [[]]
}

const textOf = ({ pieces }: Utterance): string => pieces.map(({ text }) => text).join(' ')

function turnOf(utterance: Utterance, index: number, participant: Participant): Turn {
  const { pieces } = utterance
  const known = pieces.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]))
  const sum = known.reduce((total, confidence) => total + confidence, 0)
  return {
    id: `t${index + 1}`,
    index,
    participant_id: participant.id,
    role: participant.role,
    start_ms: (pieces[0] as Piece).startMs,
    end_ms: pieces.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
    text: textOf(utterance),
    language: languageOf(pieces),
    language_confidence: null,
    confidence: known.length > 0 ? Math.round((sum / known.length) * 1000) / 1000 : null,
    sentiment: null,
    words: pieces.flatMap(({ words }) => words),
  }
}

/** The language of most pieces; the first one of equals. */
function languageOf(pieces: Piece[]): string | null {
  const groups = [...Map.groupBy(pieces, ({ language }) => language)].sort(([, a], [, b]) => b.length - a.length)
  return groups[0]?.[0] ?? null
}
