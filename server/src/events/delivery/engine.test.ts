import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ScriptedReceiver, startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type Outbox, openOutbox } from '../../../test/outbox.ts'

let outbox: Outbox
const receivers: ScriptedReceiver[] = []
before(async () => {
  outbox = await openOutbox()
})
after(async () => {
  await outbox.close()
  await Promise.all(receivers.map((receiver) => receiver.close()))
})

test('an outcome that cannot be written holds up no other', async () => {
  const gone = await startScriptedReceiver((response) => response.writeHead(410).end())
  const well = await startScriptedReceiver()
  receivers.push(gone, well)
  const orgId = await outbox.org()
  await outbox.endpoint(orgId, { url: gone.url })
  const { endpoint } = await outbox.endpoint(orgId, { url: well.url })
  let isMended = false
  const sender = outbox.startSender({
    leaseMs: 60_000,
    tellOwners: async () => {
      if (!isMended) throw new Error('nobody can be told')
    },
  })
  for (let count = 1; count <= 3; count += 1) {
    await outbox.emit(orgId, { type: 'call.completed' })
    await outbox.logWhen(
      orgId,
      endpoint.id,
      (log) => log.filter(({ status }) => status === 'delivered').length === count,
    )
  }
  assert.equal(well.received.length, 3)
  isMended = true
  await sender.stop()
})
