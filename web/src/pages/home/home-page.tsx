// Home: a board of figures, each of which opens the conversations behind it. Which board, which days and which filters
// stand in the address.

import { Button, Skeleton } from '@mantine/core'
import { useThrottledCallback } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useContext, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../../api/live.ts'
import { useMay } from '../../api/session.ts'
import { useAddress } from '../../components/address.ts'
import { preparePlots } from '../../components/charts/chart.tsx'
import { ReaderContext, useFormats } from '../../components/figures.tsx'
import { Page } from '../../components/page.tsx'
import { Blank, Failed, NotAllowed, Waiting } from '../../components/states.tsx'
import { useBoardActs } from './board-acts.ts'
import { BoardFilters } from './board-filters.tsx'
import { BoardGrid } from './board-grid.tsx'
import { BoardMenu } from './board-menu.tsx'
import { BoardSwitcher } from './board-switcher.tsx'
import { type Days, dayOf, daysOf } from './periods.ts'
import { type Board, boardQuery, type Figures, figuresQuery, type Widget as WidgetOf } from './queries.ts'
import { questionsOf } from './questions.ts'
import { viewOf } from './view.ts'
import { Widget } from './widget.tsx'
import './home.css'
import './print.css'

// Whoever only looks does not wait for what dragging takes.
const BoardEditor = lazy(async () => ({ default: (await import('./board-editor.tsx')).BoardEditor }))

const freshMs = 15_000

export function HomePage() {
  const { t } = useTranslation('home')
  const { search } = useAddress()
  const may = useMay()
  const board = useQuery({ ...boardQuery(search.board), enabled: may('analytics:read') })
  useEffect(preparePlots, [])
  if (!may('analytics:read'))
    return (
      <Page title={t('title')}>
        <NotAllowed />
      </Page>
    )
  if (board.isError && !board.data)
    return (
      <Page title={t('title')}>
        <Failed error={board.error} retry={() => void board.refetch()} />
      </Page>
    )
  if (!board.data) return <WaitingBoard />
  return <ShownBoard key={board.data.body.id} board={board.data.body} />
}

function ShownBoard({ board }: { board: Board }) {
  const { t } = useTranslation('home')
  const { search, set } = useAddress()
  const acts = useBoardActs()
  const view = viewOf(board, search)
  const days = daysOf(view.period, dayOf(new Date(), useOrganisationZone()))
  const isEdited = search.edit === 'yes' && board.may_change
  const [drafted, setDrafted] = useState<WidgetOf[] | null>(null)
  const widgets = (isEdited && drafted) || board.widgets
  const figures = useQuery(figuresQuery(questionsOf(widgets, view, days)))
  useFresh()
  const edit = () =>
    board.may_change
      ? void set({ board: board.id, edit: 'yes' }, { push: true })
      : acts.copy.mutate({ id: board.id, name: t('boards.copyName', { name: board.name }), isEdited: true })
  const close = () => {
    setDrafted(null)
    void set({ edit: null })
  }
  return (
    <Page
      title={board.name}
      about={<AsOf figures={figures.data} days={days} isCompared={view.compare} />}
      actions={
        <>
          <BoardSwitcher board={board} />
          {!isEdited && (
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              loading={acts.copy.isPending}
              title={board.may_change ? undefined : t('edit.copiesFirst')}
              onClick={edit}
            >
              {t(board.may_change ? 'edit.begin' : 'edit.makeMine')}
            </Button>
          )}
          <BoardMenu board={board} view={view} figures={figures.data} />
        </>
      }
    >
      <BoardFilters view={view} days={days} onChange={(change) => void set(change)} />
      {figures.isError && <Failed error={figures.error} retry={() => void figures.refetch()} />}
      {isEdited ? (
        <Suspense fallback={<Waiting />}>
          <BoardEditor
            board={board}
            view={view}
            days={days}
            figures={figures.data}
            onWidgets={setDrafted}
            onClose={close}
          />
        </Suspense>
      ) : board.widgets.length === 0 ? (
        <Blank title={t('blank.title')} action={<Button onClick={edit}>{t('edit.begin')}</Button>}>
          {t('blank.text')}
        </Blank>
      ) : (
        <BoardGrid widgets={board.widgets}>
          {(widget) => <Widget widget={widget} figures={figures.data} view={view} days={days} />}
        </BoardGrid>
      )}
    </Page>
  )
}

/** Of which days the figures are, and how fresh they are. */
function AsOf({ figures, days, isCompared }: { figures: Figures | undefined; days: Days; isCompared: boolean }) {
  const { t } = useTranslation('home')
  const { locale } = useContext(ReaderContext)
  const { time } = useFormats()
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const [from, to] = [days.from, days.to].map((one) => new Date(`${one}T00:00:00Z`)) as [Date, Date]
  return (
    <span role="status">
      {[
        day.formatRange(from, to),
        ...(isCompared ? [t('compared')] : []),
        ...(figures?.asOf ? [t('asOf', { time: time(figures.asOf) })] : []),
        ...(figures?.isBehind ? [t('behind')] : []),
      ].join(' · ')}
    </span>
  )
}

function useOrganisationZone(): string {
  const { timeZone } = useContext(ReaderContext)
  // The frame of the page asks for it, where the reader may know it.
  const { data } = useQuery<{ settings?: { time_zone?: string } }>({ queryKey: ['organisation'], enabled: false })
  return data?.settings?.time_zone ?? timeZone
}

/** What is done with is counted by itself, at most every fifteen seconds. */
function useFresh() {
  const client = useQueryClient()
  const renew = useThrottledCallback(() => void client.invalidateQueries({ queryKey: ['boards', 'figures'] }), freshMs)
  useLive(['call.completed', 'chat.completed', 'call.failed', 'chat.failed', 'call.deleted', 'chat.deleted'], renew)
}

const waiting = [
  ...[3, 3, 3, 3].map((w, at) => ({ w, h: 2, x: at * 3, y: 0 })),
  ...[0, 6].map((x) => ({ w: 6, h: 4, x, y: 2 })),
]

function WaitingBoard() {
  const { t } = useTranslation(['home', 'shell'])
  return (
    <Page title={t('title')} about={<span role="status">{t('shell:state.loading')}</span>}>
      <Skeleton height={36} width="60%" />
      <div className="board" aria-hidden>
        <div className="board-grid">
          {waiting.map(({ w, h, x, y }) => (
            <Skeleton
              key={`${x} ${y}`}
              className="board-cell"
              data-card={h === 2 || undefined}
              style={{ '--x': x + 1, '--y': y + 1, '--w': w, '--h': h } as never}
            />
          ))}
        </div>
      </div>
    </Page>
  )
}
