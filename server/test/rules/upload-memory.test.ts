// A recording is never held in memory: the quick form of bench/upload-memory.ts, with a bound that tells streaming from
// holding and leaves room for whatever else the machine does.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { measureUploadMemory } from '../../../bench/upload-memory.ts'
import { freshDatabase } from '../database.ts'

const mib = 2 ** 20

test('an upload of 200 MiB through each door needs far less memory than it is large', async (context) => {
  const database = await freshDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'indaba-memory-'))
  try {
    const results = await measureUploadMemory({ databaseUrl: database.url, dir, sizeBytes: 200 * mib })
    if (!results) return context.skip('this system does not tell the peak of a process')
    assert.equal(results.length, 2)
    for (const { path, grownMiB } of results) {
      console.log(`upload of 200 MiB to ${path}: ${grownMiB.toFixed(1)} MiB more memory`)
      assert.ok(grownMiB < 100, `${path} needed ${grownMiB} MiB more`)
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
    await database.drop()
  }
})
