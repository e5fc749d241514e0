// Tells whether a listening connection still hears: that it is answered, and that notifications come through at all, which
// a pooler between it and PostgreSQL may swallow.

import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Log } from '../log.ts'

/** Unanswered for so long, a connection is given up and made anew. */
const stalledMs = 5000

export type Pulse = {
  /** By `performance.now()`: whatever was announced before this moment has been heard. */
  heardAt(): number
  stop(): void
}

/** `client` listens to `channel` already. Sends itself one notification, then asks every `everyMs` milliseconds. */
export function startPulse(client: pg.Client, channel: string, everyMs: number, log: Log): Pulse {
  const probe = `probe ${randomUUID()}`
  const startedAt = performance.now()
  let isProven = false
  let isWarned = false
  let heardAt = Number.NEGATIVE_INFINITY
  let askedAt: number | null = null
  client.on('notification', ({ payload }) => {
    if (payload === probe) isProven = true
  })
  client.query('select pg_notify($1, $2)', [channel, probe]).catch(() => {})

  const timer = setInterval(async () => {
    const now = performance.now()
    if (!isProven && !isWarned && now - startedAt > stalledMs) {
      log.warn({ channel }, 'notifications of PostgreSQL do not arrive (a pooler?); asking every second instead')
      isWarned = true
    }
    if (askedAt !== null) {
      if (now - askedAt > stalledMs) client.end().catch(() => {})
      return
    }
    askedAt = now
    try {
      await client.query('select 1')
      if (isProven) heardAt = now
    } catch {
      // The connection has ended, which its listener hears.
    }
    askedAt = null
  }, everyMs)
  timer.unref()
  return { heardAt: () => heardAt, stop: () => clearInterval(timer) }
}
