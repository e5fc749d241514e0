// Figures side by side, and small tables, as every part of the page shows them.

import { SimpleGrid, Table, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'

export function Figures({ label, of }: { label: string; of: { name: string; value: ReactNode }[] }) {
  return (
    <SimpleGrid component="dl" aria-label={label} cols={{ base: 2, sm: 3 }} spacing="sm" m={0}>
      {of.map(({ name, value }) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" fw={600} m={0} style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  )
}

/** The first column names the row; the others are numbers where `areNumbers`. */
export function Small(props: {
  label: string
  columns: readonly string[]
  rows: { id: string; cells: readonly ReactNode[] }[]
  minWidth?: number
  areNumbers?: boolean
}) {
  const { label, columns, rows, minWidth = 420, areNumbers = true } = props
  const align = (index: number) => (areNumbers && index > 0 ? { ta: 'end' as const } : {})
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={label} tabIndex={0} style={{ overflowX: 'auto', position: 'relative' }}>
      <Table miw={minWidth} verticalSpacing={4}>
        <Table.Caption p={0} mt={0}>
          <VisuallyHidden>{label}</VisuallyHidden>
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name, index) => (
              <Table.Th key={name} scope="col" {...align(index)}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ id, cells }) => (
            <Table.Tr key={id}>
              {cells.map((cell, index) => (
                <Table.Td key={columns[index]} {...align(index)}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
