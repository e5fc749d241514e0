// What is made of a recording, when workers die in the middle, are late or many: no file is left that nobody removes.

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, startHarness } from '../../test/harness.ts'
import { distinctCall, sampleCall } from '../../test/journeys/sample-call.ts'
import type { MediaKey } from '../conversations/index.ts'
import { type Db, openDb } from '../platform/db/db.ts'
import { newId } from '../platform/ids.ts'
import type { Write } from '../platform/jobs/job.ts'
import { openQueue, type Queue } from '../platform/jobs/queue.ts'
import { openLog } from '../platform/log.ts'
import { openStore, type Store } from '../storage/index.ts'
import { type Playback, playback, playbackJob } from './playback.ts'
import { openWorkFolder, type WorkFolder } from './work-folder.ts'

const run = { attempt: 1, signal: new AbortController().signal }

describe('preparing a recording', () => {
  let harness: Harness
  let customer: Customer
  let db: Db
  let queue: Queue
  let work: WorkFolder
  let store: Store & { close(): void }
  let house: Playback

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    db = openDb({ url: harness.databaseUrl, connectionsMax: 4, as: 'owner' })
    queue = await openQueue({ url: harness.databaseUrl, jobs: [playbackJob], log: openLog('silent'), supervise: false })
    work = await openWorkFolder(join(harness.dataDir, 'work-here'))
    store = openStore({ kind: 'local', root: join(harness.dataDir, 'store') })
    house = playback({ db, store, queue, work, copies: { copies: 'needed', wavBytesMax: 2 ** 30 } })
  })
  after(async () => {
    await work?.close()
    await queue?.stop()
    await db?.destroy()
    await harness?.stop()
  })

  async function newCall(bytes?: Buffer): Promise<MediaKey & { id: string }> {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(bytes ?? (await distinctCall()))]), 'call.wav')
    const { headers } = customer
    const { call_id } = await harness.json('/api/process-call', { method: 'POST', headers, body: form })
    const { rows } = await sql<{ id: string }>`select id from recordings where conversation_id = ${call_id}`.execute(db)
    return { org_id: customer.orgId, conversation_id: call_id, recording_id: rows[0]?.id ?? '', id: newId() }
  }
  const handle = (input: object) => house.worker.handle(input, run)
  const commit = (write: Write | undefined) => db.transaction().execute(async (tx) => void (await write?.(tx)))
  const remove = ({ conversation_id: id }: MediaKey) =>
    fetch(`${harness.url}/v1/conversations/${id}`, { method: 'DELETE', headers: customer.headers })

  /** Of all that lies in the store of the organisation: the copies. */
  async function copies(): Promise<string[]> {
    const found = await readdir(join(harness.dataDir, 'store'), { recursive: true, withFileTypes: true })
    return found.filter((one) => one.isFile() && /playback/.test(one.parentPath)).map(({ name }) => name)
  }
  const kept = async ({ conversation_id: id }: MediaKey) => {
    const { rows } = await sql<{ copy_key: string }>`
      select copy_key from recording_media where conversation_id = ${id}`.execute(db)
    return rows[0]?.copy_key ?? null
  }

  test('a worker that died before it had written it down is followed by one that does', async () => {
    const call = await newCall()
    await handle(call)
    assert.equal((await copies()).length, 1, 'lies there, and nobody knows of it')
    await commit(await handle(call))
    assert.deepEqual(await copies(), [call.id])
    assert.match((await kept(call)) ?? '', new RegExp(call.id))
    assert.equal((await remove(call)).status, 204)
    assert.deepEqual(await copies(), [])
  })

  test('nothing is left of a call that is deleted while its copy is made', async () => {
    const call = await newCall()
    const late = await handle(call)
    assert.equal((await remove(call)).status, 204)
    await commit(late)
    assert.deepEqual(await copies(), [])

    const other = await newCall()
    await handle(other)
    assert.equal((await remove(other)).status, 204)
    assert.equal((await copies()).length, 1, 'the worker died after the deletion')
    await commit(await handle(other))
    assert.deepEqual(await copies(), [])
  })

  test('nothing is left when every worker died', async () => {
    const call = await newCall()
    await handle(call)
    await commit(await house.worker.bury(call))
    assert.deepEqual(await copies(), [])
    await remove(call)
  })

  test('of two at once the first one holds', async () => {
    const call = await newCall()
    const again = { ...call, id: newId() }
    const [one, two] = [await handle(call), await handle(again)]
    await commit(one)
    await commit(two)
    assert.deepEqual(await copies(), [call.id])
    await remove(call)
    assert.deepEqual(await copies(), [])
  })

  test('a customer that is deleted takes its copies along', async () => {
    const call = await newCall()
    await commit(await handle(call))
    const key = await kept(call)
    const headers = { authorization: `Bearer ${adminToken}` }
    const answer = await fetch(`${harness.url}/api/customers/${customer.id}`, { method: 'DELETE', headers })
    assert.equal(answer.status, 200)
    const noted = await sql<{ store_key: string }>`select store_key from file_removals`.execute(db)
    assert.ok(noted.rows.some(({ store_key }) => store_key === key))
    customer = await harness.customer()
  })

  test('what cannot be read is told, and not tried again and again', async () => {
    const broken = (await readFile(sampleCall)).subarray(0, 40)
    const call = await newCall(broken)
    await sql`
      insert into recording_media (org_id, conversation_id, recording_id, asked_at)
      values (${call.org_id}, ${call.conversation_id}, ${call.recording_id}, now())`.execute(db)
    await commit(await handle(call))
    const { rows } = await sql<{ failure: string }>`
      select failure from recording_media where conversation_id = ${call.conversation_id}`.execute(db)
    assert.match(rows[0]?.failure ?? '', /recording/i)
    assert.ok(!(await copies()).includes(call.id))
  })
})
