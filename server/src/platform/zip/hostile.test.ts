import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { bombs } from '../../../test/hostile-archives/bombs.ts'
import { hostileArchives } from '../../../test/hostile-archives/corpus.ts'
import { inMemory } from '../../../test/hostile-archives/in-memory.ts'
import { quineOf } from '../../../test/hostile-archives/quine.ts'
import type { HostileArchive } from '../../../test/hostile-archives/shapes.ts'
import { Problem } from '../problem.ts'
import { type Archive, defaultArchiveLimits, openArchive } from './archive.ts'

const MiB = 2 ** 20
const signal = new AbortController().signal

/** Of a refusal that people can read; anything else is a crash. */
function codeOf(error: unknown): string {
  if (!(error instanceof Problem)) throw error
  assert.equal(error.kind, 'invalid')
  assert.match(error.detail, /^[A-Z].{20,}[.]$/)
  return error.code
}

async function outcomesOf(archive: Archive): Promise<(string | Buffer)[]> {
  const outcomes: (string | Buffer)[] = []
  for (const entry of archive.entries) {
    const outcome = await archive.open(entry, signal).then(buffer).catch(codeOf)
    if (entry.refusal) assert.equal(outcome, entry.refusal.code)
    assert.doesNotMatch(entry.name, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
    outcomes.push(outcome)
  }
  archive.close()
  return outcomes
}

const shown = (outcome: string | (string | Buffer)[]) =>
  typeof outcome === 'string'
    ? outcome
    : outcome.map((one) => (typeof one === 'string' ? one : `${one.length} bytes`)).join(', ')

test('each hostile archive is refused, or taken in part, with the right reason', async (t) => {
  const wrong: string[] = []
  const kinds = new Set<string>()
  for (const { name, bytes, limits, outcome: expected } of hostileArchives) {
    const content = bytes()
    kinds.add(createHash('sha256').update(content).digest('hex'))
    const access = inMemory(content)
    const outcome = await openArchive(access, { ...defaultArchiveLimits, ...limits }, signal).then(outcomesOf, codeOf)
    try {
      assert.deepEqual(outcome, expected)
      // What is refused as a whole is refused by its lists.
      if (typeof expected === 'string')
        assert.ok(access.readBytes <= listBytesMax, `${access.readBytes} bytes were read`)
    } catch (error) {
      wrong.push(`${name}: ${shown(outcome)} instead of ${shown(expected)}: ${(error as Error).message.slice(0, 60)}`)
    }
  }
  const right = hostileArchives.length - wrong.length
  t.diagnostic(
    `${right} of ${hostileArchives.length} hostile archives refused or partly taken, each with the right reason`,
  )
  assert.deepEqual(wrong, [])
  assert.equal(kinds.size, hostileArchives.length, 'two of them are the same')
})

/** The end, the list of files, and local headers: four windows of them and a list of the largest size. */
const listBytesMax = defaultArchiveLimits.directoryBytesMax + 5 * MiB

test('the quine of the corpus unpacks to itself', () => {
  const name = 'unpacks to itself for ever and ever.zip'
  const quine = quineOf(name)
  assert.deepEqual(inflateRawSync(quine.subarray(30 + name.length)), quine)
})

test('bombs do not make the program grow', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bombs-'))
  try {
    const paths = await Promise.all(bombs.map((bomb, place) => written(join(folder, `${place}.zip`), bomb)))
    const reader = join(import.meta.dirname, '../../../test/hostile-archives/reader.ts')
    // A heap that would not hold what the bombs want; without it, garbage would pass for growth.
    const lean = ['--max-semi-space-size=1', '--max-old-space-size=32']
    const { stdout } = await promisify(execFile)(process.execPath, [...lean, reader, ...paths])
    const { refusals, growthBytes } = JSON.parse(stdout) as { refusals: number; growthBytes: number }
    t.diagnostic(`${bombs.length} bombs, ${Math.round(growthBytes / MiB)} MiB of growth`)
    assert.ok(refusals >= bombs.length - 1, `${refusals} refusals`)
    // The longest list, that heap, and 64 MiB.
    const growthBytesMax = defaultArchiveLimits.directoryBytesMax + 32 * MiB + 64 * MiB
    assert.ok(growthBytes < growthBytesMax, `${growthBytes} bytes of growth`)
  } finally {
    await rm(folder, { recursive: true })
  }
})

async function written(path: string, { bytes }: HostileArchive): Promise<string> {
  await writeFile(path, bytes())
  return path
}
