// A table that scrolls inside its own frame where the page is narrow, and the way to the rest of a long list.

import { Box, Button, Group, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export type Column = { key: string; label: ReactNode; align?: 'right' }

/** `children` are rows of cells; `label` says what the table holds. */
export function Frame({
  label,
  columns,
  children,
  minWidth = 640,
}: {
  label: string
  columns: Column[]
  children: ReactNode
  minWidth?: number
}) {
  return (
    <Box component="section" aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
      <Table miw={minWidth} highlightOnHover aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} scope="col" ta={column.align ?? 'left'}>
                {column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Box>
  )
}

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

export function Rest({ query }: { query: Pages }) {
  const { t } = useTranslation('integrations')
  if (!query.hasNextPage) return null
  return (
    <Group justify="center">
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t('rest')}
      </Button>
    </Group>
  )
}

/** The name of a row, which leads to its own page. */
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
