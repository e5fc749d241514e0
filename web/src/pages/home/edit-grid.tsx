// The widgets while the board is changed: dragged with pointer or keyboard, moved and sized by buttons, removed.

import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, useSortable } from '@dnd-kit/sortable'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconArrowLeft,
  IconArrowRight,
  IconArrowsMove,
  IconDimensions,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cellOf } from './board-grid.tsx'
import { laidOut, type SizeName, sizeNameOf, sizeNames, sizesOf } from './layout.ts'
import type { Widget } from './queries.ts'

export type Acts = {
  onMove: (from: number, to: number) => void
  onSize: (id: string, size: Widget['size']) => void
  onEdit: (widget: Widget) => void
  onRemove: (widget: Widget) => void
}

const still = () => null

export function EditGrid({
  widgets,
  nameOf,
  acts,
  children,
}: {
  widgets: readonly Widget[]
  nameOf: (widget: Widget) => string
  acts: Acts
  children: (widget: Widget) => ReactNode
}) {
  const { t } = useTranslation('home')
  const [dragged, setDragged] = useState<Widget | null>(null)
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const placeOf = (id: unknown) => widgets.findIndex((one) => one.id === id)
  const told = (id: unknown) => {
    const at = placeOf(id)
    return { name: at < 0 ? '' : nameOf(widgets[at] as Widget), place: at + 1, count: widgets.length }
  }
  const drop = ({ active, over }: DragEndEvent) => {
    setDragged(null)
    if (over && over.id !== active.id) acts.onMove(placeOf(active.id), placeOf(over.id))
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragStart={({ active }) => setDragged(widgets[placeOf(active.id)] ?? null)}
      onDragCancel={() => setDragged(null)}
      onDragEnd={drop}
      accessibility={{
        screenReaderInstructions: { draggable: t('drag.how') },
        announcements: {
          onDragStart: ({ active }) => t('drag.begun', told(active.id)),
          // Over its own place right after it was picked up: that has been said.
          onDragOver: ({ active, over }) =>
            !over
              ? t('drag.nowhere')
              : over.id === active.id
                ? undefined
                : t('drag.over', { ...told(over.id), name: told(active.id).name }),
          onDragEnd: ({ active, over }) =>
            over ? t('drag.done', { ...told(over.id), name: told(active.id).name }) : t('drag.cancelled'),
          onDragCancel: () => t('drag.cancelled'),
        },
      }}
    >
      <SortableContext items={widgets.map(({ id }) => id)} strategy={still}>
        <div className="board">
          <ul className="board-grid">
            {laidOut(widgets).map((widget, index) => (
              <EditCell
                key={widget.id}
                widget={widget}
                name={nameOf(widget)}
                index={index}
                count={widgets.length}
                acts={acts}
              >
                {children(widget)}
              </EditCell>
            ))}
          </ul>
        </div>
      </SortableContext>
      <DragOverlay dropAnimation={null}>
        {dragged && <div className="widget widget-dragged">{nameOf(dragged)}</div>}
      </DragOverlay>
    </DndContext>
  )
}

function EditCell({
  widget,
  name,
  index,
  count,
  acts,
  children,
}: {
  widget: Widget
  name: string
  index: number
  count: number
  acts: Acts
  children: ReactNode
}) {
  const { t } = useTranslation('home')
  const { setNodeRef, attributes, listeners, isDragging, isOver, activeIndex } = useSortable({ id: widget.id })
  const { className, ...cell } = cellOf(widget)
  const side = isOver && activeIndex !== index ? (activeIndex < index ? 'after' : 'before') : undefined
  const act = (label: string, icon: ReactNode, run: () => void, disabled = false) => (
    <Tooltip label={label}>
      <ActionIcon
        size={28}
        variant="subtle"
        color="gray"
        aria-label={`${label}: ${name}`}
        disabled={disabled}
        onClick={run}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
  return (
    <li ref={setNodeRef} className={className} {...cell} data-dragged={isDragging || undefined} data-drop={side}>
      <div className="widget-tools" role="toolbar" aria-label={t('widget.tools', { name })}>
        <Tooltip label={t('widget.drag')}>
          <ActionIcon
            size={28}
            variant="subtle"
            color="gray"
            className="widget-handle"
            {...attributes}
            {...listeners}
            aria-label={`${t('widget.drag')}: ${name}`}
          >
            <IconArrowsMove size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {act(
          t('widget.earlier'),
          <IconArrowLeft size={16} aria-hidden />,
          () => acts.onMove(index, index - 1),
          index === 0,
        )}
        {act(
          t('widget.later'),
          <IconArrowRight size={16} aria-hidden />,
          () => acts.onMove(index, index + 1),
          index === count - 1,
        )}
        <SizeMenu widget={widget} name={name} onSize={(size) => acts.onSize(widget.id, size)} />
        {act(t('widget.edit'), <IconPencil size={16} aria-hidden />, () => acts.onEdit(widget))}
        {act(t('widget.remove'), <IconTrash size={16} aria-hidden />, () => acts.onRemove(widget))}
      </div>
      {children}
    </li>
  )
}

function SizeMenu({ widget, name, onSize }: { widget: Widget; name: string; onSize: (size: Widget['size']) => void }) {
  const { t } = useTranslation('home')
  const now = sizeNameOf(widget)
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon
          size={28}
          variant="subtle"
          color="gray"
          title={t('widget.size')}
          aria-label={`${t('widget.size')}: ${name}`}
        >
          <IconDimensions size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={now} onChange={(size) => onSize(sizesOf(widget.chart)[size as SizeName])}>
          {sizeNames.map((size) => (
            <Menu.RadioItem key={size} value={size} closeMenuOnClick>
              {t(`size.${size}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
