import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'indaba-setup-'))
const path = join(folder, 'tmp', 'setup.lock')
const log = join(folder, 'log')
after(() => rmSync(folder, { recursive: true }))

/** Enters, writes, stays `ms`, writes again and leaves. */
const worker = `
  import { appendFileSync } from 'node:fs'
  import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))}
  const [, path, log, ms] = process.argv
  await withLock(path, async () => {
    appendFileSync(log, 'in ')
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    appendFileSync(log, 'out ')
  })`

const enter = (ms: number) =>
  spawn(process.execPath, ['--input-type=module', '--eval', worker, path, log, String(ms)], { stdio: 'ignore' })

async function untilInside(): Promise<void> {
  while (!existsSync(log) || !readFileSync(log, 'utf8')) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('one at a time', async () => {
  writeFileSync(log, '')
  const exits = await Promise.all([30, 30, 30, 30].map((ms) => once(enter(ms), 'exit')))
  assert.deepEqual(exits, [
    [0, null],
    [0, null],
    [0, null],
    [0, null],
  ])
  assert.equal(readFileSync(log, 'utf8'), 'in out '.repeat(4))
  assert.equal(existsSync(dirname(path)), false)
})

test('a killed holder does not keep the others out, nor does a process that now has its number', async () => {
  writeFileSync(log, '')
  const killed = enter(60_000)
  await untilInside()
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  assert.ok(existsSync(path))
  const exits = await Promise.all([once(enter(10), 'exit'), once(enter(10), 'exit')])
  assert.deepEqual(exits, [
    [0, null],
    [0, null],
  ])
  assert.equal(readFileSync(log, 'utf8'), 'in in out in out ')

  const holder = enter(60_000)
  writeFileSync(log, '')
  await untilInside()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  writeFileSync(path, `${process.pid} 1`)
  assert.deepEqual(await once(enter(10), 'exit'), [0, null])
})
