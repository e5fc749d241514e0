// Who sees what: every role at every level, at every kind of door that shows conversations and agents.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { before, describe, test } from 'node:test'
import { type Role, roles } from '../../src/access/permissions.ts'
import { principalOf } from '../../src/access/users/users.ts'
import { putRecordings, putTranscripts } from '../../src/conversations/index.ts'
import type { Principal, Reach } from '../../src/platform/http/route.ts'
import { newId } from '../../src/platform/ids.ts'
import { localStore } from '../../src/storage/local.ts'
import { arrive } from '../arrivals.ts'
import type { Customer, Json } from '../harness.ts'
import { person, startSideDoor } from '../side-door.ts'

const places = {
  ann: { team: 'Billing', department: 'Service' },
  ben: { team: 'billing', department: 'service' },
  cat: { team: 'Support', department: 'Service' },
  dan: { team: 'Outbound', department: 'Sales' },
  nobody: { team: null, department: null },
}
type Who = keyof typeof places
const everybody = Object.keys(places) as Who[]

const { indaba, door } = await startSideDoor()

describe('reach', () => {
  let customer: Customer
  const agents = {} as Record<Who, string>
  const calls = {} as Record<Who, string>

  before(async () => {
    customer = await indaba.customer()
    for (const who of everybody) {
      if (who === 'nobody') continue
      const made = await door.ask(owner(), 'POST', '/v1/agents', {
        name: who,
        email: `${who}@example.com`,
        ...places[who],
      })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      agents[who] = made.body.agent_id
    }
    for (const who of everybody) calls[who] = await callOf(who)
  })
  const levels = (): Record<string, { reach: Reach; sees: Who[] }> => ({
    organisation: { reach: 'all', sees: everybody },
    department: { reach: { column: 'department', values: ['Service'] }, sees: ['ann', 'ben', 'cat'] },
    'two departments': {
      reach: { column: 'department', values: ['SERVICE', 'Sales'] },
      sees: ['ann', 'ben', 'cat', 'dan'],
    },
    team: { reach: { column: 'team', values: ['Billing'] }, sees: ['ann', 'ben'] },
    'no team': { reach: { column: 'team', values: [] }, sees: [] },
    own: { reach: { column: 'agent_id', values: [agents.ann] }, sees: ['ann'] },
  })

  const principal = (role: Role, reach: Reach) => person(customer.orgId, role, reach)
  const owner = () => principal('owner', 'all')

  /** With a recording and a transcript. */
  async function callOf(who: Who): Promise<string> {
    const { db } = indaba.app
    const [made] = await arrive(db, customer.orgId, [{ ...places[who], agent_id: agents[who] ?? null }])
    assert.ok(made)
    const key = `org/${customer.orgId}/rec/${newId()}`
    const store = localStore({ root: join(indaba.dataDir, 'store') })
    const bytes = Buffer.from('RIFF and some sound')
    const { sizeBytes, sha256Hex: sha256 } = await store.put(key, Readable.from([bytes]), { sizeBytesMax: 100 })
    await db.transaction().execute(async (tx) => {
      const ids = { org_id: customer.orgId, conversation_id: made.id }
      await putRecordings(tx, [
        { ...ids, store_key: key, file_name: 'call.wav', content_type: 'audio/wav', size_bytes: sizeBytes, sha256 },
      ])
      await putTranscripts(tx, [{ ...ids, revision: 1, source: 'import', engine: null, participants: [], turns: [] }])
      await tx.updateTable('conversations').set({ transcript_revision: 1 }).where('id', '=', made.id).execute()
    })
    return made.id
  }

  test('each role at each level: what is listed, read, heard, exported, changed and deleted', async () => {
    let checks = 0
    const same = (left: unknown, right: unknown, what: string) => {
      checks += 1
      assert.deepEqual(left, right, what)
    }
    for (const role of roles) {
      for (const [level, { reach, sees }] of Object.entries(levels())) {
        const by = principal(role, reach)
        const may = (scope: string) => by.scopes.includes(scope)
        const what = (door: string) => `${role}, ${level}: ${door}`

        const lists: [path: string, scope: string, read: (body: Json) => string[], ids: Record<Who, string>][] = [
          ['/v1/calls', 'calls:read', (body) => body.calls.map((one: Json) => one.call_id), calls],
          ['/v1/conversations', 'calls:read', (body) => body.conversations.map((one: Json) => one.id), calls],
          ['/v1/calls?after_seq=0', 'calls:read', (body) => body.calls.map((one: Json) => one.call_id), calls],
          ['/v1/agents', 'agents:read', (body) => body.agents.map((one: Json) => one.agent_id), agents],
        ]
        for (const [path, scope, read, ids] of lists) {
          const { status, body } = await door.ask(by, 'GET', path)
          same(status, may(scope) ? 200 : 403, what(path))
          if (status !== 200) continue
          const expected = sees.flatMap((who) => ids[who] ?? [])
          same(read(body).sort(), expected.sort(), what(path))
          same(body.total, expected.length, what(`${path}, total`))
        }

        for (const who of everybody) {
          const isSeen = sees.includes(who)
          const id = calls[who]
          const doors: [method: string, path: string, scope: string, body?: object][] = [
            ['GET', `/v1/calls/${id}`, 'calls:read'],
            ['GET', `/v1/conversations/${id}`, 'calls:read'],
            ['GET', `/v1/calls/${id}/transcript`, 'calls:read'],
            ['GET', `/v1/conversations/${id}/transcript?format=vcon`, 'calls:read'],
            ['GET', `/api/calls/${id}`, 'calls:read'],
            ['GET', `/v1/conversations/${id}/recording`, 'recordings:read'],
            ['POST', `/v1/conversations/${id}/reveal`, 'redactions:reveal', { reason: 'to check who may ask' }],
            ...(agents[who]
              ? ([
                  ['GET', `/v1/agents/${agents[who]}`, 'agents:read'],
                  ['GET', `/v1/agents/${who}@example.com`, 'agents:read'],
                  // Whoever sees their own alone sees how they do.
                  ['GET', `/v1/agents/${agents[who]}/performance`, level === 'own' ? 'calls:read' : 'analytics:read'],
                  ['PATCH', `/v1/agents/${agents[who]}`, 'agents:manage', { name: who }],
                ] as [string, string, string, object?][])
              : []),
          ]
          for (const [method, path, scope, body] of doors) {
            const { status } = await door.ask(by, method, path, body)
            same(status, may(scope) ? (isSeen ? 200 : 404) : 403, what(`${method} ${path} of ${who}`))
          }
          // Nothing works here, so that the waveform is only ever on its way.
          const { status } = await door.ask(by, 'GET', `/v1/conversations/${id}/waveform`)
          same(status, may('calls:read') ? (isSeen ? 202 : 404) : 403, what(`the waveform of ${who}`))
        }

        const doomed = sees.at(-1)
        for (const who of [doomed, everybody.find((one) => !sees.includes(one))]) {
          if (!who) continue
          const id = await callOf(who)
          const { status } = await door.ask(by, 'DELETE', `/v1/conversations/${id}`)
          same(status, may('calls:delete') ? (sees.includes(who) ? 204 : 404) : 403, what(`DELETE of ${who}`))
          const left = await door.ask(owner(), 'DELETE', `/v1/conversations/${id}`)
          same(left.status, status === 204 ? 404 : 204, what('what is left'))
        }
      }
    }
    console.log(`reach: ${checks} checks of ${roles.length} roles at ${Object.keys(levels()).length} levels`)
  })

  test('who sees a part sends into that part alone, and writes over nothing outside of it', async () => {
    const chat = (by: Principal, team: string | null, session: string) =>
      door.ask(by, 'POST', '/v1/chats/upload', {
        session_id: session,
        ...(team ? { team } : {}),
        messages: [{ sender: 'user', message: 'Hello', timestamp: '2025-01-01T10:00:00Z' }],
      })
    const leader = principal('supervisor', { column: 'team', values: ['Billing'] })
    assert.equal((await chat(leader, 'billing', 'mine')).status, 200)
    for (const team of ['Support', null]) {
      const { status, body } = await chat(leader, team, 'not-mine')
      assert.equal(status, 403)
      assert.match(JSON.stringify(body), /beyond_reach|team: Billing/)
    }
    assert.equal((await chat(owner(), 'Support', 'theirs')).status, 200)
    assert.equal((await chat(leader, 'Billing', 'theirs')).status, 403)
    const { body } = await door.ask(owner(), 'GET', '/v1/conversations?channel=chat')
    assert.deepEqual(body.conversations.map((one: Json) => [one.external_id, one.version, one.agent.team]).sort(), [
      ['mine', 1, 'billing'],
      ['theirs', 1, 'Support'],
    ])
  })

  test('what concerns the whole organisation is not for who sees a part of it', async () => {
    const keys = ['/v1/api-keys', '/v1/refresh-tokens', '/v1/oauth/applications']
    for (const path of ['/v1/webhooks', '/v1/audit', '/v1/access-review', '/v1/usage', ...keys]) {
      for (const [level, { reach }] of Object.entries(levels())) {
        const { status } = await door.ask(principal('owner', reach), 'GET', path)
        assert.equal(status, reach === 'all' ? 200 : 403, `${level}: ${path}`)
      }
    }
    // A key would reach what its maker does not.
    const leader = principal('owner', { column: 'team', values: ['Billing'] })
    assert.equal((await door.ask(leader, 'POST', '/v1/api-keys', { name: 'Key', scopes: ['calls:read'] })).status, 403)
    // What serves everybody is not theirs to end, under its old name as little as under its new one.
    const { body } = await door.ask(owner(), 'POST', '/v1/refresh-tokens', { name: 'Of all' })
    assert.equal((await door.ask(owner(), 'GET', '/auth/get_tokens')).body.refresh_tokens.length, 1)
    assert.deepEqual((await door.ask(leader, 'GET', '/auth/get_tokens')).body.refresh_tokens, [])
    assert.equal((await door.ask(leader, 'POST', '/auth/revoke_token', { id: body.id })).status, 404)
    assert.equal((await door.ask(leader, 'DELETE', `/v1/refresh-tokens/${body.id}`)).status, 403)
  })

  test('agents hear nothing, unless their organisation lets them hear their own', async () => {
    const member = (settings: { agents_hear_own?: boolean }, level: 'own' | 'organisation' = 'own') =>
      principalOf(
        { id: newId() },
        {
          org_id: customer.orgId,
          org_settings: settings,
          role: 'agent',
          level,
          departments: [],
          teams: [],
          agent_id: agents.ann,
          view_redactions: false,
        },
      )
    const hears = async (by: Principal, who: Who) =>
      (await door.ask(by, 'GET', `/v1/calls/${calls[who]}/recording`)).status
    assert.equal(await hears(member({}), 'ann'), 403)
    assert.equal(await hears(member({ agents_hear_own: false }), 'ann'), 403)
    assert.equal(await hears(member({ agents_hear_own: true }), 'ann'), 200)
    assert.equal(await hears(member({ agents_hear_own: true }), 'ben'), 404)
    assert.equal(await hears(member({ agents_hear_own: true }, 'organisation'), 'ben'), 403)
  })
})
