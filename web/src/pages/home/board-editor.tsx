// A board while it is changed: its bar with undo, save and discard, its widgets, and what happens when somebody else
// has changed it meanwhile.

import { Alert, Button, Group, Paper, Text, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { mayLeave, say } from '../../components/actions.tsx'
import { Blank, Failed } from '../../components/states.tsx'
import { useBoardActs } from './board-acts.ts'
import { freshId, useBoardDraft } from './draft.ts'
import { EditGrid } from './edit-grid.tsx'
import { laidOut, sizesOf } from './layout.ts'
import { moved } from './order.ts'
import type { Days } from './periods.ts'
import { type Board, boardQuery, type Figures, type Widget as WidgetOf } from './queries.ts'
import type { View } from './view.ts'
import { titleOf, Widget } from './widget.tsx'
import { WidgetForm } from './widget-form.tsx'

const widgetsMax = 50

export function BoardEditor({
  board,
  view,
  days,
  figures,
  onWidgets,
  onClose,
}: {
  board: Board
  view: View
  days: Days
  figures: Figures | undefined
  /** Told what is shown now, so that its figures are asked for. */
  onWidgets: (widgets: WidgetOf[]) => void
  onClose: () => void
}) {
  const { t } = useTranslation('home')
  const client = useQueryClient()
  const acts = useBoardActs()
  const editing = useBoardDraft(board)
  const [open, setOpen] = useState<{ widget: WidgetOf; isNew: boolean } | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  const { draft, change, isDirty } = editing
  const { name, widgets } = draft
  const seen = { period: view.period, compare: view.compare, filters: view.filters }
  const isOther =
    JSON.stringify(seen) !== JSON.stringify({ period: board.period, compare: board.compare, filters: board.filters })
  const isLeaving = useGuard(isDirty, board.id)

  const show = (next: WidgetOf[]) => {
    change(() => ({ widgets: next }))
    setRemoved(null)
    onWidgets(next)
  }
  const nameOf = (widget: WidgetOf): string => {
    const answer = figures?.answers[widget.id]
    return answer && 'metrics' in answer ? titleOf(widget, answer.metrics) : (widget.title ?? widget.metrics.join(', '))
  }
  const leave = () => {
    isLeaving.current = true
    editing.forget()
    onClose()
  }
  const body = { name: name.trim(), widgets: laidOut(widgets), ...seen }
  const save = () =>
    acts.change.mutate(
      { id: board.id, revision: editing.revision, body },
      {
        onSuccess() {
          say(t('edit.saved', { name: body.name }))
          leave()
        },
      },
    )
  const failure = acts.change.error ? asFailure(acts.change.error) : null
  const reload = async () => {
    acts.change.reset()
    const now = await client.fetchQuery({ ...boardQuery(board.id), staleTime: 0 })
    editing.restart(now.body)
    onWidgets(now.body.widgets)
  }
  const keepMine = () => {
    isLeaving.current = true
    editing.forget()
    acts.create.mutate(
      { ...body, name: t('boards.copyName', { name: body.name }).slice(0, 120), isEdited: false },
      { onError: () => (isLeaving.current = false) },
    )
  }

  return (
    <>
      <Paper withBorder p="sm" className="edit-bar">
        <Group gap="sm" align="flex-end">
          <TextInput
            flex={1}
            miw={180}
            label={t('edit.name')}
            value={name}
            maxLength={120}
            error={name.trim() ? undefined : t('edit.nameless')}
            onChange={(event) => editing.rename(event.currentTarget.value)}
          />
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={widgets.length >= widgetsMax}
            onClick={() => setOpen({ widget: emptyWidget(widgets), isNew: true })}
          >
            {t('edit.add')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            disabled={!editing.canUndo}
            onClick={() => {
              editing.undo()
              setRemoved(null)
            }}
          >
            {t('edit.undo')}
          </Button>
          <Button variant="default" onClick={leave}>
            {t(isDirty ? 'edit.discard' : 'edit.close')}
          </Button>
          <Button onClick={save} loading={acts.change.isPending} disabled={!name.trim() || !(isDirty || isOther)}>
            {t('edit.save')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt={6} role="status">
          {removed
            ? t('edit.removed', { name: removed })
            : editing.wasKept && isDirty
              ? t('edit.kept')
              : isOther
                ? t('edit.withFilters')
                : t('edit.about')}
        </Text>
        {failure?.code.toLowerCase() === 'changed_meanwhile' ? (
          <Alert color="yellow" title={t('conflict.title')} mt="sm">
            <Text size="sm" mb="xs">
              {t('conflict.text')}
            </Text>
            <Group gap="xs">
              <Button size="xs" onClick={() => void reload()}>
                {t('conflict.reload')}
              </Button>
              <Button size="xs" variant="default" onClick={keepMine} loading={acts.create.isPending}>
                {t('conflict.copy')}
              </Button>
            </Group>
          </Alert>
        ) : (
          failure && <Failed error={failure} retry={save} />
        )}
      </Paper>
      {widgets.length === 0 && (
        <Blank
          title={t('blank.title')}
          action={
            <Button onClick={() => setOpen({ widget: emptyWidget(widgets), isNew: true })}>{t('edit.add')}</Button>
          }
        >
          {t('blank.text')}
        </Blank>
      )}
      <EditGrid
        widgets={widgets}
        nameOf={nameOf}
        acts={{
          onMove: (from, to) => show(moved(widgets, from, to)),
          onSize: (id, size) => show(widgets.map((one) => (one.id === id ? { ...one, size } : one))),
          onEdit: (widget) => setOpen({ widget, isNew: false }),
          onRemove(widget) {
            show(widgets.filter(({ id }) => id !== widget.id))
            setRemoved(nameOf(widget))
          },
        }}
      >
        {(widget) => <Widget widget={widget} figures={figures} view={view} days={days} />}
      </EditGrid>
      {open && (
        <WidgetForm
          {...open}
          view={view}
          days={days}
          onClose={() => setOpen(null)}
          onDone={(widget) => {
            show(open.isNew ? [...widgets, widget] : widgets.map((one) => (one.id === widget.id ? widget : one)))
            setOpen(null)
          }}
        />
      )}
    </>
  )
}

const emptyWidget = (widgets: readonly WidgetOf[]): WidgetOf => ({
  id: freshId(widgets),
  metrics: ['conversations'],
  chart: 'bar',
  group_by: ['day'],
  size: sizesOf('bar').medium,
  position: { x: 0, y: 0 },
})

/** Whoever leaves the board with something unsaved is asked first; looking at another period of it is no leaving. */
function useGuard(isDirty: boolean, boardId: string) {
  const { t } = useTranslation(['home', 'shell'])
  const isLeaving = useRef(false)
  useBlocker({
    disabled: !isDirty,
    enableBeforeUnload: () => isDirty && !isLeaving.current,
    async shouldBlockFn({ next }) {
      const search = next.search as Record<string, string | undefined>
      const stays = next.pathname.endsWith('/home') && search.edit === 'yes' && (search.board ?? boardId) === boardId
      return !stays && !isLeaving.current && !(await mayLeave(t('leave')))
    },
  })
  return isLeaving
}
