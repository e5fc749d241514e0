// A list of many rows: columns that can be chosen and sorted by, rows that can be picked and opened, all by keyboard too.
// Only the rows in view are drawn; further ones are asked for as the end comes near.

import { ActionIcon, Box, Checkbox, Group, Menu, Table, Text, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconColumns3 } from '@tabler/icons-react'
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import './data-table.css'

export type Column<Row> = {
  id: string
  label: string
  cell: (row: Row) => ReactNode
  /** In px; the rest is shared. */
  width?: number
  align?: 'end'
  isSortable?: boolean
}

export type Sort = { by: string; isDescending: boolean }

export type Picking = { picked: ReadonlySet<string>; onPick: (picked: Set<string>) => void }

/** Of a row of one line; what a row really takes is measured. */
const rowHeight = 46
const headHeight = 44
const nearEnd = 20

export function DataTable<Row>(props: {
  /** What the list holds, for readers of the screen. */
  caption: string
  rows: readonly Row[]
  /** The same list from one drawing to the next, where there are many rows: else all are drawn again. */
  columns: readonly Column<Row>[]
  idOf: (row: Row) => string
  /** How a row is called, for readers of the screen. */
  nameOf: (row: Row) => string
  onOpen?: (row: Row) => void
  sort?: Sort | null
  onSort?: (sort: Sort) => void
  picking?: Picking
  /** Asked when the end comes near; absent: all rows are here. */
  onMore?: () => void
  /** At most; a length of CSS. */
  height?: string
  /** Which list it is (words, filters, order): another one begins at its top. */
  list?: string
}) {
  const {
    caption,
    rows,
    columns,
    idOf,
    nameOf,
    onOpen,
    sort,
    onSort,
    picking,
    onMore,
    height = '65vh',
    list = '',
  } = props
  const { t } = useTranslation()
  const region = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => region.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => idOf(rows[index] as Row),
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    useFlushSync: false,
  })
  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (onMore && lastShown >= rows.length - nearEnd) onMore()
  }, [lastShown, rows.length, onMore])

  useStandstill(region, { list, rows, virtual, idOf })

  const above = (items[0]?.start ?? headHeight) - headHeight
  const below = virtual.getTotalSize() - ((items.at(-1)?.end ?? headHeight) - headHeight)
  const width = columns.length + (picking ? 1 : 0)
  const acts: Acts<Row> = {
    open: (row) => onOpen?.(row),
    toggle(row) {
      const next = new Set(picking?.picked)
      if (!next.delete(idOf(row))) next.add(idOf(row))
      picking?.onPick(next)
    },
    goTo(index) {
      const to = Math.min(rows.length - 1, Math.max(0, index))
      virtual.scrollToIndex(to)
      requestAnimationFrame(() => region.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus())
    },
  }
  const latest = useRef(acts)
  useLayoutEffect(() => {
    latest.current = acts
  })
  const areAllPicked = rows.length > 0 && rows.every((row) => picking?.picked.has(idOf(row)))

  return (
    <Box
      ref={region}
      className="data-table"
      style={{ maxHeight: height }}
      role="region"
      aria-label={caption}
      tabIndex={0}
    >
      <Table stickyHeader highlightOnHover aria-rowcount={onMore ? -1 : rows.length + 1}>
        <Table.Caption className="data-table-caption">{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr aria-rowindex={1} h={headHeight}>
            {picking && (
              <Table.Th w={40}>
                <Checkbox
                  aria-label={t('table.pickAll')}
                  checked={areAllPicked}
                  indeterminate={!areAllPicked && picking.picked.size > 0}
                  onChange={() => picking.onPick(areAllPicked ? new Set() : new Set(rows.map(idOf)))}
                />
              </Table.Th>
            )}
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={sort ?? null} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {above > 0 && <Gap height={above} width={width} />}
          {items.map(({ index, key }) => (
            <DrawnRow
              key={key}
              row={rows[index] as Row}
              index={index}
              name={nameOf(rows[index] as Row)}
              columns={columns as readonly Column<unknown>[]}
              isPicked={picking ? picking.picked.has(String(key)) : null}
              isOpenable={onOpen !== undefined}
              acts={latest as RefObject<Acts<unknown>>}
              measure={virtual.measureElement}
            />
          ))}
          {below > 0 && <Gap height={below} width={width} />}
        </Table.Tbody>
      </Table>
    </Box>
  )
}

/** What one reads stays where it is when rows come or go above it. */
function useStandstill<Row>(region: RefObject<HTMLDivElement | null>, { list, rows, virtual, idOf }: Drawn<Row>) {
  const anchor = useRef<{ id: string; start: number } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useLayoutEffect(() => {
    if (region.current) region.current.scrollTop = 0
    anchor.current = null
  }, [list])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other rows move what is read
  useLayoutEffect(() => {
    const { current: box } = region
    const { current: before } = anchor
    if (!box || !before || box.scrollTop === 0) return
    const start = virtual.measurementsCache[rows.findIndex((row) => idOf(row) === before.id)]?.start
    if (start !== undefined && start !== before.start) box.scrollTop += start - before.start
  }, [rows])
  useLayoutEffect(() => {
    const top = (region.current?.scrollTop ?? 0) + headHeight
    const first = virtual.getVirtualItems().find(({ end }) => end > top)
    anchor.current = first ? { id: String(first.key), start: first.start } : null
  })
}

type Drawn<Row> = {
  list: string
  rows: readonly Row[]
  virtual: Virtualizer<HTMLDivElement, Element>
  idOf: (row: Row) => string
}

type Acts<Row> = { open(row: Row): void; toggle(row: Row): void; goTo(index: number): void }

/** Drawn again only when it has changed itself: while one scrolls, most rows stay as they are. */
const DrawnRow = memo(function DrawnRow({
  row,
  index,
  name,
  columns,
  isPicked,
  isOpenable,
  acts,
  measure,
}: {
  row: unknown
  index: number
  name: string
  columns: readonly Column<unknown>[]
  /** Null where rows cannot be picked. */
  isPicked: boolean | null
  isOpenable: boolean
  acts: RefObject<Acts<unknown>>
  measure: (element: Element | null) => void
}) {
  const { t } = useTranslation()
  const press = (event: KeyboardEvent<HTMLTableRowElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
    if (step) acts.current.goTo(index + step)
    else if (event.key === 'Enter') acts.current.open(row)
    else if ((event.key === ' ' || event.key === 'x') && isPicked !== null) acts.current.toggle(row)
    else return
    event.preventDefault()
  }
  return (
    <Table.Tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      aria-label={name}
      tabIndex={0}
      h={rowHeight}
      bg={isPicked ? 'var(--mantine-primary-color-light)' : undefined}
      className={isOpenable ? 'data-table-row' : undefined}
      onKeyDown={press}
      onClick={(event) => !(event.target as HTMLElement).closest('a,button,input,label') && acts.current.open(row)}
    >
      {isPicked !== null && (
        <Table.Td>
          <Checkbox
            aria-label={t('table.pick', { name })}
            checked={isPicked}
            onChange={() => acts.current.toggle(row)}
          />
        </Table.Td>
      )}
      {columns.map((column) => (
        <Table.Td key={column.id} ta={column.align} className="data-table-cell">
          {column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  )
})

function Gap({ height, width }: { height: number; width: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={width} />
    </tr>
  )
}

function Heading<Row>({
  column: { id, label, width, align, isSortable },
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: Sort | null
  onSort: ((sort: Sort) => void) | undefined
}) {
  const isBy = sort?.by === id
  const direction = isBy ? (sort.isDescending ? 'descending' : 'ascending') : undefined
  const Sign = isBy ? (sort.isDescending ? IconArrowDown : IconArrowUp) : IconArrowsSort
  return (
    <Table.Th w={width} miw={width} ta={align} aria-sort={direction} scope="col">
      {isSortable && onSort ? (
        <UnstyledButton
          className="data-table-sort"
          onClick={() => onSort({ by: id, isDescending: isBy ? !sort.isDescending : true })}
        >
          <Group gap={4} wrap="nowrap" justify={align === 'end' ? 'flex-end' : 'flex-start'}>
            <Text size="sm" fw={650}>
              {label}
            </Text>
            <Sign size={14} aria-hidden opacity={isBy ? 1 : 0.45} />
          </Group>
        </UnstyledButton>
      ) : (
        label
      )}
    </Table.Th>
  )
}

/** Which columns are shown; kept by whoever shows the table. */
export function ColumnMenu({
  columns,
  shown,
  onChange,
}: {
  columns: readonly { id: string; label: string }[]
  shown: readonly string[]
  onChange: (shown: string[]) => void
}) {
  const { t } = useTranslation()
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t('table.columns')}>
          <IconColumns3 size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah={420} className="data-table-menu">
        {columns.map(({ id, label }) => {
          const isShown = shown.includes(id)
          const isLast = isShown && shown.length === 1
          const next = isShown
            ? shown.filter((one) => one !== id)
            : columns.map((one) => one.id).filter((one) => one === id || shown.includes(one))
          return (
            <Menu.CheckboxItem key={id} checked={isShown} disabled={isLast} onChange={() => onChange(next)}>
              {label}
            </Menu.CheckboxItem>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
