// A state in a word, with a dot whose colour only repeats it; and a share of 100 % as a bar beside its figure.

import { Badge, Group, Progress, Text } from '@mantine/core'
import { useFormats } from '../../../components/figures.tsx'

export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'busy'

const colors: Record<Tone, string> = { good: 'teal', warn: 'yellow', bad: 'red', quiet: 'gray', busy: 'blue' }

export function Status({ tone, children }: { tone: Tone; children: string }) {
  return (
    <Badge variant="dot" color={colors[tone]} tt="none" fw={500} size="lg" miw="max-content">
      {children}
    </Badge>
  )
}

/** `share`: 0 to 1. */
export function ShareBar({ share, label }: { share: number; label: string }) {
  const { percent } = useFormats()
  const color = share >= 0.99 ? 'teal' : share >= 0.9 ? 'yellow' : 'red'
  return (
    <Group gap="xs" wrap="nowrap" miw={120}>
      <Text size="sm" miw={44}>
        {percent(share * 100)}
      </Text>
      <Progress value={share * 100} color={color} w={64} size="sm" aria-label={label} />
    </Group>
  )
}
