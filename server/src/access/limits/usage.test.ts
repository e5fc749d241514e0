import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { freshDatabase } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { together } from '../../platform/db/together.ts'
import { createOrg } from '../orgs.ts'
import { openUsage, reserveUsage, settleUsage } from './usage.ts'

const thresholds = [50, 60, 70, 75, 80, 90, 100]

describe('what is used of a month', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 6 })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  test('in whatever portions it is settled, side by side and at once, each threshold is reached once', async () => {
    const portions = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }), {
      maxLength: 12,
    })
    await everyOrg(() =>
      fc.assert(
        fc.asyncProperty(portions, fc.integer({ min: 0, max: 200 }), async (transactions, limit) => {
          const { id: orgId } = await createOrg(db, { name: 'Test' })
          const month = { orgId, kind: 'chats', month: '2026-01' } as const
          const claim = { ...month, units: 0, limit, isHalting: true }
          await db.transaction().execute((tx) => openUsage(tx, { ...claim, used: 0, reserved: 0 }))
          const reached = await Promise.all(
            transactions.map((amounts) =>
              db
                .transaction()
                .execute((tx) => together(...amounts.map((used) => settleUsage(tx, { ...month, reserved: 0, used })))),
            ),
          )
          const used = transactions.flat().reduce((sum, one) => sum + one, 0)
          const isAny = transactions.length > 0
          assert.deepEqual(
            reached
              .flat(2)
              .map(({ percent }) => percent)
              .sort((a, b) => a - b),
            thresholds.filter((percent) => isAny && used * 100 >= percent * limit),
          )
          const [grant] = await db.transaction().execute((tx) => reserveUsage(tx, [{ ...claim, units: 1000 }]))
          assert.deepEqual(grant, { ...month, taken: used, granted: Math.max(0, Math.min(1000, limit - used)) })
        }),
        { numRuns: 25 },
      ),
    )
  })
})
