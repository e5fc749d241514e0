// Figures side by side, and small tables, as every part of the page shows them.

import { SimpleGrid, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { TableRegion } from '../../components/table-region.tsx'

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
  const isNumber = (index: number) => areNumbers && index > 0
  return (
    <TableRegion
      label={label}
      minWidth={minWidth}
      isDense
      headings={columns.map((name, index) => ({ id: name, label: name, ...(isNumber(index) ? { align: 'end' } : {}) }))}
    >
      {rows.map(({ id, cells }) => (
        <Table.Tr key={id}>
          {cells.map((cell, index) => (
            <Table.Td key={columns[index]} {...(isNumber(index) ? { ta: 'end' } : {})}>
              {cell}
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </TableRegion>
  )
}
