import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readConfig } from './config.ts'
import { configurationMarkdown, describeConfig } from './config-text.ts'
import { Problem } from './platform/problem.ts'

const strong = 'k'.repeat(32)

function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env)
  } catch (problem) {
    assert.ok(problem instanceof Problem)
    return problem.detail.split('\n')
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  const config = readConfig({})
  assert.equal(config.http.port, 8080)
  assert.equal(config.http.publicUrl, 'http://127.0.0.1:8080')
  assert.equal(config.database.url, null)
  assert.equal(config.data.dir, resolve('data'))
  assert.equal(config.speech.modelDir, resolve('data/models/speech'))
  assert.deepEqual(config.outbound.allow, [])
  assert.deepEqual(config.warnings, [])
  assert.ok(config.pipeline.workers >= 1)
})

test('values are read in their types, and empty ones count as absent', () => {
  const config = readConfig({
    PORT: ' 9000 ',
    HOST: '',
    INDABA_OUTBOUND_ALLOW: '10.0.0.0/8, 127.0.0.1/32:9001,[fd00::/8]:443,fd00::/8',
    INDABA_CORS_ORIGINS: 'https://crm.example.org',
    S3_BUCKET: 'calls',
    S3_FORCE_PATH_STYLE: '1',
    INDABA_PUBLIC_URL: 'https://calls.example.org/indaba/',
  })
  assert.equal(config.http.port, 9000)
  assert.equal(config.http.host, '127.0.0.1')
  assert.deepEqual(config.outbound.allow, ['10.0.0.0/8', '127.0.0.1/32:9001', '[fd00::/8]:443', 'fd00::/8'])
  assert.equal(config.storage.s3ForcePathStyle, true)
  assert.equal(config.http.publicUrl, 'https://calls.example.org/indaba')
  assert.throws(() => ((config.http as { port: number }).port = 1), TypeError)
})

test('each wrong value gets one line that names it and what is expected', () => {
  const lines = faults({
    PORT: '80a',
    INDABA_WORKERS: '0',
    INDABA_SPEECH_ENGINE: 'whisper',
    INDABA_OUTBOUND_ALLOW: '10.0.0.0/33',
    INDABA_TIME_ZONE: 'Africa/Joburg',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    INDABA_SECRET_KEY: 'short',
    S3_FORCE_PATH_STYLE: 'maybe',
  })
  assert.equal(lines.length, 8)
  assert.match(lines.join('\n'), /^PORT is "80a"; expected a whole number from 0 to 65535\.$/m)
  assert.match(lines.join('\n'), /^INDABA_SPEECH_ENGINE is "whisper"; expected one of auto, openai/m)
  assert.doesNotMatch(lines.join('\n'), /hunter2|short/)
})

test('a host that others can reach needs a long admin token', () => {
  for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'calls.example.org', '127.0.0.1.example.org']) {
    assert.match(faults({ HOST })[0] ?? '', /INDABA_ADMIN_TOKEN must be set to 32 characters/)
    assert.match(faults({ HOST, INDABA_ADMIN_TOKEN: strong.slice(1) })[0] ?? '', /INDABA_ADMIN_TOKEN/)
    assert.deepEqual(faults({ HOST, INDABA_ADMIN_TOKEN: strong }), [])
  }
  for (const HOST of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]']) assert.deepEqual(faults({ HOST }), [])
})

test('settings that need each other are checked together', () => {
  assert.equal(faults({ INDABA_SPEECH_ENGINE: 'openai' }).length, 1)
  assert.equal(faults({ INDABA_LANGUAGE_ENGINE: 'llm' }).length, 1)
  assert.equal(faults({ S3_BUCKET: 'calls', S3_ACCESS_KEY_ID: 'id' }).length, 1)
  assert.equal(faults({ S3_ENDPOINT: 'http://127.0.0.1:9000' }).length, 1)
  assert.match(faults({ INDABA_SMTP_URL: 'smtp://mail.example.org' })[0] ?? '', /INDABA_MAIL_FROM/)
})

test('secrets come from files too, and are never printed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'indaba-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), `${strong}\n`)
  const config = readConfig({
    INDABA_ADMIN_TOKEN_FILE: join(folder, 'token'),
    DATABASE_URL: 'postgres://indaba:hunter2@db.example.org/calls?sslpassword=hunter3',
    INDABA_SPEECH_URL: 'https://user:hunter4@speech.example.org/v1',
  })
  assert.equal(config.access.adminToken, strong)
  const shown = describeConfig(config)
  assert.doesNotMatch(shown, /kkkk|hunter/)
  assert.match(shown, /DATABASE_URL +postgres:\/\/indaba:\*{6}@db\.example\.org\/calls/)
  assert.match(shown, /INDABA_ADMIN_TOKEN +\*{6}/)
  assert.match(shown, /S3_BUCKET +\(not set\)/)
  assert.match(faults({ INDABA_ADMIN_TOKEN_FILE: join(folder, 'none') })[0] ?? '', /cannot be read \(ENOENT\)/)
  assert.match(faults({ DATABASE_URL: 'postgres://a', DATABASE_URL_FILE: 'x' })[0] ?? '', /Both DATABASE_URL and/)
})

test('an unknown name is warned about, with the name that was probably meant', () => {
  const { warnings } = readConfig({ INDABA_DATADIR: '/srv', INDABA_NONSENSE: '1', INDABA_TEST_X: '1', OTHER: '1' })
  assert.deepEqual(warnings, [
    'INDABA_DATADIR is not a setting; did you mean INDABA_DATA_DIR?',
    'INDABA_NONSENSE is not a setting, and is ignored.',
  ])
  assert.match(readConfig({ INDABA_ADMIN_TOKEN: 'tiny' }).warnings[0] ?? '', /short/)
})

test('whatever the environment holds, it gives a config or a Problem', () => {
  const names = [...configurationMarkdown().matchAll(/^\| `(\w+)`/gm)].map((match) => match[1] as string)
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('0', '-1', '1e9', '9'.repeat(400), '::/0', '1'))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (env) => {
      for (const line of faults(env)) assert.match(line, /INDABA_|S3_|PORT|HOST|DATABASE_URL/)
    }),
  )
})

test('the page of settings is the present one', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8'), configurationMarkdown())
})
