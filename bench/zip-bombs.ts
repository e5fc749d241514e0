// Figure: how long the slowest bomb is looked at whose headers show that it is one: refused as a whole, or all of its bad
// files marked. The bombs of the corpus lie on the disk, as uploads do.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultArchiveLimits, openArchive } from '../server/src/platform/zip/archive.ts'
import { bombs } from '../server/test/hostile-archives/bombs.ts'
import { onDisk } from '../server/test/hostile-archives/on-disk.ts'
import { median, report, round } from './figure.ts'

const rounds = 5
const signal = new AbortController().signal
const visible = bombs.filter(({ isVisible }) => isVisible)

const folder = await mkdtemp(join(tmpdir(), 'zip-bombs-'))
const timesMs = new Map<string, number[]>()
try {
  const path = join(folder, 'bomb.zip')
  for (const { name, bytes, limits } of visible) {
    await writeFile(path, bytes())
    timesMs.set(name, [])
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      const archive = await openArchive(onDisk(path), { ...defaultArchiveLimits, ...limits }, signal).catch(() => null)
      timesMs.get(name)?.push(performance.now() - startedAt)
      if (archive && !archive.entries.some(({ refusal }) => refusal)) throw new Error(`${name} was not refused`)
    }
  }
} finally {
  await rm(folder, { recursive: true })
}

const slowest = [...timesMs].map(([name, times]) => ({ name, ms: Math.max(...times) })).sort((a, b) => b.ms - a.ms)[0]
if (!slowest) throw new Error('There are no bombs')
const medianMs = median([...timesMs.values()].flat())
report({
  name: 'The slowest refusal of a bomb that shows in its headers',
  value: slowest.ms,
  goal: { atMost: 1000 },
  unit: 'ms',
  from: `${visible.length} bombs, ${rounds} rounds; the median takes ${round(medianMs)} ms, the slowest is "${slowest.name}".`,
})
