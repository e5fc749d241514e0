// Live streams over restarts of the server, of both kinds: stopped and killed, while others write events. Clients come back
// as browsers do, from the last id that they had.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openDb } from '../../src/platform/db/db.ts'
import { freshDatabase } from '../database.ts'
import { adminToken } from '../harness.ts'
import { both, type LiveClient, tell } from '../live-client.ts'
import { type ServerProcess, startServer } from './program-process.ts'

test('over stops and kills of the server, while events are written: nothing missed, nothing twice, in order', async () => {
  const database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'indaba-live-'))
  const db = openDb({ url: database.url, connectionsMax: 4, as: 'owner' })
  let server: ServerProcess | null = await startServer({ databaseUrl: database.url, dataDir })
  const answer = await fetch(`${server.url}/api/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Test', company_name: 'Test', email: 'test@example.com' }),
  })
  const { org_id: orgId, api_key } = (await answer.json()) as { org_id: string; api_key: string }
  const headers = { 'x-api-key': api_key }

  let isWriting = true
  const written: number[] = []
  const write = async () => {
    while (isWriting) {
      const seqs = await tell(db, orgId, ['call.received', null, 'call.completed'])
      written.push(...seqs)
      await delay(5)
    }
  }
  let isOver = false
  let ends = 0
  const reasons = new Set<string>()
  const follow = async (connect: (typeof both)[number][1]): Promise<number[]> => {
    const heard: number[] = []
    let after = '0'
    while (!isOver) {
      const client: LiveClient | null = server
        ? await connect(server.url, { headers, query: { after } }).catch(() => null)
        : null
      if (!client) {
        await delay(50)
        continue
      }
      while (!client.isClosed() && !isOver) await delay(10)
      if (isOver) client.close()
      else ends += 1
      await client.closed
      reasons.add(client.controls.at(-1)?.reason ?? 'cut')
      heard.push(...client.events.map(({ seq }) => seq))
      // A WebSocket tells its place too, where nothing fitted.
      after = client.lastId() || after
    }
    return heard
  }
  const writing = [write(), write()]
  const following = [...both, ...both].map(([, connect]) => follow(connect))
  try {
    for (const end of ['stop', 'kill', 'stop', 'kill'] as const) {
      await delay(1200)
      const running = server as ServerProcess
      server = null
      await running[end]()
      server = await startServer({ databaseUrl: database.url, dataDir })
    }
    await delay(800)
    isWriting = false
    await Promise.all(writing)
    written.sort((a, b) => a - b)
    await delay(1500)
    isOver = true
    const all = await Promise.all(following)
    for (const heard of all) assert.deepEqual(heard, written)
    assert.ok(written.length > 200 && ends >= 16, `${written.length} events, ${ends} ends`)
    assert.ok(reasons.has('server_stopping') && reasons.has('cut'), [...reasons].join())
    console.log(`live streams: ${written.length} events over ${ends} broken streams, each heard once`)
  } finally {
    isWriting = false
    isOver = true
    await Promise.allSettled([...writing, ...following])
    await server?.kill()
    await db.destroy()
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
