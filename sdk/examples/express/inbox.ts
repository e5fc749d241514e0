// What has come in, on disk: written before the sender is answered, worked off afterwards, kept for as long as it may come
// again. One process works on one inbox. What is done with an event is told by the program.

import { DatabaseSync } from 'node:sqlite'
import type { Webhook, WebhookEvent } from '@indaba/sdk'

export type Inbox = {
  /** False: it had come before. */
  add(webhook: Webhook): boolean
  /** Works off what is there and what comes, one at a time, lowest `seq` first. Ends when `signal` does. */
  work(handle: (event: WebhookEvent) => Promise<void>, signal: AbortSignal): Promise<void>
  close(): void
}

/** Longer than an event can be repeated: held events and dead letters are sent again within 30 days. */
const keptMs = 35 * 86_400_000
const waitMsMax = 15 * 60_000

export function openInbox(path: string): Inbox {
  const db = new DatabaseSync(path)
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table if not exists inbox (
      id text primary key,
      seq integer not null,
      event text not null,
      tries integer not null default 0,
      next_at_ms real not null,
      done_at_ms real,
      error text
    );
    create index if not exists inbox_open on inbox (seq) where done_at_ms is null;
  `)
  const insert = db.prepare('insert into inbox (id, seq, event, next_at_ms) values (?, ?, ?, ?) on conflict do nothing')
  const next = db.prepare(
    'select id, event, tries from inbox where done_at_ms is null and next_at_ms <= ? order by seq limit 1',
  )
  const finish = db.prepare('update inbox set done_at_ms = ?, error = null where id = ?')
  const putOff = db.prepare('update inbox set tries = tries + 1, next_at_ms = ?, error = ? where id = ?')
  const forget = db.prepare('delete from inbox where done_at_ms < ?')
  let wake = () => {}

  const workOne = async (handle: (event: WebhookEvent) => Promise<void>): Promise<boolean> => {
    const row = next.get(Date.now())
    if (!row) return false
    const { id, event, tries } = row as { id: string; event: string; tries: number }
    try {
      await handle(JSON.parse(event))
      finish.run(Date.now(), id)
    } catch (error) {
      const waitMs = Math.min(waitMsMax, 1000 * 2 ** tries)
      console.error(`event ${id} is tried again in ${waitMs / 1000} s: ${error}`)
      putOff.run(Date.now() + waitMs, String(error), id)
    }
    return true
  }

  return {
    add({ id, event }) {
      const { changes } = insert.run(id, event.seq ?? 0, JSON.stringify(event), Date.now())
      wake()
      return changes === 1
    },
    async work(handle, signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        if (await workOne(handle)) continue
        forget.run(Date.now() - keptMs)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
    close: () => db.close(),
  }
}
