// Sends each new recording of a folder, once, and follows it until it is analysed. For a recorder in daily use there is
// `indaba watch`, which does more; this shows the calls. Usage: INDABA_URL, INDABA_API_KEY, RECORDINGS (a folder) and
// UPLOADS (a file of SQLite, which remembers what was sent).

import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, indabaApi } from '@indaba/sdk'
import { setting } from '../settings.ts'

const folder = setting('RECORDINGS')
const indaba = indabaApi({ url: setting('INDABA_URL'), key: setting('INDABA_API_KEY') })
/** A recorder writes for minutes: what has changed lately may not be complete. */
const settleMs = Number(process.env.SETTLE_MS ?? 10_000)
const pollMs = Number(process.env.POLL_MS ?? 5_000)

const db = new DatabaseSync(setting('UPLOADS'))
db.exec(`create table if not exists uploads (
  path text, changed_at_ms real, call_id text, status text, reason text, primary key (path, changed_at_ms)
)`)
const known = db.prepare('select 1 from uploads where path = ? and changed_at_ms = ?')
const note = db.prepare('insert into uploads values (?, ?, ?, ?, ?)')
const open = db.prepare("select distinct call_id from uploads where status not in ('completed', 'failed', 'refused')")
const setStatus = db.prepare('update uploads set status = ?, reason = ? where call_id = ?')

for (;;) {
  // Nothing is lost by a failure: what is not written down as sent is tried again.
  await round().catch((error) => console.error(`tried again in ${pollMs / 1000} s: ${error}`))
  await delay(pollMs)
}

async function round(): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (!/\.(wav|mp3|ogg|flac|m4a)$/i.test(name)) continue
    const { mtimeMs, size } = await stat(path)
    if (size > 0 && Date.now() - mtimeMs >= settleMs && !known.get(path, mtimeMs)) await send(path, mtimeMs)
  }
  for (const { call_id } of open.all() as { call_id: string }[]) await follow(call_id)
}

async function send(path: string, changedAtMs: number): Promise<void> {
  const hash = createHash('sha256').update(basename(path))
  await pipeline(createReadStream(path), hash)
  const form = new FormData()
  for (const [field, value] of Object.entries(describe(basename(path)))) form.set(field, value)
  form.set('file', await openAsBlob(path), basename(path))
  try {
    // The same recording under the same key is taken in once, also when we are stopped before we could note it.
    const { call_id } = await indaba.post<{ call_id: string }>('/v1/calls/upload', form, hash.digest('hex'))
    note.run(path, changedAtMs, call_id, 'sent', null)
    tell({ sent: basename(path), call_id })
  } catch (error) {
    // These say that the file is not right, and it will not be right the next time.
    if (!(error instanceof ApiError) || ![400, 409, 413, 415, 422].includes(error.status)) throw error
    note.run(path, changedAtMs, null, 'refused', error.message)
    tell({ refused: basename(path), reason: error.message })
  }
}

async function follow(callId: string): Promise<void> {
  const call = await indaba.get<{ status: string; failure: { reason: string } | null }>(`/v1/conversations/${callId}`)
  const status = call?.status ?? 'failed'
  const reason = call ? (call.failure?.reason ?? null) : 'It was deleted.'
  setStatus.run(status, reason, callId)
  if (status === 'completed' || status === 'failed') tell({ call_id: callId, status, reason })
}

/** What the name says: `thandi@example.com_20261121-093000_4711.wav`. Change it to how your recorder names its files. */
function describe(name: string): Record<string, string> {
  const found = /^(?<agent>[^_]+)_(?<date>\d{8})-(?<hh>\d\d)(?<mm>\d\d)(?<ss>\d\d)_(?<number>\w+)\./.exec(name)?.groups
  if (!found) return {}
  const { agent = '', date = '', hh, mm, ss, number = '' } = found
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
  return { agent_email: agent, call_date: `${day}T${hh}:${mm}:${ss}`, interaction_id: number }
}

function tell(what: object): void {
  console.log(JSON.stringify(what))
}
