// Messages are worked off fairly and once in effect, whoever dies on the way; what has failed on every try says why.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { enqueueProcess } from '../../src/connectors/inbound/process.ts'
import { forgetInboundMessages, inboundJob } from '../../src/connectors/index.ts'
import { openQueue } from '../../src/platform/jobs/queue.ts'
import { openLog } from '../../src/platform/log.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { type Sender, startSender } from '../inbound-sender.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

const gateKey = 7_204_419
const promisedMs = 60_000

const chats = {
  reader: 'conversations',
  reader_settings: { kind: 'chat', fields: { messages: '/messages', session_id: '/id' } },
}
const chat = (id: string) => ({ id, messages: [{ sender: 'customer', message: `Where is my parcel? ${id}` }] })

async function until<T>(find: () => Promise<T | false>, timeoutMs = 30_000): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const found = await find()
    if (found !== false) return found
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${find}`)
    await delay(50)
  }
}

describe('messages that wait', () => {
  let harness: Harness
  let customer: Customer
  let database: pg.Client
  const workers: WorkerProcess[] = []

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    customer = await harness.customer()
    database = new pg.Client({ connectionString: harness.databaseUrl, options: '-c app.orgs=*' })
    await database.connect()
    // A gate in front of the end of a message: the worker's transaction waits in it while a test holds the lock.
    await database.query(`
      create function pass_gate() returns trigger language plpgsql as $$
      begin
        if new.state = 'processed' and new.provider_id like 'gated%' then
          perform pg_advisory_xact_lock_shared(${gateKey});
        end if;
        return new;
      end $$;
      create trigger gate before update on inbound_messages for each row execute function pass_gate();`)
  })
  after(async () => {
    await Promise.all(workers.map((one) => one.kill()))
    await database?.end()
    await harness?.stop()
  })
  const start = async () => {
    const worker = await startWorker(harness)
    workers.push(worker)
    return worker
  }
  const sent = async (sender: Sender, id: string) => (await sender.send(chat(id), { id })).body.message_id as string
  const numberOf = async (query: string, values: unknown[] = []) =>
    (await database.query(`select count(*)::int as n from ${query}`, values)).rows[0].n as number

  test('kill -9 between what a message brought in and its end: once in effect, within a minute', {
    timeout: 150_000,
  }, async (t) => {
    const sender = await startSender(harness, customer, chats)
    await database.query('select pg_advisory_lock($1)', [gateKey])
    const ids = await Promise.all(['gated-1', 'gated-2', 'gated-3'].map((id) => sent(sender, id)))
    const first = await start()
    const atGate = `pg_locks where locktype = 'advisory' and not granted and objid = ${gateKey}`
    await until(
      async () =>
        (await numberOf(atGate)) > 0 && (await numberOf('conversations where external_id like $1', ['gated%'])) === 3,
    )
    await first.kill()
    const killedMs = performance.now()
    await database.query('select pg_advisory_unlock($1)', [gateKey])
    for (const id of ids) assert.equal((await sender.api('GET', `/messages/${id}`)).body.state, 'received')
    await start()
    for (const id of ids) {
      const message = await sender.settled(id, promisedMs)
      assert.deepEqual([message.state, message.result.outcome, message.attempts], ['processed', 'new', 1])
      assert.equal((await harness.finished(customer, message.result.conversation_id)).status, 'completed')
    }
    const tookMs = performance.now() - killedMs
    t.diagnostic(`all three were processed ${(tookMs / 1000).toFixed(1)} s after the kill`)
    assert.ok(tookMs < promisedMs)
    assert.equal(await numberOf('conversations where external_id like $1', ['gated%']), 3)
    assert.equal(await numberOf("events where type = 'chat.received' and org_id = $1", [customer.orgId]), 3)
  })

  test('10,000 messages of one organisation do not keep another waiting', { timeout: 120_000 }, async (t) => {
    const sender = await startSender(harness, customer, chats)
    const message = await sent(sender, 'crowd-0')
    await sender.settled(message)
    // As if they had come by the door, without taking minutes of this test.
    await database.query(
      `insert into inbound_messages (org_id, id, source_id, provider_id, body)
       select org_id, gen_random_uuid(), source_id, 'crowd-' || n,
         convert_to('{"id":"crowd-' || n || '","messages":[{"sender":"customer","message":"Hello ' || n || '"}]}', 'utf8')
       from inbound_messages, generate_series(1, 10000) n where id = $1`,
      [message],
    )
    const { rows } = await database.query(
      "select id from inbound_messages where provider_id like 'crowd-%' and state = 'received'",
    )
    const queue = await openQueue({
      url: harness.databaseUrl,
      jobs: [inboundJob],
      log: openLog('silent'),
      supervise: false,
    })
    for (let at = 0; at < rows.length; at += 500) {
      const some = rows.slice(at, at + 500).map(({ id }) => ({ orgId: customer.orgId, messageId: id }))
      await harness.app.db.transaction().execute((tx) => enqueueProcess(queue, tx, some))
    }
    await queue.stop()
    const other = await harness.customer()
    const theirs = await startSender(harness, other, chats)
    const waits: number[] = []
    for (let n = 0; n < 10; n++) {
      const beganMs = performance.now()
      const own = await theirs.settled(await sent(theirs, `own-${n}`), 30_000)
      waits.push(performance.now() - beganMs)
      assert.equal(own.state, 'processed')
    }
    const left = await numberOf("inbound_messages where provider_id like 'crowd-%' and state = 'received'")
    t.diagnostic(
      `10 of another organisation took ${waits.map((ms) => Math.round(ms)).join(', ')} ms; ${left} still waited`,
    )
    assert.ok(left > 5000, `the others were not overtaken: ${left} are left`)
    await database.query("delete from pgboss.job where name = $1 and state < 'active'", [inboundJob.name])
  })

  test('what fails for a reason that may pass is tried again; after the last try it has failed, and says why', {
    timeout: 60_000,
  }, async () => {
    const sender = await startSender(harness, customer, chats)
    await database.query("update inbound_sources set reader = 'of-a-later-version' where id = $1", [
      sender.source.source_id,
    ])
    const id = await sent(sender, 'later')
    const waiting = await until(async () => {
      const { body } = await sender.api('GET', `/messages/${id}`)
      return body.attempts >= 2 && body
    })
    assert.deepEqual([waiting.state, waiting.error_code], ['received', 'no_such_reader'])
    // As if all tries but the next had gone the same way.
    await database.query("update pgboss.job set retry_limit = retry_count where data->>'messageId' = $1", [id])
    const failed = await sender.settled(id, 40_000)
    assert.deepEqual([failed.state, failed.error_code], ['failed', 'no_such_reader'])
    await database.query("update inbound_sources set reader = 'conversations' where id = $1", [sender.source.source_id])
    assert.equal((await sender.api('POST', `/messages/${id}/process`)).status, 202)
    const done = await sender.settled(id)
    assert.deepEqual([done.state, done.attempts], ['processed', 1])
  })

  test('after seven days a message is gone, and its id is free again', async () => {
    const sender = await startSender(harness, customer)
    const [old, young] = [await sent(sender, 'old'), await sent(sender, 'young')]
    await sql`update inbound_messages set received_at = now() - interval '169 hours' where id = ${old}`.execute(
      harness.app.db,
    )
    await sql`update inbound_messages set received_at = now() - interval '167 hours' where id = ${young}`.execute(
      harness.app.db,
    )
    await forgetInboundMessages(harness.app.db)
    const { messages } = (await sender.api('GET', '/messages')).body
    assert.deepEqual(
      messages.map(({ message_id }: Json) => message_id),
      [young],
    )
    assert.equal((await sender.send(chat('old'), { id: 'old' })).body.status, 'received')
    assert.equal((await sender.send(chat('young'), { id: 'young' })).body.status, 'duplicate')
  })
})
