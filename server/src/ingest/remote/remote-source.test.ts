import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { type Harness, startHarness } from '../../../test/harness.ts'
import { type FolderClient, folderClient } from '../../../test/remote-folder-client.ts'
import { inScope } from '../../platform/db/scope.ts'
import { RemoteFailure, type RemoteFolder } from '../../platform/remote/folder.ts'
import { localFolder } from '../../platform/remote/local.ts'
import type { IngestItem, IngestJob, OpenSource } from '../jobs/shapes.ts'
import { remoteSource } from './remote-source.ts'

describe('files of a remote folder as items of a job', () => {
  const { signal } = new AbortController()
  let harness: Harness
  let folder: FolderClient
  let disk = ''

  before(async () => {
    disk = await realpath(await mkdtemp(join(tmpdir(), 'indaba-source-')))
    harness = await startHarness({ env: { INDABA_MOUNTED_FOLDERS: disk } })
    folder = await folderClient(harness, join(disk, 'calls'), { is_active: false })
  })
  after(async () => {
    await harness?.stop()
    await rm(disk, { recursive: true, force: true })
  })

  const inOrg = <T>(work: () => Promise<T>) => inScope([folder.customer.orgId], work)
  const opened = (remote: RemoteFolder, source_id = folder.id): Promise<OpenSource> =>
    inOrg(() => {
      const job = { org_id: folder.customer.orgId, source_id } as IngestJob
      return remoteSource({ db: harness.app.db, openServer: async () => remote, timeZone: 'UTC' }).open(job, signal)
    })
  const itemAt = (path: string, size_bytes: number, modified_at: string | null) =>
    ({ org_id: folder.customer.orgId, locator: { path, size_bytes, modified_at } }) as unknown as IngestItem

  test('read as they were listed; else which of both it is', async () => {
    const source = await opened(localFolder({ root: folder.root, path: '' }))
    await writeFile(join(folder.root, 'a.wav'), 'twelve bytes')
    const modifiedAt = (await stat(join(folder.root, 'a.wav'))).mtime
    const content = await source.read(itemAt('a.wav', 12, modifiedAt.toISOString()), signal)
    assert.ok(content.kind === 'recording')
    assert.equal(content.fileName, 'a.wav')
    assert.deepEqual(content.modifiedAt, modifiedAt)
    assert.equal((await buffer(content.stream)).toString(), 'twelve bytes')
    const known = await source.read(itemAt('a.wav', 12, null), signal)
    assert.ok(known.kind === 'recording')
    known.stream.destroy()
    await assert.rejects(source.read(itemAt('a.wav', 11, null), signal), { kind: 'invalid', code: 'changed_meanwhile' })
    const earlier = new Date(modifiedAt.getTime() - 1).toISOString()
    await assert.rejects(source.read(itemAt('a.wav', 12, earlier), signal), { code: 'changed_meanwhile' })
    await assert.rejects(source.read(itemAt('b.wav', 12, null), signal), { kind: 'not_found', code: 'gone_meanwhile' })
  })

  test('a file that may not be read fails alone; a server that is away is tried again', async () => {
    const failing = (failure: RemoteFailure) =>
      opened({ ...localFolder({ root: folder.root, path: '' }), stat: () => Promise.reject(failure) })
    const refused = await failing(new RemoteFailure('read', 'No right.', { isPermanent: true }))
    await assert.rejects(refused.read(itemAt('a.wav', 12, null), signal), { kind: 'forbidden', code: 'not_readable' })
    const away = await failing(new RemoteFailure('route', 'No answer.', { isPermanent: true }))
    await assert.rejects(away.read(itemAt('a.wav', 12, null), signal), { kind: 'upstream', detail: 'No answer.' })
  })

  test('of a folder that was deleted meanwhile: the job fails, and says so', async () => {
    const gone = '0197a3c1-0000-7000-8000-000000000000'
    await assert.rejects(opened(localFolder({ root: folder.root, path: '' }), gone), { code: 'folder_deleted' })
  })
})
