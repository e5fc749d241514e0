// Tells the server every minute that this watcher is there and how it is doing. What becomes of silence is the server's
// business.

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Door } from './door.ts'
import { isText } from './upload.ts'

export type Facts = {
  waiting: number
  sent: number
  refused: number
  lastError: string | null
  oldestWaitingS: number | null
}

export type Contact = {
  /** @throws Trouble */
  say(): Promise<void>
  /** As the server calls it; null until it was heard. */
  readonly id: string | null
}

const errorCharsMax = 2000

export function contact(input: {
  door: Door
  name: string
  folder: string
  isOnce: boolean
  facts: () => Facts
}): Contact {
  const { door, name, folder, isOnce } = input
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'))
  let id: string | null = null
  return {
    get id() {
      return id
    },
    async say() {
      const { waiting, sent, refused, lastError, oldestWaitingS } = input.facts()
      const reply = await door.ask({
        method: 'PUT',
        path: `/v1/watchers/${encodeURIComponent(name)}`,
        json: {
          host: hostname() || 'unknown',
          folder,
          version,
          once: isOnce,
          waiting,
          sent,
          refused,
          last_error: lastError?.slice(0, errorCharsMax) ?? null,
          oldest_waiting_s: oldestWaitingS,
        },
      })
      const { watcher_id: given } = (reply.body ?? {}) as { watcher_id?: unknown }
      if (isText(given)) id = given
    },
  }
}
