// A mood in a word and a colour: never by the colour alone.

import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Absent } from './figures.tsx'

const colours = { negative: 'red', neutral: 'gray', positive: 'teal' } as const
export type Mood = keyof typeof colours

export function SentimentBadge({ of }: { of: Mood | null | undefined }) {
  const { t } = useTranslation()
  if (!of) return <Absent reason={t('sentiment.absent')} />
  return (
    <Badge color={colours[of]} variant="light" size="sm" tt="none" fw={550}>
      {t(`sentiment.${of}`)}
    </Badge>
  )
}
