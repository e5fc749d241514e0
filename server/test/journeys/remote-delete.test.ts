// Deleting afterwards never touches a recording that was not taken in: it was replaced meanwhile, the folder leads
// elsewhere by now, or the rule was taken back.

import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { IngestItem, IngestJob } from '../../src/ingest/jobs/shapes.ts'
import { remoteSource } from '../../src/ingest/remote/remote-source.ts'
import { inScope } from '../../src/platform/db/scope.ts'
import { newId } from '../../src/platform/ids.ts'
import { localFolder } from '../../src/platform/remote/local.ts'
import { type Harness, startHarness } from '../harness.ts'
import { type FolderClient, folderClient } from '../remote-folder-client.ts'
import { type DiskServer, startFtp } from '../remote-servers/real-servers.ts'
import { smallWav } from '../small-recordings.ts'

const deletes = {
  complete_when: { rule: 'at_once' },
  afterwards: { rule: 'delete' },
  options: { unknown_people: 'leave' },
}

describe('what is deleted afterwards', () => {
  let harness: Harness
  let ftp: DiskServer
  let disk = ''
  let wavs = 0
  const wav = () => smallWav(++wavs)

  before(async () => {
    disk = await realpath(await mkdtemp(join(tmpdir(), 'indaba-delete-')))
    chmodSync(disk, 0o755)
    await mkdir(join(disk, 'mounted'))
    ftp = await startFtp(join(disk, 'ftp'), console.log)
    harness = await startHarness({ env: { INDABA_MOUNTED_FOLDERS: join(disk, 'mounted') } })
  })
  after(async () => {
    await harness?.stop()
    await ftp?.close()
    await rm(disk, { recursive: true, force: true })
  })

  /** Does its work when the files of the folder were read, and none of them is taken in yet. */
  async function whileTakenIn(begin: () => Promise<unknown>, work: () => Promise<unknown>): Promise<void> {
    await harness.app.db.transaction().execute(async (tx) => {
      await sql`lock table recordings in exclusive mode`.execute(tx)
      await begin()
      await until(async () => {
        const { rows } =
          await sql`select from pg_locks where not granted and relation = 'recordings'::regclass`.execute(tx)
        return rows.length > 0
      })
      await work()
    })
  }

  test('not a file that took the place of one, of the same size, where listings tell no times', async () => {
    const folder = await onServer(harness, join(disk, 'mounted'), ftp, { ...deletes, is_active: false })
    const at = join(ftp.root, 'call.wav')
    await writeFile(at, wav())
    await utimes(at, new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T10:00:00Z'))
    const next = wav()
    await whileTakenIn(
      () => folder.change({ is_active: true }),
      async () => {
        await writeFile(`${at}.part`, next)
        await rename(`${at}.part`, at)
      },
    )
    await folder.taken()
    assert.deepEqual(await readFile(at), next)
  })

  test('nothing of another place that the folder leads to by now; all there is taken in', async () => {
    const root = join(disk, 'mounted', 'moved')
    const time = new Date('2026-01-01T10:00:00Z')
    const moves = { ...deletes, afterwards: { rule: 'move', to: 'done' }, path: 'a', is_active: false }
    const folder = await folderClient(harness, root, moves)
    for (const name of ['a/call.wav', 'b/call.wav']) {
      await folder.put(name, wav())
      await utimes(join(root, name), time, time)
    }
    // So that it is still to be moved when the folder leads elsewhere.
    await folder.put('a/done', 'a file where the folder should be')
    await folder.change({ is_active: true, pattern: '*.wav' })
    await folder.sync()
    await folder.taken()
    await folder.change({ path: 'b' })
    await until(async () => (await folder.conversations()).length === 2)
    await folder.taken()
    assert.deepEqual(await readdir(join(root, 'b', 'done')), ['call.wav'])
    assert.deepEqual((await readdir(join(root, 'a'))).sort(), ['call.wav', 'done'])
  })

  test('nothing of another server that is called the same; all there is taken in', async () => {
    const folder = await onServer(harness, join(disk, 'mounted'), ftp, {
      ...deletes,
      afterwards: { rule: 'leave' },
      is_active: false,
    })
    for (const name of ['one', 'two']) {
      await mkdir(join(ftp.root, name))
      await writeFile(join(ftp.root, name, 'call.wav'), wav())
    }
    const { path } = ftp.settings as { path?: string }
    const server = (at: string) =>
      harness.json(`/v1/remote-servers/${folder.onServerId}`, {
        method: 'PATCH',
        headers: { ...folder.customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ path: `${path ? `${path}/` : ''}${at}` }),
      })
    await server('one')
    await folder.change({ is_active: true })
    await folder.sync()
    await folder.taken()
    await server('two')
    await until(async () => (await folder.conversations()).length === 2)
  })

  test('nothing any more once the rule was taken back, also by a run that has begun', async () => {
    const root = join(disk, 'mounted', 'kept')
    const { signal } = new AbortController()
    const folder = await folderClient(harness, root, { ...deletes, is_active: false })
    const { orgId } = folder.customer
    const db = harness.app.db
    const jobId = newId()
    const items = ['a.wav', 'b.wav'].map((path, position) => ({ path, position, job_id: jobId }))
    for (const { path, position } of items) {
      await folder.put(path, wav())
      const { size, mtime } = await stat(join(root, path))
      await sql`
        insert into remote_files (org_id, folder_id, path, size_bytes, modified_at, state, job_id, position, afterwards)
        values (${orgId}, ${folder.id}, ${path}, ${size}, ${mtime}, 'taken', ${jobId}, ${position}, 'due')`.execute(db)
    }
    await inScope([orgId], async () => {
      const source = remoteSource({ db, openServer: async () => localFolder({ root, path: '' }), timeZone: 'UTC' })
      const open = await source.open({ org_id: orgId, source_id: folder.id } as IngestJob, signal)
      const settle = (at: number) => open.settled?.(items[at] as unknown as IngestItem, 'ok')
      await settle(0)
      assert.deepEqual(await readdir(root), ['b.wav'])
      await folder.change({ afterwards: { rule: 'leave' } })
      await settle(1)
      assert.deepEqual(await readdir(root), ['b.wav'])
    })
  })
})

/** A remote folder on a server that is no mounted one. */
async function onServer(
  harness: Harness,
  mounted: string,
  server: DiskServer,
  settings: object,
): Promise<FolderClient & { onServerId: string }> {
  const folder = await folderClient(harness, await mkdtemp(join(mounted, 'x-')), settings)
  const made = await harness.json('/v1/remote-servers', {
    method: 'POST',
    headers: { ...folder.customer.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Server', ...server.settings }),
  })
  await folder.change({ server_id: made.server_id })
  return { ...folder, onServerId: made.server_id }
}

async function until(isSo: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await isSo()); await delay(30)) {
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${isSo}`)
  }
}
