import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'
import { asToldTo, isUnmasked } from '../../conversations/index.ts'
import type { Principal } from '../../platform/http/route.ts'
import { credentialStore } from '../endpoints/credentials.ts'
import { letterView, seesAll } from './letter-view.ts'
import { requireDelivery } from './one-delivery.ts'

let outbox: Outbox
before(async () => {
  outbox = await openOutbox()
})
after(() => outbox.close())

for (const style of ['vela', 'vbot'] as const) {
  test(`${style}: who may not see personal data sees none of it in a dead letter`, async (t) => {
    const receiver = await startScriptedReceiver((response) =>
      response.writeHead(500, { location: '/people/+27215550100' }).end('no customer ann@example.com, +27215550100'),
    )
    const sender = outbox.startSender()
    t.after(() => Promise.all([sender.stop(0), receiver.close()]))
    const orgId = await outbox.org()
    const input = { url: receiver.url, style, events: ['call.completed'], retry_waits_s: [] }
    const { endpoint, secret } = await outbox.endpoint(orgId, input)
    await outbox.emit(orgId, { type: 'call.completed' })
    const [one] = await outbox.logWhen(orgId, endpoint.id, ([delivery]) => delivery?.status === 'dead')
    const id = one?.delivery_id as string
    await sql`
      update events set data = (data::jsonb || '{"caller_number": "+27215550100", "agent_email": "bo@example.com"}')::json
      where org_id = ${orgId} and type = 'call.completed'`.execute(outbox.db)
    const parts = {
      db: outbox.db,
      credentials: credentialStore(outbox),
      vbotFacts: async () => ({ customerId: 7, transcription: 'My number is +27215550100.' }),
      seenBy: asToldTo,
      isMasked: (by: Principal) => !isUnmasked(by),
    }
    const by = (actor: string): Principal => ({ actor, orgId, isAdmin: false, scopes: [], reach: 'all' })
    const delivery = await requireDelivery(outbox.db, { orgId, id })

    const whole = JSON.stringify(await letterView(parts, by('key:1'), id))
    assert.ok(whole.includes('+27215550100') && whole.includes('ann@example.com'))
    assert.equal(whole.includes(secret), false)
    assert.equal(await seesAll(parts, by('key:1'), delivery), true)

    const masked = await letterView(parts, by('user:1'), id)
    assert.doesNotMatch(JSON.stringify(masked), /27215550100|@example\.com/)
    assert.equal((masked as { is_masked: boolean }).is_masked, true)
    assert.equal(await seesAll(parts, by('user:1'), delivery), false)
  })
}
