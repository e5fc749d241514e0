// The name of a row, which leads to its own page.

import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export function NameLink({
  section,
  id,
  children,
  under,
}: {
  section: string
  id: string
  children: ReactNode
  under?: ReactNode
}) {
  return (
    <>
      <Text
        component={Link}
        {...({ to: '/integrations/$section/$id', params: { section, id } } as object)}
        fw={600}
        size="sm"
        c="var(--mantine-color-anchor)"
        style={{ overflowWrap: 'anywhere' }}
      >
        {children}
      </Text>
      {under && (
        <Text size="xs" c="dimmed" component="div" style={{ overflowWrap: 'anywhere' }}>
          {under}
        </Text>
      )}
    </>
  )
}
