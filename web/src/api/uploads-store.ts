// What is being uploaded, for every page: it goes on while one looks elsewhere. How it is sent is pages/upload/send.ts.

import { useSyncExternalStore } from 'react'

export type UploadState = 'waiting' | 'sending' | 'paused' | 'sent' | 'failed'

export type Upload = {
  id: string
  name: string
  sizeBytes: number
  sentBytes: number
  state: UploadState
  /** Why it failed, in the server's words. */
  reason: string | null
  /** The bulk load that it belongs to, once that is known. */
  jobId: string | null
}

const watchers = new Set<() => void>()
let uploads: readonly Upload[] = []

function set(next: readonly Upload[]) {
  uploads = next
  for (const watcher of watchers) watcher()
}

export const addUploads = (more: Upload[]) => set([...uploads, ...more])
export const removeUploads = (wanted: (one: Upload) => boolean) => set(uploads.filter((one) => !wanted(one)))
export const changeUpload = (id: string, change: Partial<Upload>) =>
  set(uploads.map((one) => (one.id === id ? { ...one, ...change } : one)))

export const isOnItsWay = ({ state }: Upload): boolean =>
  state === 'waiting' || state === 'sending' || state === 'paused'

const watch = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export const useUploads = (): readonly Upload[] => useSyncExternalStore(watch, () => uploads)
export const currentUploads = (): readonly Upload[] => uploads
