import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { newSigningKey } from '../signature.ts'
import { credentialStore, type EndpointRow } from './credentials.ts'

/** "Sealed" is the text with its place before it, so that a value that is opened at another place is refused. */
const seal = (column: string, id: string, text: string) => Buffer.from(`${column} ${id} ${text}`)

function store() {
  let opened = 0
  let failures = 0
  const secrets = {
    async open(_db: unknown, place: { in: { column: string }; id: string }, sealed: Uint8Array) {
      opened += 1
      if (failures > 0) {
        failures -= 1
        throw new Error('the key service is away')
      }
      const start = `${place.in.column} ${place.id} `
      const text = Buffer.from(sealed).toString()
      assert.ok(text.startsWith(start), `${text} is not at ${start}`)
      return text.slice(start.length)
    },
  } as unknown as Secrets
  return {
    ...credentialStore({ db: {} as Db, secrets }),
    opened: () => opened,
    failNext: (times: number) => {
      failures = times
    },
  }
}

const rowOf = (id: string, fields: Partial<EndpointRow> = {}) =>
  ({
    org_id: 'org',
    id,
    revision: 1,
    secret: seal('secret', id, 'present'),
    signing_key: null,
    headers: null,
    client_certificate: null,
    client_key: null,
    settings_secret: null,
    ...fields,
  }) as EndpointRow

const inMs = (ms: number) => new Date(Date.now() + ms)

test('opens what is sealed, once for each revision', async () => {
  const credentials = store()
  const id = newId()
  const pkcs8 = newSigningKey()
  const row = rowOf(id, {
    headers: seal('headers', id, '{"x-key":"v"}'),
    signing_key: seal('signing_key', id, pkcs8),
    client_certificate: 'PEM',
    client_key: seal('client_key', id, 'KEY'),
    settings_secret: seal('settings_secret', id, '{"password":"p"}'),
  })
  const first = await credentials.of(row, [])
  assert.deepEqual(first.secrets, ['present'])
  assert.deepEqual(first.headers, { 'x-key': 'v' })
  assert.deepEqual(first.clientCertificate, { certificate: 'PEM', key: 'KEY' })
  assert.deepEqual(first.brokerSecret, { password: 'p' })
  assert.equal(first.signingKey?.asymmetricKeyType, 'ed25519')
  assert.equal(credentials.opened(), 5)
  await Promise.all(Array.from({ length: 50 }, () => credentials.of(row, [])))
  assert.equal(credentials.opened(), 5)
  const changed = await credentials.of({ ...row, revision: 2, secret: seal('secret', id, 'newer') }, [])
  assert.deepEqual(changed.secrets, ['newer'])
  assert.equal(credentials.opened(), 10)
})

test('former secrets sign behind the present one, newest first, until the moment they end', async () => {
  const credentials = store()
  const older = newId()
  await delay(2)
  const newer = newId()
  const former = [
    { id: older, secret: seal('secret', older, 'older'), expires_at: inMs(60_000) },
    { id: newer, secret: seal('secret', newer, 'newer'), expires_at: inMs(300) },
  ]
  const row = rowOf(newId())
  assert.deepEqual((await credentials.of(row, former)).secrets, ['present', 'newer', 'older'])
  await delay(320)
  assert.deepEqual((await credentials.of(row, former)).secrets, ['present', 'older'])
})

test('what does not open is tried again, and is not kept', async () => {
  const credentials = store()
  const row = rowOf(newId())
  credentials.failNext(1)
  await assert.rejects(credentials.of(row, []), /away/)
  assert.deepEqual((await credentials.of(row, [])).secrets, ['present'])
})

test('at most 1,000 are kept: the one that was unused for longest goes first', async () => {
  const credentials = store()
  const rows = Array.from({ length: 1001 }, () => rowOf(newId()))
  const [oldest, second, ...others] = rows as [EndpointRow, EndpointRow, ...EndpointRow[]]
  await credentials.of(oldest, [])
  await credentials.of(second, [])
  for (const row of others.slice(0, 998)) await credentials.of(row, [])
  await credentials.of(oldest, [])
  assert.equal(credentials.opened(), 1000)
  await credentials.of(others[998] as EndpointRow, [])
  await credentials.of(oldest, [])
  assert.equal(credentials.opened(), 1001)
  await credentials.of(second, [])
  assert.equal(credentials.opened(), 1002)
})
