// The words of a turn with their marks: what is searched for, what the recogniser was unsure of, the word being said.

import { Mark, Text } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import { usePlayed } from './playback.ts'
import type { Turn } from './queries.ts'
import { type PlacedWord, pieces, placeWords, type Range, unsureRanges } from './text-pieces.ts'

export function TurnText({ turn, hits, isCurrent }: { turn: Turn; hits: readonly Range[]; isCurrent: boolean }) {
  const words = useMemo(() => placeWords(turn), [turn])
  if (isCurrent && words.length > 0) return <SpokenText turn={turn} hits={hits} words={words} />
  return <MarkedText text={turn.text} words={words} ranges={hits} />
}

/** Alone listens to the time, so that the others are not drawn ten times a second. */
function SpokenText({ turn, hits, words }: { turn: Turn; hits: readonly Range[]; words: readonly PlacedWord[] }) {
  const now = usePlayed((one) => {
    if (!one.isPlaying()) return -1
    const ms = one.nowMs()
    return words.findLastIndex(({ startMs }) => startMs <= ms)
  })
  const word = words[now]
  return (
    <MarkedText
      text={turn.text}
      words={words}
      ranges={word ? [...hits, { start: word.start, end: word.end, mark: 'now' }] : hits}
    />
  )
}

function MarkedText({ text, words, ranges }: { text: string; words: readonly PlacedWord[]; ranges: readonly Range[] }) {
  const { t } = useTranslation('interaction')
  const { percent } = useFormats()
  const unsure = useMemo(() => unsureRanges(words), [words])
  const shown = pieces(text, [...unsure, ...ranges])
  return (
    <Text className="turn-text" dir="auto">
      {shown.map(({ start, text: piece, marks }) => {
        if (marks.length === 0) return piece
        const confidence = marks.includes('unsure')
          ? words.find((word) => word.start <= start && word.end > start)?.confidence
          : null
        const inner = (
          <span
            key={start}
            data-unsure={marks.includes('unsure') || undefined}
            data-now={marks.includes('now') || undefined}
            title={confidence == null ? undefined : t('turn.unsure', { percent: percent(confidence * 100, 0) })}
          >
            {piece}
          </span>
        )
        if (marks.includes('current') || marks.includes('hit'))
          return (
            <Mark key={start} className="hit" data-current={marks.includes('current') || undefined}>
              {inner}
            </Mark>
          )
        return inner
      })}
    </Text>
  )
}
