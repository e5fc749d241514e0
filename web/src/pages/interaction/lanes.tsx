// Which lines stand under the waveform, and which of them this person wants to see.

import { Checkbox, Collapse, Group, UnstyledButton } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../components/figures.tsx'
import { Lane, type Span } from './lane.tsx'
import type { Annotation, Conversation, Mood } from './queries.ts'
import type { Window } from './waveform.tsx'

const kinds = ['silence', 'dead_air', 'overtalk', 'interruption', 'hold'] as const
type Kind = (typeof kinds)[number]
const colours: Record<Kind, string> = {
  silence: '#adb5bd',
  dead_air: '#868e96',
  overtalk: '#f08c00',
  interruption: '#e03131',
  hold: '#1971c2',
}
const moodColours: Record<Mood, string> = { negative: '#e03131', neutral: '#adb5bd', positive: '#0ca678' }
const moods = ['negative', 'neutral', 'positive'] as const

export function Lanes({
  conversation,
  annotations,
  window,
}: {
  conversation: Conversation
  annotations: { annotations: Annotation[]; missing: Record<string, string> } | null
  window: Window
}) {
  const { t } = useTranslation(['interaction', 'shell'])
  const { number } = useFormats()
  const [isChoosing, setChoosing] = useState(false)
  const [off, setOff] = useLocalStorage<string[]>({
    key: 'indaba.lanes-off',
    defaultValue: ['silence'],
    getInitialValueInEffect: false,
  })
  const turns = conversation.transcript?.turns
  const mood = useMemo(() => moodSpans(turns ?? []), [turns])
  const spans = useMemo(() => {
    const of = (kind: Kind): Span[] =>
      (annotations?.annotations ?? [])
        .filter((one) => one.kind === kind)
        .map(({ start_ms, end_ms }) => ({ startMs: start_ms, endMs: end_ms, colour: colours[kind] }))
    return Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, Span[]>
  }, [annotations])
  if (!turns) return null
  const seconds = (list: Span[]) => number(list.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 1000)
  const about = (kind: Kind) =>
    annotations?.missing[kind]
      ? `${t(`span.${kind}`)}: ${annotations.missing[kind]}`
      : t('span.about', { kind: t(`span.${kind}`), count: spans[kind].length, seconds: seconds(spans[kind]) })
  const counts = moods.map(
    (one) => `${t(`shell:sentiment.${one}`)} ${turns.filter((turn) => turn.sentiment?.label === one).length}`,
  )
  return (
    <div className="lanes">
      {!off.includes('mood') && (
        <Lane
          label={t('span.mood')}
          about={t('span.moodAbout', { counts: counts.join(', ') })}
          spans={mood}
          window={window}
        />
      )}
      {kinds
        // Where nothing happens there is nothing to draw: the list below says so.
        .filter((kind) => !off.includes(kind) && spans[kind].length > 0)
        .map((kind) => (
          <Lane
            key={kind}
            label={t(`span.${kind}`)}
            note={number(spans[kind].length)}
            about={about(kind)}
            spans={spans[kind]}
            window={window}
          />
        ))}
      <UnstyledButton className="lanes-more" aria-expanded={isChoosing} onClick={() => setChoosing(!isChoosing)}>
        {t('span.choose')} <IconChevronDown size={14} aria-hidden />
      </UnstyledButton>
      <Collapse expanded={isChoosing}>
        <Group gap="md" py={4} role="group" aria-label={t('span.choose')}>
          {(['mood', ...kinds] as const).map((kind) => (
            <Checkbox
              key={kind}
              size="xs"
              color={kind === 'mood' ? 'teal' : colours[kind]}
              label={kind === 'mood' ? t('span.mood') : about(kind)}
              checked={!off.includes(kind)}
              onChange={({ currentTarget }) =>
                setOff(currentTarget.checked ? off.filter((one) => one !== kind) : [...off, kind])
              }
            />
          ))}
        </Group>
      </Collapse>
    </div>
  )
}

const moodSpans = (turns: NonNullable<Conversation['transcript']>['turns']): Span[] =>
  turns.flatMap(({ start_ms, end_ms, sentiment }) =>
    sentiment ? [{ startMs: start_ms, endMs: end_ms, colour: moodColours[sentiment.label as Mood] }] : [],
  )
