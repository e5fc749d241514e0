// Where the time of one exchange went, phase by phase. Of HTTP the server tells when the answer began and ended from the
// start; of a broker, each phase by itself.

import { Group, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../../components/figures.tsx'

const phases = ['dns', 'connect', 'tls', 'wait', 'answer', 'confirm'] as const
type Phase = (typeof phases)[number]
const colors: Record<Phase, string> = {
  dns: 'violet',
  connect: 'blue',
  tls: 'cyan',
  wait: 'teal',
  answer: 'lime',
  confirm: 'teal',
}

export function phasesOf(timings: Record<string, number>): { phase: Phase; ms: number }[] {
  const of = (name: string) => timings[`${name}_ms`] ?? 0
  const begun = of('dns') + of('connect') + of('tls')
  const http = 'ttfb_ms' in timings
  const found: Record<Phase, number> = {
    dns: of('dns'),
    connect: of('connect'),
    tls: of('tls'),
    wait: http ? Math.max(0, of('ttfb') - begun) : 0,
    answer: http ? Math.max(0, of('total') - of('ttfb')) : 0,
    confirm: of('confirm'),
  }
  return phases.filter((phase) => found[phase] > 0).map((phase) => ({ phase, ms: found[phase] }))
}

export function Timings({ timings, totalMs }: { timings: Record<string, number> | null; totalMs: number }) {
  const { t } = useTranslation('integrations')
  const { number } = useFormats()
  const parts = timings ? phasesOf(timings) : []
  const sum = parts.reduce((all, { ms }) => all + ms, 0)
  return (
    <div>
      {sum > 0 && (
        <Progress.Root size="sm" mb={4} aria-hidden>
          {parts.map(({ phase, ms }) => (
            <Progress.Section key={phase} value={(100 * ms) / sum} color={colors[phase]} />
          ))}
        </Progress.Root>
      )}
      <Group gap="md">
        <Text size="xs" fw={600}>
          {t('webhooks.phase.total', { ms: number(totalMs) })}
        </Text>
        {parts.map(({ phase, ms }) => (
          <Text key={phase} size="xs" c="dimmed">
            {t(`webhooks.phase.${phase}`, { ms: number(ms) })}
          </Text>
        ))}
      </Group>
    </div>
  )
}
