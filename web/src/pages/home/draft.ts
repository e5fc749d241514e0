// A board that is being changed: what differs from what the server has, step by step back, kept while the tab is open.

import { useState } from 'react'
import { inOrder } from './layout.ts'
import type { Board, Widget } from './queries.ts'

export type Draft = { name: string; widgets: Widget[] }
type Kept = { revision: number; draft: Draft }

const stepsMax = 50
const placeOf = (id: string) => `indaba.board.${id}`
export const draftOf = (board: Board): Draft => ({ name: board.name, widgets: inOrder(board.widgets) })

function keptOf(id: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(id)) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

function keep(id: string, kept: Kept | null) {
  try {
    if (kept) sessionStorage.setItem(placeOf(id), JSON.stringify(kept))
    else sessionStorage.removeItem(placeOf(id))
  } catch {
    // Private windows may refuse: then the guard alone protects what is unsaved.
  }
}

export function useBoardDraft(board: Board) {
  const [kept] = useState(() => keptOf(board.id))
  const [revision, setRevision] = useState(kept?.revision ?? board.revision)
  const [steps, setSteps] = useState<Draft[]>([kept?.draft ?? draftOf(board)])
  const [before, setBefore] = useState(() => draftOf(board))
  const draft = steps.at(-1) as Draft
  const isDirty = JSON.stringify(draft) !== JSON.stringify(before)
  const show = (next: Draft[]) => {
    setSteps(next)
    keep(board.id, { revision, draft: next.at(-1) as Draft })
  }
  const change = (work: (now: Draft) => Partial<Draft>) =>
    show([...steps.slice(-stepsMax), { ...draft, ...work(draft) }])
  return {
    draft,
    isDirty,
    /** The version that the draft began with, for `If-Match`. */
    revision,
    wasKept: kept !== null,
    canUndo: steps.length > 1,
    change,
    /** While somebody types, one step and not one a letter. */
    rename: (name: string) => {
      const last = steps.at(-2)
      const isTyping =
        last && JSON.stringify(last.widgets) === JSON.stringify(draft.widgets) && last.name !== draft.name
      show([...(isTyping ? steps.slice(0, -1) : steps), { ...draft, name }])
    },
    undo: () => steps.length > 1 && show(steps.slice(0, -1)),
    forget: () => keep(board.id, null),
    /** Somebody else's version, in place of the draft. */
    restart(now: Board) {
      keep(board.id, null)
      setRevision(now.revision)
      setBefore(draftOf(now))
      setSteps([draftOf(now)])
    },
  }
}

export const freshId = (widgets: readonly Widget[]): string => {
  const taken = new Set(widgets.map(({ id }) => id))
  let number = widgets.length + 1
  while (taken.has(`w${number}`)) number += 1
  return `w${number}`
}
