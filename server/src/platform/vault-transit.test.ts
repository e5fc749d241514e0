// Both ways of wrapping, each against the same expectations, and the key service's bad days.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type FakeVault, startVault } from '../../test/fakes/vault-transit.ts'
import { type KeyWrapper, localKeyWrapper } from './key-wrapper.ts'
import { outbound } from './outbound/request.ts'
import { Problem } from './problem.ts'
import { vaultTransit } from './vault-transit.ts'

describe('who wraps data keys', () => {
  let vault: FakeVault
  const out = outbound({ allow: [], userAgent: 'Indaba/test' })
  before(async () => {
    vault = await startVault()
  })
  after(async () => {
    await vault.close()
    await out.close()
  })

  const service = (keyName: string, token: string | null = vault.token, timeoutMs = 3000): KeyWrapper => {
    const fetch = out.fetchLike({ trusted: true, partition: 'kms', timeoutMs, responseSizeBytesMax: 65_536 })
    return vaultTransit({ url: `${vault.url}/`, keyName, token, fetch })
  }
  const secretKey = randomBytes(32)
  const pairs: Record<string, () => [KeyWrapper, KeyWrapper]> = {
    'a key of the operator': () => [localKeyWrapper(secretKey, 'a'), localKeyWrapper(randomBytes(32), 'b')],
    'a key service': () => [service('indaba'), service('another')],
  }

  for (const [name, pair] of Object.entries(pairs)) {
    test(`${name}: what it wraps it unwraps, in the same context alone, and nobody else does`, async () => {
      const [mine, other] = pair()
      const key = randomBytes(32)
      const wrapped = await mine.wrap(key, 'organisation 1')
      assert.ok(!wrapped.includes(key) && !wrapped.toString().includes(key.toString('base64')))
      assert.deepEqual(await mine.unwrap(wrapped, 'organisation 1'), key)
      assert.notEqual(mine.id, other.id)
      await assert.rejects(mine.unwrap(wrapped, 'organisation 2'))
      await assert.rejects(other.unwrap(wrapped, 'organisation 1'))
      const changed = Buffer.from(wrapped)
      changed[20] = (changed[20] as number) ^ 1
      await assert.rejects(mine.unwrap(changed, 'organisation 1'))
      await assert.rejects(mine.unwrap(Buffer.alloc(0), 'organisation 1'))
    })
  }

  test('the name of a key tells keys apart and does not tell the key', () => {
    const same = localKeyWrapper(secretKey, 'again')
    assert.equal(same.id, localKeyWrapper(secretKey, 'a').id)
    assert.match(same.id, /^key:[0-9a-f]{16}$/)
    assert.equal(service('indaba').id, 'vault:transit/indaba')
  })

  const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
    const err = await work.then(
      () => assert.fail('it worked'),
      (one) => one,
    )
    assert.ok(err instanceof Problem, String(err))
    assert.ok(!err.detail.includes(vault.token))
    return err
  }

  test('while the service is away, sealed, silent or not itself, it is an outage that tells where it is', async () => {
    const one = service('indaba', vault.token, 300)
    for (const state of ['sealed', 'garbage', 'silent'] as const) {
      vault.become(state)
      const { kind, code, detail } = await problemOf(one.wrap(randomBytes(32), 'x'))
      assert.deepEqual([kind, code], ['unavailable', 'key_service_unavailable'], state)
      assert.match(detail, /127\.0\.0\.1/)
    }
    vault.become('ready')
    await vault.close()
    assert.equal((await problemOf(one.wrap(randomBytes(32), 'x'))).code, 'key_service_unavailable')
    await vault.listen()
    await service('indaba').wrap(randomBytes(32), 'x')
  })

  test('a service that restarts meanwhile is asked again', async () => {
    vault.become('sealed')
    setTimeout(() => vault.become('ready'), 100)
    await service('indaba').wrap(randomBytes(32), 'x')
  })

  test('a wrong token, and a mount that is not there, say what to set', async () => {
    for (const token of ['hvs.wrong', null]) {
      const { kind, detail } = await problemOf(service('indaba', token).wrap(randomBytes(32), 'x'))
      assert.equal(kind, 'unavailable')
      assert.match(detail, /INDABA_KMS_TOKEN/)
    }
    const fetch = out.fetchLike({ trusted: true, partition: 'kms' })
    const elsewhere = vaultTransit({
      url: vault.url.replace('transit', 'kv'),
      keyName: 'indaba',
      token: vault.token,
      fetch,
    })
    assert.match((await problemOf(elsewhere.wrap(randomBytes(32), 'x'))).detail, /INDABA_KMS_URL/)
  })
})
