import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Acceptance, call, chat, openAcceptance, type TakeIn } from '../../test/acceptance.ts'
import { changeOrg } from '../access/index.ts'
import { closeConversation, getConversation, lockConversation, wholeOrg } from '../conversations/index.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { type Asked, monthIn } from './allocation.ts'

const zone = 'UTC'

describe('the allocation of a month', () => {
  let house: Acceptance
  before(async () => {
    house = await openAcceptance()
  })
  after(() => house?.close())

  const claim = (orgId: string, more: Partial<Asked>): Asked => ({
    ...{ orgId, kind: 'chats', month: monthIn(zone), units: 1, limit: 50, isHalting: true, zone },
    ...more,
  })
  const usage = async (orgId: string) => {
    const rows = await house.db.selectFrom('usage_months').selectAll().where('org_id', '=', orgId).execute()
    return Object.fromEntries(rows.map(({ kind, used, reserved, told }) => [kind, { used, reserved, told }]))
  }
  const isTaken = async (take: ReturnType<TakeIn>) => {
    try {
      await take
      return true
    } catch (err) {
      assert.ok(err instanceof Problem && err.code === 'allocation_exceeded', String(err))
      assert.equal(err.facts.used, err.facts.limit)
      return false
    }
  }
  const end = (orgId: string, id: string) =>
    house.db.transaction().execute(async (tx) => {
      const conversation = await getConversation(tx, wholeOrg(orgId), id)
      assert.ok(conversation && (await lockConversation(tx, conversation)))
      const failure = { code: 'unreadable', reason: 'It is no recording.', stage: 'decode' }
      await closeConversation(tx, conversation, { status: 'failed', failure })
    })

  test('two processes, two hundred at once: as many as there is room for, and not one more', async () => {
    const orgId = await house.org()
    const doors = [house.process(), house.process()]
    const taken = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        isTaken((doors[index % 2] as TakeIn)(chat(orgId, { claim: claim(orgId, {}) }))),
      ),
    )
    assert.equal(taken.filter(Boolean).length, 50)
    assert.deepEqual(await usage(orgId), { chats: { used: 0, reserved: 50, told: 0 } })
    const { conversations, events, jobs } = await house.rows(orgId)
    assert.deepEqual({ conversations, events, jobs }, { conversations: 50, events: 50, jobs: 50 })
  })

  test('whatever is sent at once, what is reserved is never more than the limit, and all of it is free at the end', async () => {
    const doors = [house.process(), house.process()]
    const amounts = fc.array(fc.integer({ min: 1000, max: 600_000 }), { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(amounts, fc.integer({ min: 0, max: 3_000_000 }), async (all, limit) => {
        const orgId = await house.org()
        const ids: string[] = []
        await Promise.all(
          all.map(async (units, index) => {
            const submission = call(orgId, { claim: claim(orgId, { kind: 'minutes', units, limit }) })
            const take = (doors[index % 2] as TakeIn)(submission)
            if (await isTaken(take)) ids.push((await take).conversationId)
          }),
        )
        const reserved = (await usage(orgId)).minutes?.reserved ?? 0
        const wanted = all.reduce((sum, units) => sum + units, 0)
        // What is refused finds nothing left at all.
        assert.equal(reserved, Math.min(wanted, limit))
        for (const id of ids) await end(orgId, id)
        assert.deepEqual((await usage(orgId)).minutes, { used: 0, reserved: 0, told: 0 })
      }),
      { numRuns: 12 },
    )
  })

  test('duplicates hold nothing, and a chat that is sent again with more in it holds one place', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const send = (content_hash: string, external_id: string) =>
      takeIn(chat(orgId, { claim: claim(orgId, { limit: 2 }), arrival: { external_id, content_hash } }))
    const all = await Promise.all([
      send('one', 'a'),
      send('one', 'a'),
      send('two', 'a'),
      send('two', 'a'),
      send('one', 'b'),
    ])
    assert.deepEqual(
      all.map(({ outcome }) => outcome),
      ['new', 'duplicate', 'new_version', 'duplicate', 'new'],
    )
    assert.equal((await usage(orgId)).chats?.reserved, 2)
    assert.equal(await isTaken(send('one', 'c')), false)
    assert.equal((await send('three', 'a')).outcome, 'new_version')
    await end(orgId, (all[0] as { conversationId: string }).conversationId)
    assert.equal((await usage(orgId)).chats?.reserved, 1)
    assert.equal((await send('one', 'c')).outcome, 'new')
    // What failed gave its place back: it needs one again.
    assert.equal(await isTaken(send('four', 'a')), false)
  })

  test('a call that is sent again while it waits holds what the newer recording needs', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const send = (content_hash: string, units: number) =>
      takeIn(
        call(orgId, {
          claim: claim(orgId, { kind: 'minutes', limit: 600_000, units }),
          arrival: { external_id: 'call', content_hash },
        }),
      )
    await send('one', 200_000)
    assert.equal((await usage(orgId)).minutes?.reserved, 200_000)
    assert.equal((await send('two', 300_000)).outcome, 'new_version')
    assert.equal((await usage(orgId)).minutes?.reserved, 300_000)
  })

  test('whoever chose to go on is never refused', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const goOn = claim(orgId, { limit: 3, isHalting: false })
    for (let n = 0; n < 5; n++) assert.ok(await isTaken(takeIn(chat(orgId, { claim: goOn }))))
    assert.equal((await usage(orgId)).chats?.reserved, 5)
    assert.equal(await isTaken(takeIn(chat(orgId, { claim: { ...goOn, isHalting: true, limit: 5 } }))), false)
  })

  test('what was refused under an Idempotency-Key is taken under it once there is room', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    const idempotency = { orgId, route: 'POST /v1/chats/upload', key: newId(), fingerprint: 'one' }
    const send = (limit: number) => takeIn(chat(orgId, { idempotency, claim: claim(orgId, { limit }) }))
    assert.equal(await isTaken(send(0)), false)
    assert.equal(await isTaken(send(0)), false)
    assert.equal((await send(1)).outcome, 'new')
    assert.equal((await send(1)).headers?.['Idempotency-Replayed'], 'true')
    assert.equal((await usage(orgId)).chats?.reserved, 1)
  })

  test('a limit that is set in the middle of a month, or again, finds what was sent before', async () => {
    const orgId = await house.org()
    const takeIn = house.process()
    for (let n = 0; n < 3; n++) await takeIn(chat(orgId))
    const limited = () => chat(orgId, { claim: claim(orgId, { limit: 5 }) })
    assert.ok(await isTaken(takeIn(limited())))
    assert.deepEqual((await usage(orgId)).chats, { used: 3, reserved: 1, told: 0 })
    await changeOrg(house.db, orgId, { settings: { chats_per_month: null } })
    await takeIn(chat(orgId))
    await changeOrg(house.db, orgId, { settings: { chats_per_month: 5 } })
    assert.equal(await isTaken(takeIn(limited())), false)
    assert.deepEqual((await usage(orgId)).chats, { used: 4, reserved: 1, told: 0 })
  })
})
