import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Acceptance, call, chat, openAcceptance, type TakeIn } from '../../test/acceptance.ts'
import { getConversation, wholeOrg } from '../conversations/index.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { addItems, cancelItems, countItems, listItems } from './jobs/items.ts'
import { createJob } from './jobs/jobs.ts'

const byName = (name: string) => ({
  name,
  kind: 'chat' as const,
  locator: {},
  fields: {},
  size_bytes: null,
  warnings: [],
  failure: null,
})

describe('the same content again', () => {
  let house: Acceptance
  let take: TakeIn
  before(async () => {
    house = await openAcceptance()
    take = house.process()
  })
  after(() => house?.close())

  const once = { allowsDuplicate: false }

  for (const [what, make] of [
    ['a chat', chat],
    ['a recording', call],
  ] as const) {
    test(`${what} is reported as a duplicate, and nothing is written`, async () => {
      const orgId = await house.org()
      const first = await take(make(orgId, once))
      const before = await house.rows(orgId)
      const second = await take(make(orgId, once))
      assert.equal(first.outcome, 'new')
      assert.equal(second.outcome, 'duplicate')
      assert.equal(second.conversationId, first.conversationId)
      assert.match(second.warnings.join(), new RegExp(first.conversationId))
      const { seq: _, ...rows } = await house.rows(orgId)
      const { seq: __, ...same } = before
      assert.deepEqual(rows, same)
    })
  }

  test('at once, in one transaction and from two processes, it is taken in once', async () => {
    const orgId = await house.org()
    const other = house.process()
    const taken = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? take : other)(call(orgId, once))),
    )
    assert.equal(taken.filter(({ outcome }) => outcome === 'new').length, 1)
    assert.equal(new Set(taken.map(({ conversationId }) => conversationId)).size, 1)
  })

  test('is taken in again when that is asked for, in another organisation, and when the first one failed', async () => {
    const orgId = await house.org()
    const first = await take(call(orgId, once))
    assert.equal((await take(call(orgId, { allowsDuplicate: true }))).outcome, 'new')
    assert.equal((await take(call(await house.org(), once))).outcome, 'new')
    await house.db.updateTable('conversations').set({ status: 'failed' }).where('org_id', '=', orgId).execute()
    const again = await take(call(orgId, once))
    assert.equal(again.outcome, 'new')
    assert.notEqual(again.conversationId, first.conversationId)
  })

  test('two ids of the sender are two conversations; one id and none are one', async () => {
    const orgId = await house.org()
    const named = (external_id: string | null) => call(orgId, { ...once, arrival: { external_id } })
    const a = await take(named('a'))
    assert.equal((await take(named('b'))).outcome, 'new')
    const none = await take(named(null))
    assert.deepEqual([none.outcome, none.conversationId], ['duplicate', a.conversationId])
  })

  test('a ticket for what is here already says so to whoever asks for it', async () => {
    const orgId = await house.org()
    const first = await take(call(orgId, once))
    const id = newId()
    await take(call(orgId, { ...once, kind: 'ticket', recording: null, arrival: { id, content_hash: null } }))
    const redeemed = await take(call(orgId, { ...once, kind: 'redemption', arrival: { id } }))
    assert.deepEqual([redeemed.outcome, redeemed.conversationId], ['duplicate', first.conversationId])
    const ticket = await getConversation(house.db, wholeOrg(orgId), id)
    assert.equal(ticket?.status, 'failed')
    assert.equal(ticket?.failure?.code, 'duplicate')
    assert.match(ticket?.failure?.reason ?? '', new RegExp(first.conversationId))
  })
})

describe('items of a bulk load', () => {
  let house: Acceptance
  let take: TakeIn
  before(async () => {
    house = await openAcceptance()
    take = house.process()
  })
  after(() => house?.close())

  async function load(names: string[]) {
    const orgId = await house.org()
    const jobId = await house.db.transaction().execute(async (tx) => {
      const sent_by = { actor: 'key:test', scopes: [], reach: 'all' as const }
      const { id } = await createJob(tx, {
        org_id: orgId,
        source: 'zip',
        name: 'calls.zip',
        state: 'expanded',
        sent_by,
        request_id: newId(),
      })
      await addItems(tx, { orgId, jobId: id }, names.map(byName))
      return id
    })
    const items = () => listItems(house.db, { orgId, jobId }, { after: null, limit: 100 })
    return { orgId, jobId, items }
  }

  test('the outcome is written with the conversation, once, whoever else takes the same item', async () => {
    const { orgId, jobId, items } = await load(['one', 'two', 'three'])
    const other = house.process()
    const ends = await Promise.allSettled(
      [0, 1, 2, 0, 1, 2].map((position, index) =>
        (index < 3 ? take : other)(
          chat(orgId, { item: { jobId, position }, arrival: { content_hash: `content ${position}` } }),
        ),
      ),
    )
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason)
    assert.equal(refused.length, 3)
    for (const reason of refused) assert.ok(reason instanceof Problem && reason.code === 'item_settled', String(reason))
    assert.equal((await house.rows(orgId)).conversations, 3)
    for (const { state, conversation_id, attempt } of await items()) {
      assert.deepEqual([state, attempt], ['ok', 1])
      assert.ok(conversation_id)
    }
  })

  test('a duplicate is told as one, and what was cancelled is not taken in', async () => {
    const { orgId, jobId, items } = await load(['one', 'same', 'late'])
    const at = (position: number) => chat(orgId, { allowsDuplicate: false, item: { jobId, position } })
    await take(at(0))
    await take(at(1))
    await house.db.transaction().execute((tx) => cancelItems(tx, { orgId, jobId }))
    await assert.rejects(take(at(2)), (err: Problem) => err.code === 'item_settled')
    assert.deepEqual(
      (await items()).map(({ state }) => state),
      ['ok', 'duplicate', 'cancelled'],
    )
    const counts = await countItems(house.db, { orgId, jobId })
    assert.deepEqual(counts, { total: 3, waiting: 0, ok: 1, failed: 0, duplicate: 1, cancelled: 1 })
  })

  test('is one in a transaction too, where only its first sender wants it however often it is here', async () => {
    const orgId = await house.org()
    const [first, second] = await Promise.all([
      take(call(orgId, { allowsDuplicate: true })),
      take(call(orgId, { allowsDuplicate: false })),
    ])
    assert.deepEqual([first?.outcome, second?.outcome], ['new', 'duplicate'])
    assert.equal(second?.conversationId, first?.conversationId)
  })

  test('names and fields that the database cannot hold are kept without what it cannot', async () => {
    const { items } = await load(['a\0b\ud800', 'x'.repeat(5000)])
    const [first, second] = await items()
    assert.equal(first?.name, 'ab\ufffd')
    assert.equal(second?.name.length, 2000)
  })
})
