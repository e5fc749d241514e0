import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { loadOrMakeSecretFile } from './secret-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'indaba-secret-'))
after(() => rmSync(folder, { recursive: true }))

test('a secret is made once, kept for this user alone, and read from then on', () => {
  const path = join(folder, 'deep', 'token')
  assert.deepEqual(
    loadOrMakeSecretFile(path, () => 'first'),
    { value: 'first', made: true },
  )
  assert.deepEqual(
    loadOrMakeSecretFile(path, () => 'second'),
    { value: 'first', made: false },
  )
  assert.equal(statSync(path).mode & 0o777, 0o600)
  chmodSync(path, 0o644)
  loadOrMakeSecretFile(path, () => 'third')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('an empty file is not taken for a secret', () => {
  const path = join(folder, 'empty')
  writeFileSync(path, '\n')
  assert.throws(() => loadOrMakeSecretFile(path, () => 'x'), { code: 'secret_file', detail: /empty/ })
})

test('of processes that start together exactly one makes the secret and all agree on it', async () => {
  const path = join(folder, 'race', 'token')
  const source = `
    import { loadOrMakeSecretFile } from ${JSON.stringify(join(import.meta.dirname, 'secret-file.ts'))}
    console.log(JSON.stringify(loadOrMakeSecretFile(process.argv[1], () => String(process.pid))))`
  const started = Array.from({ length: 4 }, () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source, path]),
  )
  const answers = (await Promise.all(started)).map(({ stdout }) => JSON.parse(stdout))
  assert.equal(answers.filter(({ made }) => made).length, 1)
  assert.equal(new Set(answers.map(({ value }) => value)).size, 1)
  assert.deepEqual(readdirSync(join(folder, 'race')), ['token'])
})
