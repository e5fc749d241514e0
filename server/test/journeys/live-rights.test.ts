// Who may follow a live stream, by which proof, and how they lose it: keys, people, tokens and tickets.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { allScopes } from '../../src/access/permissions.ts'
import type { Customer, Json } from '../harness.ts'
import { both, type LiveClient, openEvents, openSocket, tell, until } from '../live-client.ts'
import { startPeople } from './people.ts'

/** What is promised is a second; a machine that does other things may take longer over it. */
const endedMsMax = 5000
const open = new Set<LiveClient>()
let people: Awaited<ReturnType<typeof startPeople>>
let url = ''
let customer: Customer
let other: Customer
before(async () => {
  people = await startPeople()
  url = people.app.url
  ;[customer, other] = [await people.app.customer(), await people.app.customer()]
})
after(async () => {
  for (const one of open) one.close()
  await people?.stop()
})

const stream = async (headers: Record<string, string>, connect: (typeof both)[number][1] = openEvents, query = {}) => {
  const client: LiveClient = await connect(url, { headers, query })
  open.add(client)
  return client
}
const cookieOf = ({ jar }: { jar: Map<string, string> }) => ({
  cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
})
const takeTicket = async (headers: Record<string, string>): Promise<string> =>
  (await people.app.json<Json>('/v1/stream/tickets', { method: 'POST', headers })).ticket

async function assertLost(clients: LiveClient[], about: string): Promise<void> {
  const at = performance.now()
  await until(() => clients.every((one) => one.isClosed()), about, endedMsMax)
  console.log(`${about}: ended after ${Math.round(performance.now() - at)} ms`)
  for (const one of clients) {
    const { reason, retry } = one.controls.at(-1)
    assert.deepEqual([reason, retry], ['access_lost', false], about)
  }
}

test('nobody without the scope, the whole organisation or a credential', async () => {
  const narrow = await people.app.customer({}, ['calls:read'])
  const owner = await people.newOwner()
  await people.newMember(owner, { role: 'analyst' }).then(async (analyst) => {
    for (const [, connect] of both) {
      await assert.rejects(stream({}, connect), /^Error: 401/)
      await assert.rejects(stream({ 'x-api-key': 'ind_live_nobody' }, connect), /^Error: 401/)
      await assert.rejects(stream(narrow.headers, connect), /^Error: 403 INSUFFICIENT_PERMISSIONS/)
      await assert.rejects(stream(cookieOf(analyst), connect), /^Error: 403 INSUFFICIENT_PERMISSIONS/)
      await assert.rejects(stream({}, connect, { api_key: customer.key }), /^Error: 400 KEY_IN_QUERY/)
    }
  })
})

test('a key that is revoked, rotated away or narrowed, and an organisation that is switched off, end the streams', async () => {
  const { db } = people.app.app
  const ends: [string, (one: Customer) => Promise<unknown>][] = [
    ['revoked', ({ orgId }) => sql`update api_keys set revoked_at = now() where org_id = ${orgId}`.execute(db)],
    ['rotated', ({ orgId }) => sql`update api_key_secrets set valid_until = now() where org_id = ${orgId}`.execute(db)],
    ['narrowed', ({ orgId }) => sql`update api_keys set scopes = '{calls:read}' where org_id = ${orgId}`.execute(db)],
    ['expired', ({ orgId }) => sql`update api_keys set expires_at = now() where org_id = ${orgId}`.execute(db)],
    ['switched off', ({ orgId }) => sql`update orgs set is_active = false where id = ${orgId}`.execute(db)],
  ]
  const staying = await stream(customer.headers)
  for (const [about, finish] of ends) {
    const one = await people.app.customer()
    const ticket = await takeTicket(one.headers)
    const clients = await Promise.all([
      ...both.map(([, connect]) => stream(one.headers, connect)),
      stream({}, openSocket, { ticket }),
    ])
    await tell(db, one.orgId, ['call.received'])
    await until(() => clients.every(({ events }) => events.length === 1), 'the event')
    await finish(one)
    await assertLost(clients, about)
    for (const [, connect] of both) await assert.rejects(stream(one.headers, connect), /^Error: 40[13]/)
  }
  assert.ok(!staying.isClosed())
})

test('a person who is deactivated, signs out or becomes less loses the stream', async () => {
  const owner = await people.newOwner()
  const ends: [string, (one: { id: string; send: typeof owner.send }) => Promise<{ status: number }>][] = [
    ['deactivated', ({ id }) => owner.send('POST', `/v1/users/${id}/deactivate`)],
    ['signed out', ({ send }) => send('DELETE', '/v1/session')],
    ['an analyst now', ({ id }) => owner.send('PATCH', `/v1/users/${id}`, { role: 'analyst' })],
  ]
  const mine = await stream({ ...cookieOf(owner), origin: url }, openSocket)
  for (const [about, finish] of ends) {
    const member = await people.newMember(owner, { role: 'admin' })
    const { ticket } = (await member.send('POST', '/v1/stream/tickets')).body
    const clients = await Promise.all([
      ...both.map(([, connect]) => stream(cookieOf(member), connect)),
      stream({}, openEvents, { ticket }),
    ])
    const { status } = await finish(member)
    assert.ok(status < 300, `${about}: ${status}`)
    await assertLost(clients, about)
  }
  assert.ok(!mine.isClosed())
})

test('tokens of a day and of applications open streams, which end when what they came from is revoked', async () => {
  const { db } = people.app.app
  const org = await people.app.customer({}, allScopes)
  const post = (path: string, body: object) =>
    people.app.json<Json>(path, {
      method: 'POST',
      headers: { ...org.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const { refresh_token } = await post('/v1/refresh-tokens', { name: 'Dashboard' })
  const { token } = await post('/auth/generate', { refresh_token })
  const application = await post('/v1/oauth/applications', {
    name: 'Dashboard',
    kind: 'confidential',
    redirect_uris: [],
    acts_alone: true,
    scopes: ['events:read'],
  })
  const { access_token } = await people.app.json<Json>('/oauth/token', {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${application.client_id}:${application.client_secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'events:read' }).toString(),
  })
  const ends = [
    [token, () => sql`update refresh_tokens set revoked_at = now() where org_id = ${org.orgId}`.execute(db)],
    [access_token, () => sql`delete from oauth_records where org_id = ${org.orgId}`.execute(db)],
  ] as const
  for (const [bearer, revoke] of ends) {
    const headers = { authorization: `Bearer ${bearer}` }
    const ticket = await takeTicket(headers)
    const clients = [await stream(headers), await stream(headers, openSocket), await stream({}, openEvents, { ticket })]
    const [seq] = await tell(db, org.orgId, ['call.received'])
    await until(() => clients.every(({ events }) => events[0]?.seq === seq), 'the event')
    await revoke()
    await assertLost(clients, 'a token')
  }
})

test('the page of another site cannot open a WebSocket with our cookies; ours can, and a ticket works from anywhere', async () => {
  const owner = await people.newOwner()
  const cookie = cookieOf(owner)
  const others: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `${url}.evil.example` },
    { origin: url.replace('127.0.0.1', 'localhost') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: url },
  ]
  for (const foreign of others) {
    await assert.rejects(
      stream({ ...cookie, ...foreign }, openSocket),
      /^Error: 403 CROSS_SITE/,
      JSON.stringify(foreign),
    )
  }
  await stream({ ...cookie, origin: url, 'sec-fetch-site': 'same-origin' }, openSocket)
  const { ticket } = (await owner.send('POST', '/v1/stream/tickets')).body
  await stream({ ...cookie, origin: 'https://partner.example' }, openSocket, { ticket })
})

test('a ticket works once, for a while, on this path, for the organisation of its taker', async () => {
  const { db } = people.app.app
  const ticket = await takeTicket(customer.headers)
  const mine = await stream({}, openEvents, { ticket })
  const [, [seq]] = [await tell(db, other.orgId, ['call.received']), await tell(db, customer.orgId, ['call.received'])]
  await until(() => mine.events.length > 0, 'the event')
  assert.deepEqual(
    mine.events.map((one) => [one.org_id, one.seq]),
    [[customer.orgId, seq]],
  )
  for (const [, connect] of both) {
    await assert.rejects(stream({}, connect, { ticket }), /^Error: 401 TICKET_USED/)
    const both = takeTicket(other.headers).then((foreign) => stream(customer.headers, connect, { ticket: foreign }))
    await assert.rejects(both, /^Error: 400 TWO_CREDENTIALS/)
  }
  const fresh = await takeTicket(customer.headers)
  const at = await Promise.allSettled(Array.from({ length: 20 }, () => stream({}, openSocket, { ticket: fresh })))
  assert.equal(at.filter(({ status }) => status === 'fulfilled').length, 1)

  const unused = await takeTicket(customer.headers)
  const [text = '', signature = ''] = unused.split('.')
  const later = Buffer.from(Buffer.from(text, 'base64url').toString().replace(/ \d+ /, ' 9999999999999 '))
  const forged = [
    `${later.toString('base64url')}.${signature}`,
    `${text}.${'A'.repeat(43)}`,
    text,
    '.',
    '',
    'x'.repeat(9000),
  ]
  for (const one of forged)
    await assert.rejects(stream({}, openEvents, { ticket: one }), /^Error: 401/, one.slice(0, 20))
  for (const path of ['/v1/events', '/v1/calls', '/v1/ingest-jobs']) {
    assert.equal((await fetch(`${url}${path}?ticket=${unused}`)).status, 401, path)
  }
  const again = await fetch(`${url}/v1/stream/tickets?ticket=${unused}`, { method: 'POST' })
  assert.equal(again.status, 401, 'a ticket takes no ticket')
  await stream({}, openSocket, { ticket: unused })
})

test('a thousand tickets cost nothing that stays, and each works', async () => {
  const tickets = await Promise.all(Array.from({ length: 1000 }, () => takeTicket(customer.headers)))
  assert.equal(new Set(tickets).size, 1000)
  for (const ticket of [tickets[0], tickets[500], tickets[999]]) {
    await stream({}, openEvents, { ticket: ticket as string })
  }
})
