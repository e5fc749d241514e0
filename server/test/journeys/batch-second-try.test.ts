// What a second try of a bulk load makes of it: a dry run that is started, failed items that are retried by somebody else,
// and an address that does not answer.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { zipOf } from '../batch-archive.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { formOf, ingestClient, toneWav } from '../ingest-client.ts'

describe('second tries of a bulk load', () => {
  let house: Harness
  before(async () => {
    house = await startHarness()
  })
  after(() => house?.stop())

  const writing = ['calls:read', 'calls:write', 'agents:read', 'users:read', 'keys:manage']
  const managing = [...writing, 'agents:manage', 'teams:manage']
  const batch = (hertz: number) =>
    zipOf({
      'metadata.csv':
        'filename;agent_name;team;department;date_of_call;extension\na.wav;New Face;Night;Retail;01/10/26 14:05;2,782E+10\n',
      'a.wav': toneWav(hertz),
    })
  const conversation = (customer: Customer, { conversation_id: id }: Json) =>
    house.json<Json>(`/v1/conversations/${id}`, { headers: customer.headers })

  test('what a dry run warned of is not said again of what is different when it is started', async () => {
    const customer = await house.customer({}, managing)
    const client = ingestClient(house, customer)
    const options = { dry_run: 'true', unknown_people: 'leave' }
    const planned = await client.ended(await client.make(formOf(await batch(300), 'a.zip', options)))
    const [foreseen] = await client.items(planned)
    assert.match(foreseen.warnings.join(), /There is no team 'Night': taken in without a team/)

    await client.must(202, 'POST', `${planned.links.self}/start`, { unknown_people: 'create' })
    const job = await client.ended(planned)
    const [item] = await client.items(job)
    assert.equal(item.state, 'ok')
    assert.match(item.warnings.join('\n'), /rounded.*\n.*two digits/)
    assert.equal(item.warnings.length, 2, item.warnings.join('\n'))
    assert.deepEqual((await conversation(customer, item)).warnings.slice(0, 2), item.warnings)
  })

  test('failed items keep what was seen in their rows, and are retried with the rights of whoever retries them', async () => {
    const customer = await house.customer({}, managing)
    const manager = ingestClient(house, customer)
    const { api_key: key } = await house.json('/v1/api-keys', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Sender', scopes: ['calls:read', 'calls:write'] }),
    })
    const sender = ingestClient(house, { headers: { 'x-api-key': key } })

    const job = await manager.ended(await manager.make(formOf(await batch(400), 'b.zip', { unknown_people: 'refuse' })))
    const [refused] = await manager.items(job)
    assert.equal(refused.code, 'unknown_team')
    assert.match(refused.warnings.join(), /rounded/)

    await sender.must(202, 'POST', `${job.links.self}/retry`, { unknown_people: 'create' })
    await sender.ended(job)
    assert.equal((await sender.items(job))[0].code, 'may_not_create')
    await manager.must(202, 'POST', `${job.links.self}/retry`)
    await manager.ended(job)
    assert.equal((await manager.items(job))[0].state, 'ok')
  })

  test('a team that only agents name is spelled as theirs, and brings nobody else’s department along', async () => {
    const customer = await house.customer({}, managing)
    const client = ingestClient(house, customer)
    await client.must(201, 'POST', '/v1/agents', { name: 'Zoe', team: 'verkope' })
    const zip = await zipOf({
      'metadata.csv':
        'filename;agent_name;team;department\na.wav;New Face;Night;Retail\nb.wav;New Face;VERKOPE;\nc.wav;Zoe;Verkope;Shops\n',
      ...Object.fromEntries(['a', 'b', 'c'].map((name, index) => [`${name}.wav`, toneWav(500 + 20 * index)])),
    })
    const job = await client.ended(await client.make(formOf(zip, 'c.zip')))
    const items: Json[] = await client.items(job)
    const places: Record<string, string> = {}
    for (const item of items) {
      const { agent } = await conversation(customer, item)
      places[item.name] = `${agent.name}: ${agent.team}, ${agent.department}`
    }
    assert.deepEqual(places, {
      'a.wav': 'New Face: Night, Retail',
      'b.wav': 'New Face: verkope, null',
      'c.wav': 'Zoe: verkope, null',
    })
    const warned = items.flatMap(({ warnings }) => warnings as string[])
    assert.deepEqual(warned, [
      "There is no department 'Shops', and one that is new needs a new team, and 'verkope' is known without it: taken in without a department.",
    ])
  })

  test('a job whose file does not come says why while it tries', async () => {
    const client = ingestClient(house, await house.customer({}, writing))
    let job = await client.make({ file_url: 'http://127.0.0.1:1/calls.zip' })
    for (const until = Date.now() + 20_000; job.failure === null; await delay(100)) {
      assert.ok(Date.now() < until, 'no word of what is in its way')
      job = await client.read(job)
    }
    assert.equal(job.state, 'uploading')
    assert.match(job.failure.reason, /could not be fetched/)
    await client.must(200, 'POST', `${job.links.self}/cancel`)
  })
})
