// Hears PostgreSQL's notifications on one channel the moment they are committed. Reconnects by itself; whoever listens
// must also poll, since what was said during a gap is lost.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'
import { type Pulse, startPulse } from './pulse.ts'

const reconnectMs = 1000

export type Listener = {
  /** By `performance.now()`: whatever was announced before this moment has been heard. Needs `pulseMs`. */
  heardAt(): number
  stop(): Promise<void>
}

/**
 * @param options.pulseMs how often to make sure that notifications come through
 * @param options.onGap something may have been missed: now is the time to forget, or to look
 */
export function listenTo(
  url: string,
  channel: string,
  onNotice: (payload: string) => void,
  log: Log,
  options: { pulseMs?: number; onGap?: () => void } = {},
): Listener {
  const stopped = new AbortController()
  let client: pg.Client | undefined
  let pulse: Pulse | undefined
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      client = new pg.Client({ connectionString: url, application_name: 'indaba-listen', keepAlive: true })
      // A connection may break with more than one error; each one that nobody hears would end the program.
      const closed = new Promise<void>((resolve) => client?.once('end', resolve).on('error', () => resolve()))
      client.on('notification', ({ payload }) => onNotice(payload ?? ''))
      try {
        // One that is ended while it connects never says so to who waits for the connection.
        await Promise.race([client.connect(), closed])
        await client.query(`listen ${channel}`)
        options.onGap?.()
        if (options.pulseMs) pulse = startPulse(client, channel, options.pulseMs, log)
        await closed
      } catch (err) {
        if (!stopped.signal.aborted) log.warn({ err, channel }, 'not listening; polling goes on')
      }
      pulse?.stop()
      pulse = undefined
      await client.end().catch(() => {})
      await delay(reconnectMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  return {
    heardAt: () => pulse?.heardAt() ?? Number.NEGATIVE_INFINITY,
    async stop() {
      stopped.abort()
      await client?.end().catch(() => {})
      await loop
    },
  }
}
