// Reads what an OpenAI-compatible transcription server answers. Servers differ: words at the top, inside segments, or
// nowhere; segments or plain text. What does not fit the published shape at all is refused.

import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Word } from '../../../conversations/shapes.ts'
import type { Stretch } from './channel-audio.ts'
import type { SpeechSegment } from './engine.ts'
import { meanConfidence, spreadWords } from './word-timing.ts'

const maybe = <T extends ReturnType<typeof Type.Number> | ReturnType<typeof Type.String>>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]))

const AnswerWord = Type.Object({
  word: Type.String(),
  start: Type.Number(),
  end: Type.Number(),
  // Not in OpenAI's own answers: faster-whisper says `probability`, WhisperX `score`.
  probability: maybe(Type.Number()),
  score: maybe(Type.Number()),
})
const AnswerWords = Type.Optional(Type.Union([Type.Array(AnswerWord), Type.Null()]))
const Answer = Type.Object({
  text: Type.String(),
  language: maybe(Type.String()),
  words: AnswerWords,
  segments: Type.Optional(
    Type.Union([
      Type.Array(
        Type.Object({
          start: Type.Number(),
          end: Type.Number(),
          text: Type.String(),
          avg_logprob: maybe(Type.Number()),
          no_speech_prob: maybe(Type.Number()),
          speaker: maybe(Type.String()),
          words: AnswerWords,
        }),
      ),
      Type.Null(),
    ]),
  ),
})
type Answer = Static<typeof Answer>
const answer = Compile(Answer)

// A longer silence between two words starts a new segment, where the server gives words alone.
const segmentGapMs = 800
// Whisper's own rule for what it made up in silence: `no_speech_threshold` and `logprob_threshold` of its decoder.
const noSpeechMin = 0.6
const logProbabilityMax = -1

/**
 * Segments of one uploaded piece, times in milliseconds from the start of the recording; null when the value is not an
 * answer of `POST /v1/audio/transcriptions`. `speech` is where there is speech in the piece.
 */
export function readAnswer(value: unknown, offsetMs: number, speech: Stretch[]): SpeechSegment[] | null {
  if (!answer.Check(value)) return null
  const language = value.language ? languageTag(value.language) : null
  const loose = (value.words ?? []).map((word) => wordOf(word, offsetMs))
  const unspoken = { language, speaker: null, confidence: null }
  if (value.segments?.length) return segmentsOf(value.segments, loose, language, offsetMs)
  if (loose.length > 0) return groupWords(loose).map((words) => ({ ...unspoken, ...spanOf(words), words }))
  const words = spreadWords(value.text, speech)
  return words.length === 0 ? [] : [{ ...unspoken, ...spanOf(words), text: value.text, words }]
}

function segmentsOf(
  segments: NonNullable<Answer['segments']>,
  loose: Word[],
  language: string | null,
  offsetMs: number,
) {
  const heard = segments.filter(
    ({ no_speech_prob, avg_logprob }) =>
      !((no_speech_prob ?? 0) > noSpeechMin && (avg_logprob ?? 0) < logProbabilityMax),
  )
  return heard.map((segment): SpeechSegment => {
    const startMs = segment.start * 1000 + offsetMs
    const endMs = Math.max(startMs, segment.end * 1000 + offsetMs)
    const middle = ({ s, e }: Word) => (s + e) / 2
    const own = segment.words?.length
      ? segment.words.map((word) => wordOf(word, offsetMs))
      : loose.filter((word) => middle(word) >= startMs && middle(word) < endMs)
    const words = own.length > 0 ? own : spreadWords(segment.text, [{ startMs, endMs }])
    const confidence = segment.avg_logprob == null ? meanConfidence(words) : Math.exp(segment.avg_logprob)
    return { startMs, endMs, text: segment.text, words, confidence, language, speaker: segment.speaker ?? null }
  })
}

function wordOf(word: Static<typeof AnswerWord>, offsetMs: number): Word {
  const c = word.probability ?? word.score ?? null
  return { w: word.word.trim(), s: word.start * 1000 + offsetMs, e: word.end * 1000 + offsetMs, c }
}

function groupWords(words: Word[]): Word[][] {
  const groups: Word[][] = []
  for (const word of words) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last && before && word.s - before.e < segmentGapMs) last.push(word)
    else groups.push([word])
  }
  return groups
}

function spanOf(words: Word[]) {
  const text = words.map(({ w }) => w).join(' ')
  return { startMs: words[0]?.s ?? 0, endMs: words.at(-1)?.e ?? 0, text, confidence: meanConfidence(words) }
}

let tagsByName: Map<string, string> | null = null

/** Whisper servers answer `english`, others `en`; null for a name that nobody knows. */
export function languageTag(name: string): string | null {
  if (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(name) && !namesOfTags().has(name.toLowerCase())) return name
  return namesOfTags().get(name.toLowerCase()) ?? null
}

function namesOfTags(): Map<string, string> {
  if (!tagsByName) {
    const letters = [...'abcdefghijklmnopqrstuvwxyz']
    const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
    const tags = letters.flatMap((first) => letters.map((second) => first + second))
    tagsByName = new Map(tags.map((tag) => [names.of(tag)?.toLowerCase() ?? '', tag]))
  }
  return tagsByName
}
