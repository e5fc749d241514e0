// Counts by day as small bars; days without any are there too. Who does not see bars reads the total, and each day by its
// own label.

import { Box, Group, Text, Tooltip } from '@mantine/core'
import { useFormats } from '../../../components/figures.tsx'

const heightPx = 72
const dayMs = 86_400_000

/** `values`: days in UTC, as `2026-03-05`. */
export function DayBars({
  days,
  values,
  label,
}: {
  days: number
  values: { day: string; count: number }[]
  label: string
}) {
  const { number, locale } = useFormats()
  const counts = new Map(values.map(({ day, count }) => [day.slice(0, 10), count]))
  const all = Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.now() - (days - 1 - index) * dayMs).toISOString().slice(0, 10)
    return { day, count: counts.get(day) ?? 0 }
  })
  const most = Math.max(1, ...all.map(({ count }) => count))
  const dayName = (day: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day))
  return (
    <div>
      <Group gap={2} align="flex-end" wrap="nowrap" h={heightPx} role="img" aria-label={label}>
        {all.map(({ day, count }) => (
          <Tooltip key={day} label={`${dayName(day)}: ${number(count)}`}>
            <Box
              flex={1}
              miw={3}
              h={count === 0 ? 2 : Math.max(4, (heightPx * count) / most)}
              bg={count === 0 ? 'var(--mantine-color-default-border)' : 'var(--mantine-primary-color-filled)'}
              style={{ borderRadius: 2 }}
            />
          </Tooltip>
        ))}
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {label}
      </Text>
    </div>
  )
}
