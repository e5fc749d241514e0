// A table of some rows in a region of its own that may scroll sideways, with a caption for readers of the screen. Long lists:
// data-table.tsx.

import { Table, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import './table-region.css'

type Heading = { id: string; label: ReactNode; align?: 'end'; sorted?: 'ascending' | 'descending' | undefined }

const plain = (label: string): Heading => ({ id: label, label })

export function TableRegion({
  label,
  headings,
  children,
  minWidth = 640,
  isDense = false,
}: {
  label: string
  headings: readonly (Heading | string)[]
  children: ReactNode
  /** In px. */
  minWidth?: number
  isDense?: boolean
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="table-region" aria-label={label} tabIndex={0}>
      <Table miw={minWidth} verticalSpacing={isDense ? 4 : 'xs'} highlightOnHover>
        <Table.Caption p={0} mt={0}>
          <VisuallyHidden>{label}</VisuallyHidden>
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {headings.map((heading) => {
              const { id, label: name, align, sorted } = typeof heading === 'string' ? plain(heading) : heading
              return (
                <Table.Th key={id} scope="col" ta={align} aria-sort={sorted}>
                  {name}
                </Table.Th>
              )
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  )
}
