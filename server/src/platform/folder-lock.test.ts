import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { lockFolder } from './folder-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'indaba-lock-'))
after(() => rmSync(folder, { recursive: true }))

const holder = `
  import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))}
  await lockFolder(process.argv[1])
  console.log('held')
  setInterval(() => {}, 1000)`

function startHolder() {
  return spawn(process.execPath, ['--input-type=module', '--eval', holder, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('the second program is refused with the first one named, until that one ends', async (t) => {
  const first = startHolder()
  t.after(() => first.kill('SIGKILL'))
  await once(first.stdout, 'data')
  await assert.rejects(lockFolder(folder, 0), {
    code: 'data_folder_in_use',
    detail: new RegExp(`process ${first.pid}\\) uses the data folder`),
  })
  const waiting = lockFolder(folder, 10_000)
  first.kill('SIGKILL')
  const lock = await waiting
  await assert.rejects(lockFolder(folder, 0), { code: 'data_folder_in_use' })
  lock.release()
  lock.release()
  const next = await lockFolder(folder, 0)
  next.release()
})

test('a folder that is not there is told as such', async () => {
  await assert.rejects(lockFolder(join(folder, 'none'), 0), { code: 'data_folder_unusable' })
})
