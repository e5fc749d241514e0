// What every RemoteFolder must do, as tests that each protocol's test file runs against each of its servers. All servers
// serve a folder of this machine's disk, which the tests fill. What only one protocol can suffer is tested beside it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { type ListOptions, RemoteFailure, type RemoteFile, type RemoteFolder } from './folder.ts'

export type ServerUnderTest = {
  /** A folder of the server by its path from the server's root. */
  folder(path: string): RemoteFolder
  /** Puts a file on the server's disk, with the folders on the way; `forbidden`: the login may not read it. */
  put(path: string, content: Buffer, isForbidden?: boolean): Promise<void>
  read(path: string): Promise<Buffer>
  /** Makes a folder that the login may not enter; null where the login may do everything. */
  closeFolder: ((path: string) => Promise<void>) | null
  close(): Promise<void>
}

export type Traits = {
  skip: false | string
  /** The time in listings is the file's own; else it is null there. */
  hasTimes: boolean
  /** A folder without files is nothing at all (S3). */
  hasFolders: boolean
  /** ftp-srv takes quotes and backslashes out of names, and gives folders a size as if they were files. */
  isFtpSrv?: boolean
}

const signal = () => AbortSignal.timeout(30_000)

export async function listed(folder: RemoteFolder, options: Partial<ListOptions> = {}): Promise<RemoteFile[]> {
  const files = await Array.fromAsync(folder.list({ depthMax: 0, signal: signal(), ...options }))
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

export const pathsOf = (files: RemoteFile[]): string[] => files.map(({ path }) => path)

export const failsAt =
  (step: string, isPermanent?: boolean) =>
  (error: unknown): true => {
    assert.ok(error instanceof RemoteFailure, String((error as Error).stack))
    assert.equal(error.step, step, error.detail)
    if (isPermanent !== undefined) assert.equal(error.isPermanent, isPermanent, error.detail)
    return true
  }

export function testRemoteFolder(name: string, traits: Traits, start: () => Promise<ServerUnderTest>): void {
  const { skip } = traits
  if (skip) {
    test(`${name}: conformance`, { skip }, () => {})
    return
  }
  let server: ServerUnderTest
  const open: RemoteFolder[] = []
  const folder = (path: string) => {
    const made = server.folder(path)
    open.push(made)
    return made
  }
  before(async () => {
    server = await start()
  })
  after(async () => {
    for (const one of open) await one.close()
    await server.close()
  })

  test(`${name}: lists files with size and time, to the depth that is asked for`, async () => {
    await server.put('depth/one.wav', Buffer.alloc(7))
    await server.put('depth/a/two.wav', Buffer.alloc(0))
    await server.put('depth/a/b/three.wav', Buffer.alloc(70_000))
    const at = folder('/depth')
    assert.deepEqual(pathsOf(await listed(at)), ['one.wav'])
    assert.deepEqual(pathsOf(await listed(at, { depthMax: 1 })), ['a/two.wav', 'one.wav'])
    const all = await listed(at, { depthMax: 9 })
    assert.deepEqual(
      all.map(({ path, sizeBytes }) => [path, sizeBytes]),
      [
        ['a/b/three.wav', 70_000],
        ['a/two.wav', 0],
        ['one.wav', 7],
      ],
    )
    for (const { modifiedAt } of all) {
      assert.equal(modifiedAt === null, !traits.hasTimes)
      if (modifiedAt) assert.ok(Math.abs(modifiedAt.getTime() - Date.now()) < 60_000, modifiedAt.toISOString())
    }
    for (const file of all) {
      const found = await at.stat(file.path, signal())
      assert.equal(found?.sizeBytes, file.sizeBytes)
      assert.ok(Math.abs((found?.modifiedAt?.getTime() ?? 0) - Date.now()) < 60_000)
    }
  })

  test(`${name}: a file that is not there, and a folder, are no files`, async () => {
    await server.put('none/a/x.wav', Buffer.alloc(1))
    const at = folder('/none')
    const absent = ['b.wav', 'b/c.wav', 'a/x.wav/y', ...(traits.isFtpSrv ? [] : ['a'])]
    for (const path of absent) assert.equal(await at.stat(path, signal()), null, path)
    await assert.rejects(at.open('b.wav', { signal: signal() }), failsAt('read', true))
    assert.deepEqual(pathsOf(await listed(at, { depthMax: 1 })), ['a/x.wav'], 'the connection is as good as before')
  })

  test(`${name}: reads from any byte on`, async () => {
    const content = randomBytes(2 * 2 ** 20 + 123)
    await server.put('read/big.wav', content)
    await server.put('read/empty.wav', Buffer.alloc(0))
    const at = folder('/read')
    for (const start of [0, 1, 32_768, 1_000_000, content.length - 1, content.length]) {
      const stream = await at.open('big.wav', { start, signal: signal() })
      assert.ok((await buffer(stream)).equals(content.subarray(start)), `from ${start}`)
    }
    assert.equal((await buffer(await at.open('empty.wav', { signal: signal() }))).length, 0)
    await assert.rejects(at.open('big.wav', { start: content.length + 1, signal: signal() }), failsAt('read'))
  })

  test(`${name}: several calls side by side`, async () => {
    const contents = Array.from({ length: 8 }, () => randomBytes(100_000))
    for (const [index, content] of contents.entries()) await server.put(`many/${index}.wav`, content)
    const at = folder('/many')
    const read = await Promise.all(
      contents.map(async (_, index) => buffer(await at.open(`${index}.wav`, { signal: signal() }))),
    )
    for (const [index, content] of contents.entries()) assert.ok(read[index]?.equals(content))
  })

  test(`${name}: names as people write them come back, and can be read`, async () => {
    const names = [
      ...[' leading.wav', 'two  spaces.wav', 'Bücher ÄÖ.wav', '通话录音.wav', 'Ünïcödé/звонок 😀.wav', '-rf.wav'],
      ...['--help', 'a*b?[c].wav', "o'clock.wav", 'semi;colon=1.wav', '100% & more.wav', 'a -> b.wav', '#1+2.wav'],
      ...['no-extension', '.hidden', 'x'.repeat(200), 'ends with dot.'],
      ...(traits.isFtpSrv ? [] : ['"quoted".wav', 'C:\\back\\slash.wav']),
    ]
    for (const path of names) await server.put(`names/${path}`, Buffer.from(path))
    const at = folder('/names')
    const warnings: string[] = []
    const found = await listed(at, { depthMax: 1, onWarning: (detail) => warnings.push(detail) })
    assert.deepEqual(pathsOf(found), names.toSorted(), warnings.join('\n'))
    for (const path of names) {
      assert.equal((await at.stat(path, signal()))?.sizeBytes, Buffer.byteLength(path), path)
      assert.equal(String(await buffer(await at.open(path, { signal: signal() }))), path)
    }
  })

  test(`${name}: paths that lead out of the folder are refused before anything is sent`, async () => {
    await server.put('inside/a.wav', Buffer.alloc(1))
    await server.put('secret.wav', Buffer.alloc(1))
    const at = folder('/inside')
    for (const path of [
      '../secret.wav',
      'a/../../secret.wav',
      '/secret.wav',
      '',
      '.',
      'a\r\nDELE secret.wav',
      'a\0b',
      'a//b',
    ]) {
      await assert.rejects(at.stat(path, signal()), failsAt('read', true), path)
      await assert.rejects(at.open(path, { signal: signal() }), failsAt('read', true))
      await assert.rejects(at.remove(path, signal()), failsAt('read', true))
      await assert.rejects(at.move('a.wav', path, signal()), failsAt('read', true))
    }
  })

  test(`${name}: moves, makes the folders on the way, and never overwrites`, async () => {
    const at = folder('/move')
    await server.put('move/first.wav', Buffer.from('1'))
    assert.equal(await at.move('first.wav', 'done/2026/call.wav', signal()), 'done/2026/call.wav')
    await server.put('move/second.wav', Buffer.from('2'))
    assert.equal(await at.move('second.wav', 'done/2026/call.wav', signal()), 'done/2026/call (2).wav')
    await server.put('move/third.wav', Buffer.from('3'))
    assert.equal(await at.move('third.wav', 'done/2026/call.wav', signal()), 'done/2026/call (3).wav')
    for (const [path, content] of [
      ['call', '1'],
      ['call (2)', '2'],
      ['call (3)', '3'],
    ]) {
      assert.equal(String(await server.read(`move/done/2026/${path}.wav`)), content)
    }
    assert.deepEqual(await listed(at), [])
    await assert.rejects(at.move('first.wav', 'again.wav', signal()), failsAt('write', true))
  })

  test(`${name}: several moves at once into a folder that is not there yet`, async () => {
    const at = folder('/side')
    const names = ['north', 'east', 'south', 'west'].map((one) => `${one}.wav`)
    for (const one of names) await server.put(`side/${one}`, Buffer.from(one))
    const moved = await Promise.all(names.map((one) => at.move(one, `done/by/day/${one}`, signal())))
    assert.deepEqual(
      moved,
      names.map((one) => `done/by/day/${one}`),
    )
  })

  test(`${name}: removes, and what is gone is gone`, async () => {
    await server.put('remove/a.wav', Buffer.alloc(1))
    await server.put('remove/b.wav', Buffer.alloc(1))
    const at = folder('/remove')
    await at.remove('a.wav', signal())
    await at.remove('a.wav', signal())
    assert.deepEqual(pathsOf(await listed(at)), ['b.wav'])
  })

  test(`${name}: writes a small file under a free name only`, async () => {
    await server.put('write/there.txt', Buffer.from('old'))
    const at = folder('/write')
    await at.create('new.txt', Buffer.from('new'), signal())
    assert.equal(String(await server.read('write/new.txt')), 'new')
    await assert.rejects(at.create('there.txt', Buffer.from('other'), signal()), failsAt('write'))
    assert.equal(String(await server.read('write/there.txt')), 'old')
  })

  test(`${name}: a folder that is not there`, { skip: !traits.hasFolders && 'every prefix is there' }, async () => {
    await assert.rejects(listed(folder('/no/such/folder')), failsAt('directory', true))
  })

  test(`${name}: a folder with nothing in it`, async () => {
    await server.put('empty/below/x.wav', Buffer.alloc(1))
    assert.deepEqual(await listed(folder('/empty')), [])
  })

  test(`${name}: what the login may not read is a failure, or left out with a word`, async (context) => {
    if (!server.closeFolder) return context.skip('the login may do everything')
    await server.put('rights/open.wav', Buffer.from('open'))
    await server.put('rights/closed.wav', Buffer.from('closed'), true)
    await server.closeFolder('rights/sub')
    const at = folder('/rights')
    await assert.rejects(at.open('closed.wav', { signal: signal() }), failsAt('read', true))
    const warnings: string[] = []
    const found = await listed(at, { depthMax: 3, onWarning: (detail) => warnings.push(detail) })
    assert.ok(pathsOf(found).includes('open.wav'))
    if (warnings.length > 0) assert.match(warnings.join(), /sub/)
    await assert.rejects(listed(folder('/rights/sub')), failsAt('directory', true))
  })

  test(`${name}: more names than allowed are a failure that says so`, async () => {
    for (let index = 0; index < 12; index++) await server.put(`limit/${index}.wav`, Buffer.alloc(1))
    const at = folder('/limit')
    assert.equal((await listed(at, { filesMax: 12 })).length, 12)
    await assert.rejects(listed(at, { filesMax: 11 }), failsAt('list', true))
    assert.equal((await listed(at, { filesMax: 12 })).length, 12)
  })

  test(`${name}: 3,000 files, each once`, async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `call-${String(index).padStart(5, '0')}.wav`)
    await Promise.all(names.map((path) => server.put(`thousands/${path}`, Buffer.alloc(1))))
    assert.deepEqual(pathsOf(await listed(folder('/thousands'))), names)
  })

  test(`${name}: an abort ends everything at once, and the folder goes on working`, async () => {
    await server.put('abort/big.wav', randomBytes(8 * 2 ** 20))
    const at = folder('/abort')
    const reason = new Error('enough')
    await assert.rejects(at.stat('big.wav', AbortSignal.abort(reason)), reason)
    await assert.rejects(listed(at, { signal: AbortSignal.abort(reason) }), reason)

    const stop = new AbortController()
    const stream = await at.open('big.wav', { signal: stop.signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    stop.abort(reason)
    await assert.rejects(async () => {
      for (;;) if ((await iterator.next()).done) break
    }, reason)
    const left = await at.open('big.wav', { signal: signal() })
    for await (const _ of left) break
    assert.equal((await buffer(await at.open('big.wav', { signal: signal() }))).length, 8 * 2 ** 20)
    for await (const _ of at.list({ depthMax: 0, signal: signal() })) break
    assert.deepEqual(pathsOf(await listed(at)), ['big.wav'])
  })
}
