// Calls and chats: find, narrow, keep, and act on many.

import { Button, Group, Text } from '@mantine/core'
import { useThrottledCallback } from '@mantine/hooks'
import { IconUpload } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useLive } from '../../api/live.ts'
import { useColumns } from '../../api/preferences.ts'
import { useMay } from '../../api/session.ts'
import { useAddress } from '../../components/address.ts'
import { ColumnMenu, DataTable, type Sort } from '../../components/data-table.tsx'
import { Page } from '../../components/page.tsx'
import { Blank, Failed, Waiting } from '../../components/states.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { nameOf, standardColumns, standardMetrics, useInteractionColumns } from './columns.tsx'
import { ExportMenu } from './export-menu.tsx'
import { FilterBar, type FilterChange } from './filter-bar.tsx'
import { filtersIn, filtersOf, filterText, hasDays, refusedCondition } from './filters.ts'
import { fieldsQuery, interactionsQuery, type SavedView } from './queries.ts'
import { SavedViews } from './saved-views.tsx'
import './interactions.css'

const sortDefault = '-started_at'
const renewMs = 2000
const pagesPerWait = 5

export function InteractionsPage() {
  const { t } = useTranslation('interactions')
  const may = useMay()
  const navigate = useNavigate()
  const { search, set } = useAddress()
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const q = search.q ?? ''
  const filters = filtersIn(search)
  const sort = search.sort ?? sortDefault

  const fields = useQuery(fieldsQuery)
  const timeZone = fields.data?.time_zone
  const isZoneMissing = timeZone === undefined && hasDays(filters)
  const filter = filterText(filters, timeZone ?? 'UTC')
  const metrics = useMemo(
    () =>
      fields.data?.fields.flatMap(({ name, type, description }) =>
        type === 'number' && description === `Metric ${name}` ? [name] : [],
      ) ?? standardMetrics,
    [fields.data],
  )
  const columns = useInteractionColumns(metrics)
  const known = columns.map(({ id }) => id)
  const { shown, setShown } = useColumns('interactions', standardColumns, known)
  const shownMetrics = shown.filter((id) => metrics.includes(id)).join(',')
  const drawn = useMemo(() => shown.flatMap((id) => columns.find((one) => one.id === id) ?? []), [shown, columns])
  const list = useInfiniteQuery({
    ...interactionsQuery({ q, filter, sort, columns: shownMetrics }),
    enabled: !isZoneMissing,
  })
  const asked = isZoneMissing ? fields : list
  useFresh(list.data?.pages.length ?? 1)
  const rows = useMemo(() => list.data?.pages.flatMap(({ conversations }) => conversations) ?? [], [list.data])
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])
  const first = list.data?.pages[0]
  const refused = list.isError ? refusedCondition(asFailure(list.error), filters.filter ?? '', filter) : null
  const isNarrowed = q !== '' || filter !== ''

  // Each filter is a step that Back takes back; letters that are typed are not.
  const change = (to: FilterChange) => void set(to, { push: !['q', 'from', 'to'].some((name) => name in to) })
  const open = (view: SavedView) => {
    if (view.columns.length) setShown(view.columns)
    void navigate({
      to: '.',
      search: {
        ...(view.q ? { q: view.q } : {}),
        ...(timeZone ? filtersOf(view.filter ?? '', timeZone) : { filter: view.filter ?? undefined }),
        ...(view.sort ? { sort: view.sort } : {}),
      },
    })
  }

  return (
    <Page
      title={t('title')}
      about={first && <Count total={first.total} isExact={first.total_is_exact} />}
      actions={
        !isZoneMissing && (
          <>
            <SavedViews now={{ q, filter, sort, columns: [...shown] }} onOpen={open} />
            {may('reports:manage') && <ExportMenu q={q} filter={filter} />}
            <ColumnMenu columns={columns} shown={shown} onChange={setShown} />
          </>
        )
      }
    >
      <FilterBar q={q} filters={filters} refused={refused} onChange={change} />
      {picked.size > 0 && <BulkBar picked={picked} onPick={(ids) => setPicked(new Set(ids))} />}
      {asked.isError && refused === null && <Failed error={asked.error} retry={() => void asked.refetch()} />}
      {list.isPending && !asked.isError && <Waiting lines={12} />}
      {first &&
        rows.length === 0 &&
        (isNarrowed ? <NothingFound onClear={() => void navigate({ to: '.', search: {} })} /> : <NothingYet />)}
      {rows.length > 0 && (
        <DataTable
          caption={t('title')}
          rows={rows}
          columns={drawn}
          idOf={({ id }) => id}
          nameOf={nameOf}
          onOpen={({ id }) => void navigate({ to: '/interactions/$id', params: { id }, search: q ? { q } : {} })}
          sort={sortOf(sort)}
          onSort={({ by, isDescending }) => void set({ sort: `${isDescending ? '-' : ''}${by}` }, { push: true })}
          list={`${q} ${filter} ${sort}`}
          height="max(20rem, calc(100dvh - 14rem))"
          picking={may('calls:annotate') ? { picked, onPick: setPicked } : undefined}
          onMore={more}
        />
      )}
    </Page>
  )
}

const sortOf = (text: string): Sort => ({ by: text.replace(/^-/, ''), isDescending: text.startsWith('-') })

/** What arrives and changes is shown by itself, at most every two seconds however much arrives. */
function useFresh(pages: number) {
  const client = useQueryClient()
  // All pages that are open are read again: whoever has gone far down waits longer.
  const waitMs = renewMs * Math.ceil(pages / pagesPerWait)
  const renew = useThrottledCallback(() => void client.invalidateQueries({ queryKey: ['interactions'] }), waitMs)
  useLive(['call.*', 'chat.*'], renew)
}

function Count({ total, isExact }: { total: number | null; isExact: boolean }) {
  const { t } = useTranslation('interactions')
  if (total === null) return null
  return <span role="status">{t(isExact ? 'count' : 'countAtLeast', { count: total })}</span>
}

function NothingFound({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation('interactions')
  return (
    <Blank title={t('nothing.title')} action={<Button onClick={onClear}>{t('clearFilters')}</Button>}>
      {t('nothing.text')}
    </Blank>
  )
}

function NothingYet() {
  const { t } = useTranslation('interactions')
  const may = useMay()
  return (
    <Blank
      title={t('blank.title')}
      icon={IconUpload}
      action={
        may('calls:write') && (
          <Group>
            <Button component={Link} to="/upload">
              {t('blank.upload')}
            </Button>
          </Group>
        )
      }
    >
      <Text>{t('blank.text')}</Text>
    </Blank>
  )
}
