// Whether the server answers. While it does not, it is asked now and then, and the page goes on by itself when it is back.

import { useSyncExternalStore } from 'react'

const everyMs = 3000
const watchers = new Set<() => void>()
let isAway = false
let timer: ReturnType<typeof setTimeout> | undefined

function set(away: boolean) {
  if (away === isAway) return
  isAway = away
  for (const watcher of watchers) watcher()
}

export function noticeAnswer() {
  clearTimeout(timer)
  timer = undefined
  set(false)
}

export function noticeSilence() {
  set(true)
  timer ??= setTimeout(async () => {
    timer = undefined
    const answer = await fetch('/healthz').catch(() => null)
    if (answer?.ok) noticeAnswer()
    else noticeSilence()
  }, everyMs)
}

const watch = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export const useServerIsAway = (): boolean => useSyncExternalStore(watch, () => isAway)
