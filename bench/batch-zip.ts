// Figures: a 3 GB ZIP of recordings, from its upload to all of them in the store, against what `unzip` needs to write
// them to the same disk; and how much memory that takes.

import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeCallArchive } from './archives.ts'
import { openBulkIntake } from './bulk-intake.ts'
import { durableDatabase } from './durable-database.ts'
import { report, round, skip } from './figure.ts'

const run = promisify(execFile)
const entries = 300
const entryBytes = 10 * 2 ** 20
const name = 'A 3 GB ZIP of WAV files, taken in as fast as unzip writes it'

const peakMiB = async () => Number(/^VmHWM:\s+(\d+) kB/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024

/** Unpacked, and on the disk, as what is taken in is. */
async function unzip(path: string, dir: string): Promise<number> {
  await mkdir(dir)
  const startedAt = performance.now()
  await run('unzip', ['-q', path, '-d', dir])
  await run('sync', ['-f', dir])
  const seconds = (performance.now() - startedAt) / 1000
  await rm(dir, { recursive: true })
  return seconds
}

const hasUnzip = await run('unzip', ['-v']).then(
  () => true,
  () => false,
)
if (!hasUnzip || process.platform !== 'linux') {
  skip(name, 'it needs Linux and the program unzip')
} else {
  const database = await durableDatabase()
  const intake = await openBulkIntake(database)
  try {
    const path = join(database.dir, 'calls.zip')
    await writeCallArchive(path, entries, entryBytes)
    const { size } = await stat(path)
    const before = await unzip(path, join(database.dir, 'unzipped'))
    const load = await intake.load(path)
    global.gc?.()
    await writeFile('/proc/self/clear_refs', '5')
    const baseMiB = await peakMiB()
    const { job, seconds } = await load.run()
    const grownMiB = (await peakMiB()) - baseMiB
    const after = await unzip(path, join(database.dir, 'unzipped'))
    if (job.counts?.ok !== entries)
      throw new Error(`taken in: ${JSON.stringify({ counts: job.counts, failure: job.failure })}`)
    const unzipSeconds = (before + after) / 2
    const sizes = `${round(size / 2 ** 30)} GiB of ZIP, ${entries} recordings of ${entryBytes / 2 ** 20} MiB`
    report({
      name,
      value: unzipSeconds / seconds,
      goal: { atLeast: 0.6 },
      unit: 'x',
      from: `${sizes}: ${round(seconds)} s; unzip with sync ${round(before)} s before and ${round(after)} s after.`,
    })
    report({
      name: 'Memory for it',
      value: grownMiB,
      goal: { atMost: 256 },
      unit: 'MiB',
      from: `${round(baseMiB)} MiB before.`,
    })
  } finally {
    await intake.stop()
    await database.stop()
  }
}
