import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import type { Log } from '../platform/log.ts'
import { standing } from './standing.ts'

const log = { warn: () => {} } as unknown as Log

test('who was let in just before a change, beside one who came after it, is told of it', async () => {
  const before: Principal = {
    actor: 'key:a',
    orgId: 'o',
    isAdmin: false,
    scopes: ['events:read'],
    reach: 'all',
    reveals: true,
    proof: 'key a',
  }
  const now: Principal = { ...before, reveals: false }
  const watch = standing({ db: {} as Db, again: async () => now, log })
  const told: string[] = []
  const watcher = (name: string) => ({
    lost: () => void told.push(`${name} lost`),
    changed: ({ reveals }: Principal) => void told.push(`${name} ${reveals}`),
  })
  watch.watch(now, 'events:read', watcher('after'))
  watch.watch(before, 'events:read', watcher('before'))
  for (let n = 0; n < 100 && told.length === 0; n++) await delay(20)
  watch.stop()
  assert.ok(told.includes('before false'), told.join())
})
