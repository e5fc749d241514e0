import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOutbox } from '../../test/outbox.ts'
import { newId } from '../platform/ids.ts'
import { announceHead } from './audit-heads.ts'

test('a signed end of the audit is told to its organisation, and to nobody where there is none', async () => {
  const outbox = await openOutbox()
  try {
    const { db } = outbox
    const orgId = await outbox.org()
    const head = { seq: 7, hash: 'ab'.repeat(32), at: '2026-03-05T09:00:00.000Z', public_key: 'key', signature: 'sig' }
    for (const org_id of [orgId, newId()]) await db.transaction().execute((tx) => announceHead(tx, { org_id, ...head }))
    const events = await db.selectFrom('events').select(['org_id', 'type', 'data']).execute()
    const { seq: audit_seq, ...rest } = head
    const data = { audit_seq, ...rest, links: { self: '/v1/audit/heads' } }
    assert.deepEqual(events, [{ org_id: orgId, type: 'audit.head_signed', data }])
  } finally {
    await outbox.close()
  }
})
