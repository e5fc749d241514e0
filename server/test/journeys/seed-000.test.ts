// The client examples of seed 000 (Vela's integration guide) against a running server: a call by URL and by local path,
// an agent's performance, and the Flask webhook handler.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Customer, freePort, type Harness, startHarness } from '../harness.ts'
import { clientsDir, findPython, runExample, skipWithoutPython } from './client-program.ts'
import { distinctCall, distinctCallFile } from './sample-call.ts'
import { type SpeechServer, startSpeechServer } from './speech-server.ts'
import { startWebhookReceiver, verify } from './webhook-receiver.ts'

const complaint = 'this is terrible I am very angry and I want to complain about your awful service'
const skip = skipWithoutPython('requests')

describe('seed 000', () => {
  let harness: Harness
  let customer: Customer
  let speech: SpeechServer
  const files = createServer(async (request, response) => {
    if (request.url !== '/recordings/call.wav') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(await distinctCall())
  })
  let filesUrl = ''

  before(async () => {
    speech = await startSpeechServer(complaint)
    harness = await startHarness({ env: speech.env })
    customer = await harness.customer({ settings: { creates_agents: true } })
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    filesUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/recordings`
  })

  after(async () => {
    await harness?.stop()
    speech?.close()
    files.close()
  })

  const upload = (prefix: string, file: string, date: string) =>
    runExample('upload_call_recording.py', { harness, customer, prefix }, [file, 'thandi@example.com', date])

  const post = (path: string, body: unknown) =>
    harness.json(path, {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  for (const prefix of ['/v1', '']) {
    it(`(a) uploads a call by URL, with a naive date (${prefix || 'no prefix'})`, { skip }, async () => {
      const answer = await upload(prefix, `${filesUrl}/call.wav`, '2024-03-14T09:30:00.123456')
      assert.equal(typeof answer.call_id, 'string')
      assert.equal(answer.status, 'processing')
      assert.ok(Date.parse(answer.estimated_completion) > Date.now())
      const call = await harness.finished(customer, answer.call_id)
      assert.equal(call.status, 'completed', JSON.stringify(call.failure))
      // Without a zone of its own: the organisation's, Africa/Johannesburg by default.
      assert.equal(call.started_at, '2024-03-14T07:30:00.123Z')
      assert.equal(call.agent.email, 'thandi@example.com')
      assert.equal(call.duration_ms, 42_000)
    })

    it(`(a) answers an upload ticket to a local path (${prefix || 'no prefix'})`, { skip }, async () => {
      const path = '/var/recordings/2024/call.wav'
      const answer = await upload(prefix, path, '2024-03-14T09:30:00')
      assert.equal(answer.status, 'awaiting_upload')
      assert.ok(answer.warnings.some((text: string) => text.includes('path on your own machine')))
      assert.equal(Object.keys(answer.upload.fields).length, 9)
      const waiting = await harness.json(`/v1/calls/${answer.call_id}`, { headers: customer.headers })
      assert.equal(waiting.status, 'awaiting_upload')

      const sent = await runExample('presigned_upload.py', { harness, customer }, [
        JSON.stringify(answer.upload),
        await distinctCallFile(),
      ])
      assert.deepEqual(sent, { status: 204, text: '' })
      const call = await harness.finished(customer, answer.call_id)
      assert.equal(call.status, 'completed')
      assert.equal(call.started_at, '2024-03-14T07:30:00.000Z')
    })
  }

  it('(a) ends a call whose file is not there as failed, with a reason', { skip }, async () => {
    const answer = await upload('/v1', `${filesUrl}/absent.wav`, '2024-03-14T09:30:00')
    const call = await harness.finished(customer, answer.call_id)
    assert.equal(call.status, 'failed')
    assert.match(call.failure.reason, /\w/)
  })

  it('(b) reads the performance of an agent by id and e-mail, for datetimes and dates', { skip }, async () => {
    const agent = await post('/v1/agents', { name: 'Agent of figures', email: 'Figures@example.com' })
    const { call_id } = await post('/v1/calls/upload', {
      agent_email: 'figures@example.com',
      call_date: '2024-05-06T10:00:00Z',
      file_url: `${filesUrl}/call.wav`,
    })
    await harness.finished(customer, call_id)
    // Figures follow what is finished within moments.
    const performance = `/v1/agents/${agent.agent_id}/performance?start_date=2024-05-06&end_date=2024-05-06`
    while ((await harness.json(performance, { headers: customer.headers })).performance.total_calls < 1)
      await delay(100)
    const periods = [
      ['datetime', '2024-05-06T00:00:00', '2024-05-06T23:59:59'],
      ['date', '2024-05-06', '2024-05-06'],
    ]
    const asked = [agent.agent_id, 'figures@example.com', 'figures%40example.com'].flatMap((who) =>
      periods.map((period) => ({ prefix: '/v1', args: [who, ...period] })),
    )
    for (const { prefix, args } of [...asked, { ...(asked[0] as (typeof asked)[0]), prefix: '' }]) {
      const answer = await runExample('get_agent_performance.py', { harness, customer, prefix }, args)
      assert.equal(answer.agent_id, agent.agent_id)
      assert.equal(answer.name, 'Agent of figures')
      assert.equal(answer.performance.total_calls, 1)
      assert.equal(answer.performance.average_duration, 42)
      assert.equal(answer.performance.average_score, null)
      assert.equal(answer.performance.resolution_rate, null)
      assert.ok('customer_satisfaction' in answer.performance)
      const { score_trend, volume_trend, volume_dates } = answer.trends
      assert.deepEqual(
        { score_trend, volume_trend, volume_dates },
        { score_trend: [], volume_trend: [1], volume_dates: ['2024-05-06'] },
      )
    }
    const before = await runExample('get_agent_performance.py', { harness, customer, prefix: '/v1' }, [
      agent.agent_id,
      'date',
      '2024-05-01',
      '2024-05-05',
    ])
    assert.equal(before.performance.total_calls, 0)
  })

  it('(c) is understood by the Flask handler, and signed by the standard', {
    skip: skipWithoutPython('flask'),
  }, async () => {
    const flask = await startFlask()
    const receiver = await startWebhookReceiver()
    try {
      await post('/v1/webhooks', { url: flask.url, events: ['call.*'], secret: 'chosen by the receiver' })
      const { secret } = await post('/v1/webhooks', { url: receiver.url, events: ['call.completed'] })
      const { call_id } = await post('/v1/calls/upload', {
        agent_email: 'thandi@example.com',
        call_date: '2024-05-07',
        file_url: `${filesUrl}/call.wav`,
      })
      assert.deepEqual(await flask.nextLine(), { ticket: call_id })
      assert.deepEqual(await flask.nextLine(), { profile: call_id, sentiment: 'negative' })

      const delivery = await receiver.find(({ body }) => body.call_id === call_id)
      verify(secret, delivery)
      assert.throws(() => verify(secret, { ...delivery, text: delivery.text.replace('negative', 'positive') }))
      assert.equal(delivery.body.event, 'call.completed')
      assert.equal(delivery.body.event_type, 'call_completed')
      assert.equal(delivery.body.data.sentiment, 'negative')
      assert.equal(delivery.body.sentiment, 'negative')
    } finally {
      flask.stop()
      receiver.close()
    }
  })
})

async function startFlask() {
  const port = await freePort()
  const child = spawn(findPython('flask') as string, [join(clientsDir, 'flask_webhook.py'), String(port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await untilListening(port)
  return {
    url: `http://127.0.0.1:${port}/webhook/vela`,
    /** What the handler did; Flask's own greetings are not JSON. */
    async nextLine(): Promise<unknown> {
      for (;;) {
        const { value, done } = await Promise.race([lines.next(), delay(20_000, { value: '', done: true })])
        if (done) throw new Error('the handler did nothing')
        if (value.startsWith('{')) return JSON.parse(value)
      }
    },
    stop: () => child.kill(),
  }
}

async function untilListening(port: number): Promise<void> {
  const until = Date.now() + 10_000
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (err) {
      if (Date.now() > until) throw err
      await delay(50)
    } finally {
      socket.destroy()
    }
  }
}
