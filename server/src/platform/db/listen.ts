// Hears PostgreSQL's notifications on one channel the moment they are committed. Reconnects by itself; whoever listens
// must also poll, since what was said during a gap is lost.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'

const reconnectMs = 1000

export function listenTo(
  url: string,
  channel: string,
  onNotice: (payload: string) => void,
  log: Log,
): { stop(): Promise<void> } {
  const stopped = new AbortController()
  let client: pg.Client | undefined
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      client = new pg.Client({ connectionString: url, application_name: 'indaba-listen', keepAlive: true })
      // A connection may break with more than one error; each one that nobody hears would end the program.
      const closed = new Promise<void>((resolve) => client?.once('end', resolve).on('error', () => resolve()))
      client.on('notification', ({ payload }) => onNotice(payload ?? ''))
      try {
        await client.connect()
        await client.query(`listen ${channel}`)
        await closed
      } catch (err) {
        if (!stopped.signal.aborted) log.warn({ err, channel }, 'not listening; polling goes on')
      }
      await client.end().catch(() => {})
      await delay(reconnectMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await client?.end().catch(() => {})
      await loop
    },
  }
}
