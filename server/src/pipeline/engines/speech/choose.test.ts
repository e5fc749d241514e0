import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chooseSpeechEngine, type SpeechSettings } from './choose.ts'
import { writeToneModel } from './tone-model.ts'

const bare: SpeechSettings = { engine: 'auto', url: null, apiKey: null, model: null, modelDir: '/nowhere', fetch }

test('none is none', async () => {
  assert.deepEqual(await chooseSpeechEngine({ ...bare, engine: 'none' }), { engine: null, tried: [] })
})

test('auto takes the best that is present, and tells why not the better ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'choose-'))
  await writeToneModel(join(folder, 'tone'))
  const url = 'http://127.0.0.1:9/v1/'
  assert.equal((await chooseSpeechEngine({ ...bare, url })).engine?.name, 'openai')
  const { engine, tried } = await chooseSpeechEngine({ ...bare, modelDir: join(folder, 'tone') })
  assert.equal(engine?.name, 'sherpa')
  assert.deepEqual(
    tried.map(({ name, availability }) => [name, availability.available]),
    [
      ['openai', false],
      ['sherpa', true],
    ],
  )
  const last = await chooseSpeechEngine(bare)
  assert.equal(last.tried.length, 3)
  assert.equal(last.engine?.name ?? null, existsSync('/usr/bin/pocketsphinx_batch') ? 'pocketsphinx' : null)
  await rm(folder, { recursive: true })
})

test('an engine asked for by name is never replaced by another', async () => {
  for (const engine of ['openai', 'sherpa'] as const) {
    const chosen = await chooseSpeechEngine({ ...bare, engine })
    assert.equal(chosen.engine, null)
    assert.deepEqual(
      chosen.tried.map(({ name }) => name),
      [engine],
    )
  }
})
