import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { freshDatabase } from '../../test/database.ts'
import { createOrg } from '../access/index.ts'
import { type Db, openDb, type Tx } from '../platform/db/db.ts'
import { newId } from '../platform/ids.ts'
import { takeTags } from './fair-queue.ts'

let db: Db
let drop: (() => Promise<void>) | undefined

const rolledBack = Symbol('rolled back')

/** Runs `work` in a transaction that never happened. */
async function pretend(work: (tx: Tx) => Promise<void>): Promise<void> {
  await db
    .transaction()
    .execute(async (tx) => {
      await work(tx)
      throw rolledBack
    })
    .catch((err) => {
      if (err !== rolledBack) throw err
    })
}

const makeOrgs = (tx: Tx, count: number) =>
  Promise.all(Array.from({ length: count }, async (_, n) => (await createOrg(tx, { name: `Org ${n}` })).id))

async function put(tx: Tx, orgId: string, tag: number, channel = 'voice'): Promise<string> {
  const id = newId()
  await sql`
    insert into conversations (org_id, id, channel, status, source, started_at, received_at, updated_at, seq, queue_tag)
    values (${orgId}, ${id}, ${channel}, 'queued', 'process_call', now(), now(), now(), 0, ${tag})`.execute(tx)
  return id
}

async function takeNext(tx: Tx): Promise<{ orgId: string; tag: number } | null> {
  await sql`delete from conversations where status = 'processing'`.execute(tx)
  const { rows } = await sql<{ org_id: string; queue_tag: number }>`
    update conversations set status = 'processing' where id =
      (select id from conversations where status = 'queued' order by queue_tag, id limit 1)
    returning org_id, queue_tag`.execute(tx)
  return rows[0] ? { orgId: rows[0].org_id, tag: rows[0].queue_tag } : null
}

describe('fair queuing', () => {
  before(async () => {
    const database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 4, as: 'owner' })
    drop = database.drop
  })
  after(async () => {
    await db?.destroy()
    await drop?.()
  })

  test('a quiet organisation comes next after a busy one has begun, whatever the backlog', async () => {
    await pretend(async (tx) => {
      const [busy = '', quiet = ''] = await makeOrgs(tx, 2)
      for (const tag of await takeTags(tx, Array(60).fill({ orgId: busy, channel: 'voice' }))) await put(tx, busy, tag)
      for (let served = 0; served < 7; served++) await takeNext(tx)
      const [tag = 0] = await takeTags(tx, [{ orgId: quiet, channel: 'voice' }])
      await put(tx, quiet, tag)
      const order: string[] = []
      for (let one = await takeNext(tx); one; one = await takeNext(tx)) order.push(one.orgId)
      assert.equal(order.length, 54)
      const position = order.indexOf(quiet)
      console.log(`the quiet call is number ${position + 1} of ${order.length} that wait`)
      assert.ok(position <= 1, `at position ${position}`)
    })
  })

  test('chats do not put off calls', async () => {
    await pretend(async (tx) => {
      const [org = '', other = ''] = await makeOrgs(tx, 2)
      await takeTags(tx, Array(5000).fill({ orgId: org, channel: 'chat' }))
      const [otherTag = 0] = await takeTags(tx, [{ orgId: other, channel: 'voice' }])
      const [tag] = await takeTags(tx, [{ orgId: org, channel: 'voice' }])
      await put(tx, other, otherTag)
      assert.equal(tag, 2, 'next to the one call of the other, not after 5000 chats')
    })
  })

  test('property: tags of one organisation rise one by one within a batch, and nobody waits longer than the others did', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('send' as const), org: fc.nat(3), count: fc.integer({ min: 1, max: 12 }) }),
        fc.record({ kind: fc.constant('serve' as const), count: fc.integer({ min: 1, max: 6 }) }),
      ),
      { minLength: 1, maxLength: 14 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        await pretend(async (tx) => {
          const orgs = await makeOrgs(tx, 4)
          const last = new Map<string, number>()
          const waiting = new Map(orgs.map((one) => [one, 0]))
          // How often others were served since an organisation last was, or came to have something waiting.
          const passedBy = new Map(orgs.map((one) => [one, 0]))
          for (const step of history) {
            if (step.kind === 'send') {
              const orgId = orgs[step.org] as string
              const tags = await takeTags(tx, Array(step.count).fill({ orgId, channel: 'voice' }))
              for (const [index, tag] of tags.entries()) {
                if (index > 0) assert.equal(tag, (tags[index - 1] as number) + 1)
                assert.ok(tag > (last.get(orgId) ?? 0), 'a tag of an organisation is never given twice')
                last.set(orgId, tag)
                await put(tx, orgId, tag)
              }
              if (waiting.get(orgId) === 0) passedBy.set(orgId, 0)
              waiting.set(orgId, (waiting.get(orgId) ?? 0) + step.count)
              continue
            }
            for (let n = 0; n < step.count; n++) {
              const served = await takeNext(tx)
              if (!served) break
              waiting.set(served.orgId, (waiting.get(served.orgId) ?? 0) - 1)
              for (const org of orgs) passedBy.set(org, (passedBy.get(org) ?? 0) + 1)
              passedBy.set(served.orgId, 0)
              for (const org of orgs) {
                if (!waiting.get(org)) continue
                // Each of the three others at most twice: once at the same tag, once by the order of their ids.
                assert.ok((passedBy.get(org) ?? 0) <= 6, `passed by ${passedBy.get(org)} times`)
              }
            }
          }
        })
      }),
      { numRuns: 60 },
    )
  })
})
