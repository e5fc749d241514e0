// A table in a region of its own that may scroll sideways, with a caption for readers of the screen.

import { Table, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'

export function TableRegion({
  label,
  columns,
  children,
  minWidth = 560,
}: {
  label: string
  columns: readonly ReactNode[]
  children: ReactNode
  minWidth?: number
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="settings-region" aria-label={label} tabIndex={0}>
      <Table miw={minWidth} verticalSpacing="xs">
        <Table.Caption p={0}>
          <VisuallyHidden>{label}</VisuallyHidden>
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
              <Table.Th key={index} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  )
}
