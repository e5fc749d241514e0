// Who did what: through every door of a running Indaba, read back, exported, and checked by somebody else's means.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import canonicalize from 'canonicalize'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'

const nilOrg = '00000000-0000-0000-0000-000000000000'
const json = { 'content-type': 'application/json' }

describe('audit', () => {
  let harness: Harness
  let own: Customer

  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    own = await harness.customer({}, ['audit:read', 'calls:read', 'calls:write', 'calls:delete', 'webhooks:manage'])
  })
  after(() => harness?.stop())

  const send = (customer: Customer, method: string, path: string, body?: object) =>
    fetch(harness.url + path, {
      method,
      headers: { ...customer.headers, 'user-agent': 'example-client/1', ...(body ? json : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const read = (path: string, customer = own): Promise<Json> => harness.json(path, { headers: customer.headers })
  /** Rows of this request, once they are there. */
  async function rowsOf(response: Response, orgId = own.orgId): Promise<Json[]> {
    const id = response.headers.get('x-request-id')
    if (!response.bodyUsed) await response.arrayBuffer()
    for (let i = 0; i < 100; i++) {
      const { rows } = await sql<Json>`
        select * from audit_events where org_id = ${orgId} and request_id = ${id} order by seq`.execute(harness.app.db)
      if (rows.length > 0) return rows
      await delay(50)
    }
    return []
  }
  const message = { sender: 'customer', message: 'Hello', timestamp: '2026-01-05T09:00:00Z' }
  const chat = (session: string) => ({ session_id: session, messages: [message] })

  test('a change, a read, a denial, a repetition: each is one row that says who, what and from where', async () => {
    const taken = await send(own, 'POST', '/v1/chats/upload', chat('one'))
    const id = ((await taken.clone().json()) as Json).chat_id.replace('vela_chat_', '')
    const [accepted, ...none] = await rowsOf(taken)
    await delay(500)
    assert.deepEqual([(await rowsOf(taken)).length, none.length], [1, 0])
    const { actor, action, target, result, address, user_agent } = accepted
    assert.match(actor, /^key:/)
    assert.deepEqual([action, target, result], ['conversation.accept', id, 'ok'])
    assert.match(address, /127\.0\.0\.1$/)
    assert.equal(user_agent, 'example-client/1')

    const [again] = await rowsOf(await send(own, 'POST', '/v1/chats/upload', chat('one')))
    assert.deepEqual([again.action, again.result], ['calls.write', 'ok'])
    const [seen] = await rowsOf(await send(own, 'GET', `/v1/conversations/${id}`))
    assert.deepEqual([seen.action, seen.target, seen.result, seen.data.status], ['calls.read', id, 'ok', 200])
    assert.match(seen.data.route, /^GET .*\/conversations\/:id$/)
    const [denied] = await rowsOf(await send(own, 'GET', '/v1/agents'))
    assert.deepEqual([denied.action, denied.result, denied.data.status], ['agents.read', 'denied', 403])
    const [absent] = await rowsOf(await send(own, 'GET', '/v1/conversations/0198c1de-0000-7000-8000-000000000000'))
    assert.deepEqual([absent.action, absent.result], ['calls.read', 'failed'])
    const [deleted] = await rowsOf(await send(own, 'DELETE', `/v1/conversations/${id}`))
    assert.deepEqual([deleted.action, deleted.target], ['conversation.delete', id])

    const admin = await fetch(`${harness.url}/api/customers`, { headers: { authorization: `Bearer ${adminToken}` } })
    const [installation] = await rowsOf(admin, nilOrg)
    assert.deepEqual([installation.actor, installation.action], ['admin', 'admin.read'])
  })

  test('is read by pages, by who, what, whom and when', async () => {
    const all: Json[] = []
    for (let cursor = ''; ; ) {
      const page = await read(`/v1/audit?limit=3${cursor}`)
      all.push(...page.entries)
      if (!page.next_cursor) break
      cursor = `&cursor=${page.next_cursor}`
      assert.ok(all.length < 100)
    }
    const seqs = all.map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => seqs[0] - index),
    )
    assert.equal(seqs.at(-1), 1)
    const [accepted] = all.filter(({ action }) => action === 'conversation.accept')
    for (const query of [`action=conversation.accept`, `target=${accepted.target}&action=conversation.accept`])
      assert.deepEqual((await read(`/v1/audit?${query}`)).entries, [accepted])
    const byKey = (await read(`/v1/audit?actor=${accepted.actor}&limit=200`)).entries
    assert.ok(byKey.length > 5 && byKey.every(({ actor }: Json) => actor === accepted.actor))
    assert.ok((await read(`/v1/audit?from=${accepted.at}`)).entries.some(({ seq }: Json) => seq === accepted.seq))
    assert.ok((await read(`/v1/audit?to=${accepted.at}`)).entries.every(({ seq }: Json) => seq < accepted.seq))
    const today = new Date().toISOString().slice(0, 10)
    assert.ok((await read(`/v1/audit?from=${today}&to=${today}`)).entries.length > 5)
    assert.deepEqual((await read('/v1/audit?to=2020-01-01')).entries, [])
    assert.deepEqual(
      (await read(`/v1/audit?from=${new Date(Date.now() + 2 * 24 * 3600_000).toISOString()}`)).entries,
      [],
    )
    for (const query of ['from=whenever', 'actr=admin', 'cursor=nonsense', `actor=${'a'.repeat(300)}`])
      assert.equal((await send(own, 'GET', `/v1/audit?${query}`)).status, 400, query)
  })

  test('an export can be checked by anybody: canonical JSON and SHA-256, row after row', async () => {
    const response = await send(own, 'GET', '/v1/audit/export')
    assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/)
    const lines = (await response.text()).trimEnd().split('\n')
    assert.ok(lines.length > 6)
    let before = '0'.repeat(64)
    for (const [index, line] of lines.entries()) {
      const { hash, ...row } = JSON.parse(line)
      assert.deepEqual([row.seq, row.prev_hash, row.org_id], [index + 1, before, own.orgId])
      before = createHash('sha256')
        .update(canonicalize(row) as string)
        .digest('hex')
      assert.equal(hash, before)
    }
    const csv = await (await send(own, 'GET', '/v1/audit/export?format=csv&action=conversation.accept')).text()
    const [row, ...none] = parse(csv, { columns: true }) as Json[]
    assert.equal(none.length, 0)
    assert.deepEqual([row.action, JSON.parse(row.data).outcome], ['conversation.accept', 'new'])
    assert.equal((await send(own, 'GET', '/v1/audit/export?format=xml')).status, 400)
  })

  test('a formula in a user agent is no formula in a spreadsheet', async () => {
    const headers = { ...own.headers, 'user-agent': '=HYPERLINK("http://192.0.2.1")' }
    const asked = await fetch(`${harness.url}/v1/webhooks`, { headers })
    await rowsOf(asked)
    const csv = await (await send(own, 'GET', '/v1/audit/export?format=csv')).text()
    const agents = (parse(csv, { columns: true }) as Json[]).map(({ user_agent }) => user_agent)
    assert.ok(agents.includes(`'=HYPERLINK("http://192.0.2.1")`))
  })

  test('is verified over REST, and says where it was changed', async () => {
    const good = await read('/v1/audit/verification')
    assert.deepEqual([good.is_intact, good.fault, good.unchained_rows], [true, null, 0])
    assert.ok(good.rows > 6 && good.head.seq === good.rows)
    const heads = await read('/v1/audit/heads')
    assert.deepEqual(
      [heads.org_id, heads.heads, Buffer.from(heads.public_key, 'base64url').length],
      [own.orgId, [], 32],
    )

    await sql`alter table audit_events disable trigger only_added_to`.execute(harness.app.db)
    await sql`update audit_events set actor = 'key:another' where org_id = ${own.orgId} and seq = 3`.execute(
      harness.app.db,
    )
    const bad = await read('/v1/audit/verification')
    assert.deepEqual([bad.is_intact, bad.rows, bad.fault.seq, bad.fault.kind], [false, 2, 3, 'row_altered'])
  })

  test('a key that was switched off tells who tries it; a stranger leaves no row', async () => {
    const former = await harness.customer({}, ['calls:read'])
    await sql`update api_keys set revoked_at = now() where org_id = ${former.orgId}`.execute(harness.app.db)
    const refused = await send(former, 'GET', '/v1/calls')
    assert.equal(refused.status, 401)
    const [row] = await rowsOf(refused, former.orgId)
    assert.deepEqual(
      [row.actor, row.action, row.result, row.data.status],
      [`key:${former.key.slice(9, 21)}`, 'calls.read', 'denied', 401],
    )
    const stranger = await send(
      { ...former, headers: { 'x-api-key': `${former.key.slice(0, -1)}!` } },
      'GET',
      '/v1/calls',
    )
    assert.equal(stranger.status, 401)
    const { rows } =
      await sql`select from audit_events where request_id = ${stranger.headers.get('x-request-id')}`.execute(
        harness.app.db,
      )
    assert.equal(rows.length, 0)
  })

  test('is of one organisation, for those who may read it, and outlives it', async () => {
    const other = await harness.customer({}, ['audit:read', 'calls:write'])
    const taken = await send(other, 'POST', '/v1/chats/upload', chat('two'))
    assert.equal((await rowsOf(taken, other.orgId)).length, 1)
    const requestsOf = async (customer: Customer) =>
      new Set((await read('/v1/audit?limit=200', customer)).entries.map(({ request_id }: Json) => request_id))
    const [mine, theirs] = [await requestsOf(own), await requestsOf(other)]
    assert.ok(theirs.has(taken.headers.get('x-request-id')))
    assert.equal(mine.intersection(theirs).size, 0)
    const weak = await harness.customer({}, ['calls:read'])
    for (const path of ['/v1/audit', '/v1/audit/export', '/v1/audit/verification', '/v1/audit/heads'])
      assert.equal((await send(weak, 'GET', path)).status, 403, path)

    const bearer = { authorization: `Bearer ${adminToken}` }
    const gone = await fetch(`${harness.url}/api/customers/${other.id}`, { method: 'DELETE', headers: bearer })
    assert.equal(gone.status, 200)
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from audit_events where org_id = ${other.orgId}`.execute(harness.app.db)
    assert.ok((rows[0]?.n ?? 0) >= 2)
  })
})
