// The token that what changes something must carry, and whether the session has ended under the open page. Kept outside of
// React, since the client of the API needs both.

import { useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
let token = ''
let hasEnded = false

const tell = () => {
  for (const watcher of watchers) watcher()
}

export const csrfToken = (): string => token

export function noticeSession(csrf: string) {
  token = csrf
  hasEnded = false
  tell()
}

export function noticeSessionEnd() {
  if (!token || hasEnded) return
  hasEnded = true
  tell()
}

const watch = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export const useSessionHasEnded = (): boolean => useSyncExternalStore(watch, () => hasEnded)
