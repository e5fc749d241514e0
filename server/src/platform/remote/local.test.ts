import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { diskOf } from '../../../test/remote-servers/disk.ts'
import { temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { failsAt, listed, pathsOf, testRemoteFolder } from './conformance.ts'
import { localFolder } from './local.ts'

const signal = () => AbortSignal.timeout(10_000)

testRemoteFolder('mounted folder', { skip: false, hasTimes: true, hasFolders: true }, async () => {
  const { path: root, remove } = temporaryFolder()
  return { folder: (path) => localFolder({ root, path }), ...diskOf(root, false), close: remove }
})

test('links lead nowhere: not in listings, not by their path, not by a folder that became one', async () => {
  const { path: root, remove } = temporaryFolder()
  try {
    for (const folder of ['open/calls', 'secret']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, 'secret/key.wav'), 'secret')
    writeFileSync(join(root, 'open/calls/a.wav'), 'a')
    symlinkSync('../secret', join(root, 'open/link'))
    symlinkSync('../secret/key.wav', join(root, 'open/file.wav'))
    symlinkSync('..', join(root, 'open/calls/circle'))
    symlinkSync('calls/a.wav', join(root, 'open/within.wav'))
    execFileSync('mkfifo', [join(root, 'open/pipe.wav')])
    const folder = localFolder({ root: join(root, 'open'), path: '' })
    const warnings: string[] = []
    const found = await listed(folder, { depthMax: 9, onWarning: (detail) => warnings.push(detail) })
    assert.deepEqual(pathsOf(found), ['calls/a.wav'])
    assert.equal(warnings.length, 5, warnings.join('\n'))
    for (const path of ['file.wav', 'within.wav', 'pipe.wav']) {
      assert.equal(await folder.stat(path, signal()), null)
      await assert.rejects(folder.open(path, { signal: signal() }), failsAt('read', true))
    }
    await assert.rejects(folder.stat('link/key.wav', signal()), failsAt('directory', true))
    await assert.rejects(folder.open('link/key.wav', { signal: signal() }), failsAt('directory', true))
    await assert.rejects(folder.remove('link/key.wav', signal()), failsAt('directory', true))
    await assert.rejects(folder.move('calls/a.wav', 'link/a.wav', signal()), failsAt('directory', true))
    await assert.rejects(folder.move('link/key.wav', 'mine.wav', signal()), failsAt('directory', true))
    await assert.rejects(folder.create('link/new.txt', Buffer.from('x'), signal()), failsAt('directory', true))
    for (const path of ['..', '../secret', 'link', 'calls/circle/link']) {
      await assert.rejects(listed(localFolder({ root: join(root, 'open'), path })), failsAt('directory', true), path)
    }
    assert.deepEqual(readdirSync(join(root, 'secret')), ['key.wav'])
  } finally {
    await remove()
  }
})
