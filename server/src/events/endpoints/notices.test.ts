import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type ScriptedReceiver, startScriptedReceiver } from '../../../test/fakes/scripted-receiver.ts'
import { type SmtpServer, startSmtpServer } from '../../../test/fakes/smtp-server.ts'
import type { Json } from '../../../test/harness.ts'
import { type EndpointClient, endpointClient } from './endpoint-client.ts'
import { letter, type NoticeMail } from './notice-mail.ts'

describe('notices to the owner of an endpoint', () => {
  let client: EndpointClient
  let smtp: SmtpServer
  let watched: ScriptedReceiver
  let watcher: ScriptedReceiver
  let answer: (response: ServerResponse) => unknown
  let id: string
  before(async () => {
    smtp = await startSmtpServer()
    client = await endpointClient({
      env: { INDABA_SMTP_URL: smtp.url, INDABA_SMTP_TLS: 'false', INDABA_MAIL_FROM: 'indaba@example.org' },
    })
    watched = await startScriptedReceiver((response) => answer(response))
    watcher = await startScriptedReceiver()
    const events = ['chat.received', 'endpoint.*']
    const made = await client.create({ url: watched.url, name: 'CRM', events, retry_waits_s: [3600] })
    id = made.body.webhook_id
    await client.create({ url: watcher.url, events: ['endpoint.*'] })
  })
  after(async () => {
    await client?.stop()
    for (const one of [watched, watcher]) await one?.close()
    await smtp?.stop()
  })

  /** As if it had failed for so long already, without any notice that is due again. */
  const failingFor = (hours: number, notices: number) =>
    sql`update delivery_lanes set failing_since = now() - make_interval(mins => ${hours * 60 + 1}), failures = 3,
      notices = ${notices}, breaker = 'closed', slots = 4 where endpoint_id = ${id}`.execute(client.harness.app.db)
  const told = (n: number): Promise<Json> =>
    watcher.count(n).then(() => JSON.parse(watcher.received[n - 1]?.text ?? '{}'))
  const mail = () => smtp.next('test@example.com')

  test('an event and a mail at each step; the endpoint itself is told nothing of it', async () => {
    answer = (response) => response.writeHead(503).end('down for repairs')
    await failingFor(1, 0)
    await client.chat()
    const failing = await told(1)
    assert.deepEqual(
      [failing.type, failing.data.endpoint_id, failing.data.kind, failing.data.failures, failing.data.last_status_code],
      ['endpoint.failing', id, 'http', 4, 503],
    )
    assert.equal(failing.data.url_host, new URL(watched.url).host)
    assert.ok(failing.data.held_count >= 1)
    const first = await mail()
    assert.match(first.headers, /Subject: The webhook endpoint CRM/)
    assert.match(first.text, /has failed for an hour/)
    assert.match(first.text, new RegExp(`/v1/webhooks/${id}/test`))

    await sql`update delivery_lanes set blocked_until = '-infinity' where endpoint_id = ${id}`.execute(
      client.harness.app.db,
    )
    answer = (response) => response.writeHead(204).end()
    await client.chat()
    assert.equal((await told(2)).type, 'endpoint.recovered')
    assert.match((await mail()).text, /is well again/)

    answer = (response) => response.writeHead(410).end()
    await client.chat()
    const disabled = await told(3)
    assert.deepEqual([disabled.type, disabled.data.reason], ['endpoint.disabled', 'It answered 410 Gone.'])
    const last = await mail()
    assert.match(last.text, /was switched off/)
    assert.match(last.text, new RegExp(`POST \\S+/v1/webhooks/${id}/enable`))
    const shown = (await client.call('GET', `/v1/webhooks/${id}`)).body
    assert.deepEqual([shown.status, shown.status_reason], ['disabled', 'It answered 410 Gone.'])
    const types = watched.received.map(({ text }) => JSON.parse(text).type)
    assert.deepEqual(new Set(types), new Set(['chat.received']))
    const { rows } = await sql<{ action: string }>`
      select action from audit_events where target = ${id} and actor = 'system'`.execute(client.harness.app.db)
    assert.deepEqual(rows, [{ action: 'webhook.disable' }])
  })
})

test('a letter is one of words, whatever the endpoint is called', () => {
  const input: NoticeMail = {
    orgId: '',
    endpointId: '',
    step: 'failing_72h',
    to: '',
    failingSince: '2026-03-05T08:00:00.000Z',
    lastError: 'the receiver\r\nanswered 503',
    reason: null,
  }
  const endpoint = { id: 'x', name: 'a\r\nBcc: all@example.com', url: 'https://crm.example.com/secret-path' }
  const { subject, text } = letter(input, endpoint, '10000+', 'https://indaba.example.com')
  assert.equal(subject, 'The webhook endpoint a Bcc: all@example.com (crm.example.com) has failed for three days')
  assert.doesNotMatch(text, /secret-path|\r/)
  assert.match(text, /Last error: the receiver answered 503\nEvents that wait for it: 10000\+\.\n/)
})
