// What is known about one thing, as pairs of a name and a value.

import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'

export type Fact = { name: string; value: ReactNode }

export function Facts({ facts, label }: { facts: Fact[]; label: string }) {
  return (
    <SimpleGrid component="dl" aria-label={label} cols={{ base: 1, xs: 2, md: 3 }} spacing="md" m={0}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  )
}

/** Figures side by side. */
export function Figures({ facts, label }: { facts: Fact[]; label: string }) {
  return (
    <SimpleGrid component="dl" aria-label={label} cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" m={0}>
      {facts.map(({ name, value }) => (
        <Paper key={name} withBorder p="sm">
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="lg" fw={650} m={0}>
            {value}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  )
}
