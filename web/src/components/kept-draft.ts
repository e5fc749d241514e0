// What somebody has typed and not sent: kept in this browser's tab until it is sent or thrown away.

import { useState } from 'react'

const prefix = 'indaba.draft.'

export const keptDraft = <T>(key: string): T | null => {
  const text = sessionStorage.getItem(prefix + key)
  return text === null ? null : (JSON.parse(text) as T)
}

export function keepDraft(key: string, value: unknown): void {
  if (value === null) sessionStorage.removeItem(prefix + key)
  else sessionStorage.setItem(prefix + key, JSON.stringify(value))
}

/** State that is still there when its part of the page comes back. Null forgets it. */
export function useKeptDraft<T>(key: string, first: T): [T, (value: T) => void, () => void] {
  const [value, setValue] = useState<T>(() => keptDraft<T>(key) ?? first)
  const set = (next: T) => {
    setValue(next)
    keepDraft(key, next)
  }
  const forget = () => {
    setValue(first)
    keepDraft(key, null)
  }
  return [value, set, forget]
}
