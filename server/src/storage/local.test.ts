import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { testStore } from './conformance.ts'
import { localStore } from './local.ts'
import { storeKey } from './store.ts'

async function inNewFolder<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'local-store-'))
  try {
    return await use(root)
  } finally {
    await rm(root, { recursive: true })
  }
}

testStore('local disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'local-store-'))
  return {
    store: localStore({ root: join(root, 'made', 'when', 'needed') }),
    leftovers: async () => (await readdir(join(root, 'made/when/needed/unfinished'))).length,
    close: () => rm(root, { recursive: true }),
  }
})

test('files are private to the user who runs the server', () =>
  inNewFolder(async (root) => {
    const key = storeKey(randomUUID(), 'rec', randomUUID())
    await localStore({ root }).put(key, Readable.from([Buffer.from('x')]), { sizeBytesMax: 1 })
    assert.equal((await stat(join(root, key))).mode & 0o777, 0o600)
    assert.equal((await stat(join(root, 'org'))).mode & 0o777, 0o700)
  }))

test('sweep removes what killed uploads left, and spares uploads that still run', () =>
  inNewFolder(async (root) => {
    const store = localStore({ root })
    assert.equal(await store.sweep(0), 0)
    const body = new Readable({ read() {} })
    const key = storeKey(randomUUID(), 'rec', randomUUID())
    const putting = store.put(key, body, { sizeBytesMax: 10 })
    body.push('half')
    await new Promise((done) => setTimeout(done, 50))
    const stale = join(root, 'unfinished', randomUUID())
    await writeFile(stale, 'left by a killed process')
    await utimes(stale, new Date(0), new Date(0))
    assert.equal(await store.sweep(3_600_000), 1)
    body.push(null)
    assert.equal((await putting).sizeBytes, 4)
    assert.deepEqual(await readdir(join(root, 'unfinished')), [])
  }))

test('a root that cannot be used is an outage in words a person understands', () =>
  inNewFolder(async (root) => {
    const file = join(root, 'a-file')
    await writeFile(file, '')
    const store = localStore({ root: join(file, 'data') })
    const key = storeKey(randomUUID(), 'rec', randomUUID())
    const refused = { kind: 'unavailable', message: 'The server cannot reach its file storage just now.' }
    await assert.rejects(store.put(key, Readable.from([Buffer.from('x')]), { sizeBytesMax: 9 }), refused)
    await assert.rejects(store.open(key), refused)
  }))

test('256 MiB go through in bounded memory', () =>
  inNewFolder(async (root) => {
    const store = localStore({ root })
    const key = storeKey(randomUUID(), 'rec', randomUUID())
    const grownBytes = await memoryGrowth(() => store.put(key, zeros(4096), { sizeBytesMax: 2 ** 30 }))
    assert.ok(grownBytes < 64 * 2 ** 20, `${grownBytes >> 20} MiB`)
    assert.deepEqual(await store.stat(key), { sizeBytes: 4096 * 65_536 })
  }))

function zeros(chunks: number): Readable {
  return Readable.from(
    (function* () {
      for (let i = 0; i < chunks; i++) yield Buffer.alloc(65_536)
    })(),
    { objectMode: false },
  )
}

/** Highest resident size seen during the work, over that before it. */
async function memoryGrowth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss()
  let highest = before
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 10)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return Math.max(highest, process.memoryUsage.rss()) - before
}
