import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { newId } from '../../platform/ids.ts'
import { forgetOldSignIns, rememberDevice, settleAttempt, takeAttempt } from './sign-in-sources.ts'

let db: Db
let database: Awaited<ReturnType<typeof freshDatabase>>
before(async () => {
  database = await freshDatabase()
  db = openDb({ url: database.url, connectionsMax: 8 })
})
after(async () => {
  await db.destroy()
  await database.drop()
})

const attempt = async (email: string, address: string, device: string | null = null) => {
  try {
    return await takeAttempt(db, { email, address, device })
  } catch (problem) {
    assert.equal((problem as { code: string }).code, 'too_many_attempts')
    return (problem as { retryAfterS: number }).retryAfterS
  }
}

test('of a hundred attempts at once, few are let through', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => attempt('many@example.org', '192.0.2.1')))
  const taken = all.filter((one) => typeof one !== 'number').length
  assert.ok(taken >= 9 && taken <= 11, `${taken} were let through`)
})

test('the wait doubles with each failure up to a quarter of an hour', async () => {
  const waits: number[] = []
  for (let failures = 0; failures < 36; failures++) {
    const one = await attempt('slow@example.org', '192.0.2.1')
    if (typeof one === 'number') waits.push(one)
    // Time passes: this attempt's wait is over, and it is made again.
    await db
      .updateTable('sign_in_sources')
      .set({ last_tried_at: new Date(Date.now() - 3_600_000) })
      .execute()
    if (typeof one === 'number') await attempt('slow@example.org', '192.0.2.1')
    await db.updateTable('sign_in_sources').set({ last_tried_at: new Date() }).execute()
  }
  assert.deepEqual(waits.slice(0, 4), [1, 2, 4, 8])
  assert.equal(waits.at(-1), 900)
})

test('a stranger who fails from many addresses blocks neither the known address nor the known device', async () => {
  const email = 'owner@example.org'
  const first = await attempt(email, '192.0.2.10')
  assert.ok(typeof first !== 'number')
  await settleAttempt(db, first)
  await rememberDevice(db, email, 'my-device')
  let refused = 0
  for (let from = 1; from <= 60; from++) {
    for (let time = 0; time < 2; time++) if (typeof (await attempt(email, `198.51.100.${from}`)) === 'number') refused++
  }
  assert.ok(refused > 60, 'strangers wait for one another')
  assert.ok(typeof (await attempt(email, '203.0.113.7')) === 'number', 'also a new one')
  assert.ok(typeof (await attempt(email, '192.0.2.10')) !== 'number', 'the address that has signed in does not')
  assert.ok(typeof (await attempt(email, '203.0.113.9', 'my-device')) !== 'number', 'nor the device, wherever it is')
  assert.ok(typeof (await attempt(email, '203.0.113.9', 'another-device')) === 'number', 'a device that never did does')
})

test('the owner shares an address with the stranger, and is let in by the device', async () => {
  const email = 'office@example.org'
  await rememberDevice(db, email, 'my-device')
  for (let time = 0; time < 12; time++) await attempt(email, '192.0.2.77')
  assert.ok(typeof (await attempt(email, '192.0.2.77')) === 'number')
  assert.ok(typeof (await attempt(email, '192.0.2.77', 'my-device')) !== 'number')
})

test('a device waits too when it fails', async () => {
  const email = 'stolen@example.org'
  await rememberDevice(db, email, 'my-device')
  const all = []
  for (let time = 0; time < 12; time++) all.push(await attempt(email, '192.0.2.99', 'my-device'))
  assert.ok(typeof all.at(-1) === 'number')
})

test('a whole network of IPv6 is one source, and IPv4 in IPv6 is IPv4', async () => {
  for (let time = 0; time < 12; time++) await attempt('six@example.org', `2001:db8:1:2::${time + 1}`)
  assert.ok(typeof (await attempt('six@example.org', '2001:0db8:0001:0002:ffff::1')) === 'number')
  assert.ok(typeof (await attempt('six@example.org', '2001:db8:1:3::1')) !== 'number')
  for (let time = 0; time < 12; time++) await attempt('four@example.org', '192.0.2.1')
  assert.ok(typeof (await attempt('four@example.org', '::ffff:192.0.2.1')) === 'number')
})

test('one address that tries many accounts is slowed down, and whoever is known there is not', async () => {
  const first = await attempt('known@example.org', '192.0.2.200')
  assert.ok(typeof first !== 'number')
  await settleAttempt(db, first)
  const all = []
  for (let time = 0; time < 70; time++) all.push(await attempt(`spray-${time}@example.org`, '192.0.2.200'))
  assert.equal(all.filter((one) => typeof one === 'number').length > 5, true)
  assert.ok(typeof (await attempt('known@example.org', '192.0.2.200')) !== 'number')
})

test('people of deleted organisations are forgotten, and nobody where organisations are hidden', async () => {
  const old = { created_at: new Date(Date.now() - 48 * 3_600_000) }
  await db
    .insertInto('users')
    .values([
      { id: newId(), email: 'gone@example.org', ...old },
      { id: newId(), email: 'new@example.org' },
    ])
    .execute()
  const left = async () =>
    (await db.selectFrom('users').select('email').orderBy('email').execute()).map(({ email }) => email)
  await forgetOldSignIns(db)
  assert.deepEqual(await left(), ['gone@example.org', 'new@example.org'])
  await everyOrg(() => forgetOldSignIns(db))
  assert.deepEqual(await left(), ['new@example.org'])
})
