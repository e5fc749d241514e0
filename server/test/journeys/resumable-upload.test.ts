// Recordings and archives by tus, as its own client sends them, over networks and to servers that break.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { storedFiles } from '../stored-files.ts'
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts'
import { sampleCall } from './sample-call.ts'
import { ask, begin, patch, sendByTus } from './tus-client.ts'

const mib = 2 ** 20

describe('resumable uploads', () => {
  let harness: Harness
  let own: Customer
  let proxy: CuttingProxy
  let call: Buffer
  before(async () => {
    harness = await startHarness()
    own = await harness.customer()
    proxy = await startCuttingProxy(harness.url)
    call = await readFile(sampleCall)
  })
  after(async () => {
    await proxy?.close()
    await harness?.stop()
  })

  const stored = () => storedFiles(harness.dataDir)

  test('a recording in one piece becomes a call, with what was said of it', async () => {
    const metadata = JSON.stringify({ agent_email: 'thandi@example.com', tags: ['renewal'] })
    const sent = await sendByTus(harness.url, own, call, {
      metadata: { filename: 'call.wav', filetype: 'audio/wav', metadata, caller_number: '+27110000001' },
    })
    const id = sent.headers['X-Conversation-Id'] ?? ''
    const done = await harness.finished(own, id)
    assert.equal(done.status, 'completed')
    assert.deepEqual(done.tags, ['renewal'])
    assert.equal(done.caller_number, '+27110000001')
    const again = await ask('HEAD', sent.url, own)
    assert.equal(again.headers.get('upload-offset'), String(call.length))
    assert.equal(again.headers.get('x-conversation-id'), id)
    const audio = await fetch(`${harness.url}/v1/conversations/${id}/recording`, { headers: own.headers })
    assert.ok(Buffer.from(await audio.arrayBuffer()).equals(call))
  })

  test('connections that are cut in the midst of it: what arrived is kept, and nothing is sent twice', async () => {
    const earlier = await stored()
    const bytes = Buffer.concat([call, randomBytes(6 * mib)])
    proxy.cutAfter.push(1.2 * mib, 2.5 * mib, 700_000, 1 * mib)
    const sent = await sendByTus(proxy.url, own, bytes, { metadata: { filename: 'cut.wav' } })
    assert.equal(proxy.cuts(), 4)
    const id = sent.headers['X-Conversation-Id'] ?? ''
    const { rows } = await harness.app.db
      .selectFrom('recordings')
      .select(['sha256', 'size_bytes'])
      .where('conversation_id', '=', id)
      .execute()
      .then((rows) => ({ rows }))
    assert.deepEqual(rows, [{ sha256: createHash('sha256').update(bytes).digest('hex'), size_bytes: bytes.length }])
    assert.equal(await stored(), earlier + 1, 'the parts are gone once they are one')
  })

  test('offsets, locks, sizes and what is gone', async () => {
    const { url } = await begin(harness.url, own, 10, { filename: 'a.wav' })
    assert.equal((await patch(url, own, 3, Buffer.from('abc'))).status, 409)
    assert.equal((await patch(url, own, 0, Buffer.from('abc'))).status, 204)
    assert.equal((await patch(url, own, 0, Buffer.from('abc'))).status, 409, 'the last answer was lost')
    assert.equal((await patch(url, own, 3, Buffer.from('x'.repeat(8)))).status, 413)
    assert.equal((await ask('HEAD', url, own)).headers.get('upload-offset'), '3')
    assert.equal((await ask('DELETE', url, own)).status, 204)
    assert.equal((await ask('HEAD', url, own)).status, 410)
    assert.equal((await patch(url, own, 3, Buffer.from('x'))).status, 410)
  })
})
