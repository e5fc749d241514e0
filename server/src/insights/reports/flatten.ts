// Nested metadata as flat names and plain values, bounded: `{order: {id: 7}}` is `order.id`. Lists stay one value.

import type { Cell } from './columns.ts'

const depthMax = 4
const keysOfOneMax = 500

export function flatten(metadata: Record<string, unknown>): Map<string, Cell> {
  const flat = new Map<string, Cell>()
  const walk = (value: unknown, path: string, depth: number) => {
    if (flat.size >= keysOfOneMax) return
    if (typeof value !== 'object' || value === null) {
      flat.set(path, value === undefined ? null : (value as Cell))
      return
    }
    const entries = Object.entries(value)
    if (Array.isArray(value) || depth >= depthMax || entries.length === 0) flat.set(path, JSON.stringify(value))
    else for (const [key, inner] of entries) walk(inner, `${path}.${key}`, depth + 1)
  }
  for (const [key, value] of Object.entries(metadata)) walk(value, key, 1)
  return flat
}

const keptKeysMax = 10_000
/** More columns than anybody reads; what comes more often goes first. */
const columnsMax = 300

/** Gathers the names that metadata of many conversations has. */
export function keyCounter() {
  const counts = new Map<string, number>()
  return {
    add(metadata: Record<string, unknown>) {
      for (const key of flatten(metadata).keys()) {
        const count = counts.get(key)
        if (count !== undefined) counts.set(key, count + 1)
        else if (counts.size < keptKeysMax) counts.set(key, 1)
      }
    },
    /** @returns by name; `left` of them have no column */
    keys(): { keys: string[]; left: number } {
      const byCount = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      const keys = byCount.slice(0, columnsMax).map(([key]) => key)
      return { keys: keys.sort(), left: counts.size - keys.length }
    },
  }
}
