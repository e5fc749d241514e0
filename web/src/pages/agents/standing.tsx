// What somebody is better and worse in than the others, in words, each with how many conversations say so.

import { Group, Stack, Text } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useUnits } from '../../components/charts/units.ts'
import { useFormats } from '../../components/figures.tsx'
import type { Difference } from './queries.ts'
import { useMetricName } from './words.ts'

export function StandingLine({ of, isDetailed = false }: { of: Difference; isDetailed?: boolean }) {
  const { t } = useTranslation(['agents', 'charts'])
  const { number } = useFormats()
  const { say } = useUnits()
  const nameOf = useMetricName()
  const isBetter = of.better_by > 0
  const Sign = isBetter ? IconArrowUpRight : IconArrowDownRight
  const detail = t('standing.detail', {
    value: say(of.value, of.unit),
    others: say(of.others, of.unit),
    count: of.n,
  })
  return (
    <div>
      <Group gap={4} wrap="nowrap" title={isDetailed ? undefined : detail}>
        <Sign
          size={14}
          aria-hidden
          color={isBetter ? 'var(--mantine-color-teal-light-color)' : 'var(--mantine-color-orange-light-color)'}
        />
        <Text size={isDetailed ? 'sm' : 'xs'} fw={isDetailed ? 550 : 400}>
          {t(isBetter ? 'standing.better' : 'standing.worse', {
            name: nameOf(of.metric, of.name),
            amount: number(Math.abs(of.better_by), 0),
          })}
        </Text>
      </Group>
      {isDetailed && (
        <Text size="xs" c="dimmed" pl={18}>
          {detail}
        </Text>
      )}
    </div>
  )
}

/** The first of each, for a row of a table. */
export function StandingBrief({
  strengths,
  weaknesses,
}: {
  strengths: readonly Difference[]
  weaknesses: readonly Difference[]
}) {
  const { t } = useTranslation('agents')
  const shown = [...strengths.slice(0, 1), ...weaknesses.slice(0, 1)]
  if (shown.length === 0)
    return (
      <Text size="xs" c="dimmed">
        {t('standing.none')}
      </Text>
    )
  return (
    <Stack gap={0}>
      {shown.map((one) => (
        <StandingLine key={one.metric} of={one} />
      ))}
    </Stack>
  )
}
