// Where widgets lie on the grid of twelve columns: from left to right and from the top, each in the first place it fits.

import type { Widget } from './queries.ts'

const columns = 12

export type Size = Widget['size']
export const sizeNames = ['small', 'medium', 'wide', 'tall'] as const
export type SizeName = (typeof sizeNames)[number]

const ofCards: Record<SizeName, Size> = {
  small: { w: 3, h: 2 },
  medium: { w: 4, h: 2 },
  wide: { w: 6, h: 2 },
  tall: { w: 3, h: 4 },
}
const ofCharts: Record<SizeName, Size> = {
  small: { w: 4, h: 4 },
  medium: { w: 6, h: 4 },
  wide: { w: 12, h: 5 },
  tall: { w: 6, h: 8 },
}

export const sizesOf = (chart: Widget['chart']): Record<SizeName, Size> => (chart === 'card' ? ofCards : ofCharts)

export const sizeNameOf = ({ chart, size }: Pick<Widget, 'chart' | 'size'>): SizeName | null =>
  sizeNames.find((name) => sizesOf(chart)[name].w === size.w && sizesOf(chart)[name].h === size.h) ?? null

/** In the order in which they are read. */
export const inOrder = (widgets: readonly Widget[]): Widget[] =>
  widgets.toSorted((one, other) => one.position.y - other.position.y || one.position.x - other.position.x)

/** As they come, without gaps where one would fit: none lies over another. */
export function laidOut(widgets: readonly Widget[]): Widget[] {
  const taken: boolean[][] = []
  const isFree = (x: number, y: number, { w, h }: Size) => {
    for (let row = y; row < y + h; row++) for (let at = x; at < x + w; at++) if (taken[row]?.[at]) return false
    return true
  }
  return widgets.map((widget) => {
    const size = { w: Math.min(columns, widget.size.w), h: widget.size.h }
    let [x, y] = [0, 0]
    while (!isFree(x, y, size)) {
      x += 1
      if (x + size.w > columns) [x, y] = [0, y + 1]
    }
    for (let row = y; row < y + size.h; row++) {
      taken[row] ??= []
      for (let at = x; at < x + size.w; at++) (taken[row] as boolean[])[at] = true
    }
    return { ...widget, position: { x, y } }
  })
}
