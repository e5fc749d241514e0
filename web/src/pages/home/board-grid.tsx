// The widgets of a board on their twelve columns; under each other where there is no room.

import type { CSSProperties, ReactNode } from 'react'
import { inOrder, laidOut } from './layout.ts'
import type { Widget as WidgetOf } from './queries.ts'

export function BoardGrid({
  widgets,
  children,
}: {
  widgets: readonly WidgetOf[]
  children: (widget: WidgetOf) => ReactNode
}) {
  return (
    <div className="board">
      <ul className="board-grid">
        {inOrder(laidOut(inOrder(widgets))).map((widget) => (
          <li key={widget.id} {...cellOf(widget)}>
            {children(widget)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Of a list item: where it lies, for the style sheet. */
export const cellOf = ({ position: { x, y }, size: { w, h }, chart }: WidgetOf) => ({
  className: 'board-cell',
  'data-narrow': w <= 4 || undefined,
  'data-card': chart === 'card' || undefined,
  style: { '--x': x + 1, '--y': y + 1, '--w': w, '--h': h } as CSSProperties,
})
