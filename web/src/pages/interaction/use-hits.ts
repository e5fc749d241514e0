// What is searched for within one conversation, in order, and at which of it the person is. The server finds it, in the
// language of the list's search.

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { asFailure } from '../../api/failure.ts'
import { type Conversation, searchQuery } from './queries.ts'
import type { Range } from './text-pieces.ts'

type Found = { turnId: string; turnIndex: number; start: number; end: number }

export type Hits = {
  count: number
  isComplete: boolean
  isBusy: boolean
  failure: string | null
  /** 0-based; meaningful where there are some. */
  at: number
  current: Found | undefined
  move: (by: 1 | -1) => void
  of: (turnId: string) => readonly Range[]
}

const none: readonly Range[] = []

export function useHits({ id, transcript }: Pick<Conversation, 'id' | 'transcript'>, q: string): Hits {
  const { data, isFetching, error } = useQuery(searchQuery(id, q, transcript?.revision ?? 0))
  const [at, setAt] = useState(0)
  const found = useMemo(() => {
    const byId = new Map(transcript?.turns.map((turn, index) => [turn.id, { text: turn.text, index }]))
    return (data?.hits ?? []).flatMap(({ turn_id, text, matches }): Found[] => {
      const turn = byId.get(turn_id)
      if (!turn) return []
      // The server may have sent a part of a long turn.
      const from = Math.max(0, turn.text.indexOf(text))
      return matches.map(({ start, end }) => ({
        turnId: turn_id,
        turnIndex: turn.index,
        start: from + start,
        end: from + end,
      }))
    })
  }, [data, transcript])
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words begin at their first hit
  useEffect(() => setAt(0), [q])
  const current = q.trim() === '' ? undefined : found[Math.min(at, found.length - 1)]
  const byTurn = useMemo(() => {
    const map = new Map<string, Range[]>()
    if (q.trim() === '') return map
    for (const one of found) {
      const range: Range = { start: one.start, end: one.end, mark: one === current ? 'current' : 'hit' }
      map.set(one.turnId, [...(map.get(one.turnId) ?? []), range])
    }
    return map
  }, [found, current, q])
  return {
    count: q.trim() === '' ? 0 : found.length,
    isComplete: data?.is_complete ?? true,
    isBusy: isFetching,
    failure: error ? asFailure(error).message : null,
    at: Math.min(at, Math.max(0, found.length - 1)),
    current,
    move: (by) => setAt((before) => (found.length === 0 ? 0 : (before + by + found.length) % found.length)),
    of: (turnId) => byTurn.get(turnId) ?? none,
  }
}
