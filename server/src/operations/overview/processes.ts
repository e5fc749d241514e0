// Which processes of the program there are: each says every few seconds that it lives, and how it fares. What is asked of
// one of them is answered for all.

import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'

const beatMs = 10_000
const aliveS = 35
/** What died without a word is shown for so long. */
const shownS = 3600

/** Since it started, of the requests that this process answered. */
export type Answered = { requests: number; refused_by_limits: number; errors: number }

export type ProcessFacts = {
  host: string
  pid: number
  serves: boolean
  works: boolean
  version: string
  node_version: string
  speech_engine: string | null
  language_engine: string
  memory_bytes: number
  /** Of the data folder; null where it cannot be told. */
  disk_free_bytes: number | null
  disk_size_bytes: number | null
} & Answered

export type Process = ProcessFacts & {
  id: string
  started_at: Date
  seen_at: Date
  uptime_s: number
  is_alive: boolean
}

/** What a process knows of itself from its start on. */
export type Own = Pick<ProcessFacts, 'serves' | 'works' | 'version' | 'speech_engine' | 'language_engine'>

export async function startHeartbeat(input: {
  db: Db
  log: Log
  dataDir: string
  own: Own
  answered: Answered
}): Promise<{ stop(): Promise<void> }> {
  const { db, log, own } = input
  const id = newId()
  const startedAt = new Date(Date.now() - process.uptime() * 1000)
  const beat = async () => {
    const facts: ProcessFacts = {
      host: hostname(),
      pid: process.pid,
      ...own,
      node_version: process.versions.node,
      memory_bytes: process.memoryUsage.rss(),
      ...(await diskOf(input.dataDir)),
      ...input.answered,
    }
    await sql`
      insert into processes (id, started_at, facts) values (${id}, ${startedAt}, ${JSON.stringify(facts)}::jsonb)
      on conflict (id) do update set seen_at = now(), facts = excluded.facts`.execute(db)
    await sql`delete from processes where seen_at < now() - make_interval(secs => ${shownS})`.execute(db)
  }
  await beat()
  let last: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    last = beat().catch((err) => log.warn({ err }, 'a process could not say that it lives'))
  }, beatMs)
  return {
    async stop() {
      clearInterval(timer)
      await last
      // Where the database is gone nobody is shown anything either.
      await sql`delete from processes where id = ${id}`.execute(db).catch(() => undefined)
    },
  }
}

async function diskOf(dir: string): Promise<Pick<ProcessFacts, 'disk_free_bytes' | 'disk_size_bytes'>> {
  try {
    const { bsize, bavail, blocks } = await statfs(dir)
    return { disk_free_bytes: bsize * bavail, disk_size_bytes: bsize * blocks }
  } catch {
    return { disk_free_bytes: null, disk_size_bytes: null }
  }
}

/** The longest running first. */
export async function listProcesses(db: Db): Promise<Process[]> {
  const { rows } = await sql<Omit<Process, keyof ProcessFacts> & { facts: ProcessFacts }>`
    select id, started_at, seen_at, facts, extract(epoch from seen_at - started_at)::float8 as uptime_s,
      seen_at > now() - make_interval(secs => ${aliveS}) as is_alive
    from processes order by started_at, id`.execute(db)
  return rows.map(({ facts, ...row }) => ({ ...row, ...facts, uptime_s: Math.round(row.uptime_s) }))
}
