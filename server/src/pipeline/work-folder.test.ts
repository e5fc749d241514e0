import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { openWorkFolder } from './work-folder.ts'

test('what a killed process left is removed at the next start; what others are using stays', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'indaba-work-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  const folders = async () =>
    (await readdir(root, { withFileTypes: true })).filter((one) => one.isDirectory()).map(({ name }) => name)
  await mkdir(join(root, 'left', 'transcribe-1'), { recursive: true })
  await writeFile(join(root, 'left', 'transcribe-1', '0.wav'), 'sound')
  const first = await openWorkFolder(root)
  assert.deepEqual(await folders(), [basename(first.path)])
  await writeFile(join(await first.make('decode'), 'recording'), 'bytes')
  const more = await Promise.all([1, 2, 3].map(() => openWorkFolder(root)))
  assert.deepEqual((await folders()).sort(), [first, ...more].map(({ path }) => basename(path)).sort())
  assert.deepEqual((await readdir(first.path)).filter((name) => name.startsWith('decode-')).length, 1)
  for (const one of [first, ...more]) await one.close()
  assert.deepEqual(await folders(), [])
})
