import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../platform/problem.ts'
import { readCallMetadata } from './call-metadata.ts'

const now = new Date('2026-03-01T10:00:00Z')
const context = { timeZone: 'Africa/Johannesburg', now }
const read = (body: Record<string, unknown>, ignore: string[] = []) => readCallMetadata(body, { ...context, ignore })

test('a presigned upload: metadata as object, as text, and flat fields mean the same', () => {
  const metadata = { email: 'agent@example.org', date_of_call: '15/01/2024, 10:30:00' }
  for (const body of [
    { org_id: 'o1', metadata },
    { orgID: 'o1', metadata: JSON.stringify(metadata) },
    { organisation_id: 'o1', ...metadata },
  ]) {
    const call = read(body)
    assert.equal(call.orgId, 'o1')
    assert.deepEqual(call.agent, { email: 'agent@example.org' })
    assert.equal(call.startedAt.toISOString(), '2024-01-15T08:30:00.000Z')
    assert.deepEqual(call.custom, {})
    assert.deepEqual(call.warnings, [])
  }
})

test('every field, and the rest kept under its own name', () => {
  const call = read(
    {
      org_id: 'o1',
      agent_email: 'agent@example.org',
      call_date: '2024-01-15T10:30:00',
      file_url: 'https://example.org/a.wav',
      metadata: {
        agent_name: 'Ann Example',
        agent_id: 'agent_001',
        team: 'Sales',
        department: 'customer_support',
        direction: 'Outbound',
        tags: ['vip', 'VIP', ' vip '],
        contact: 27821234567,
        customer_id: 'customer_789',
        caller_number: '+27 82 123 4567',
        called_number: 27111234567,
        interaction_id: 'int-1',
        language: 'vr-ZA',
        notifyEmail: 'boss@example.org',
        call_type: 'support',
        call_duration: 300,
        agent_channel: 'right',
        channel: 'website',
        nested: { a: [1] },
      },
    },
    ['file_url'],
  )
  assert.deepEqual(call, {
    orgId: 'o1',
    agent: { id: 'agent_001', email: 'agent@example.org', name: 'Ann Example' },
    startedAt: new Date('2024-01-15T08:30:00Z'),
    direction: 'outbound',
    tags: ['vip', 'VIP'],
    contact: '27821234567',
    customerId: 'customer_789',
    callerNumber: '+27 82 123 4567',
    calledNumber: '27111234567',
    externalId: 'int-1',
    team: 'Sales',
    department: 'customer_support',
    language: 've-ZA',
    languageSent: 'vr-ZA',
    notifyEmails: ['boss@example.org'],
    isStrict: false,
    allowsDuplicate: false,
    agentChannel: 1,
    custom: {
      call_type: 'support',
      call_duration: 300,
      channel: 'website',
      nested: { a: [1] },
      team: 'Sales',
      department: 'customer_support',
    },
    warnings: [],
  })
})

test('nothing at all is a call of now without anything else', () => {
  const call = read({})
  assert.equal(call.startedAt, now)
  assert.equal(call.agent, null)
  assert.deepEqual(call.warnings, [])
  assert.deepEqual(read({ metadata: '', caller_number: '', called_number: null }), call)
})

test('agent as an address, a name, an id, an object', () => {
  const agent = (fields: Record<string, unknown>) => read(fields).agent
  assert.deepEqual(agent({ agent: 'a@example.org' }), { email: 'a@example.org' })
  assert.deepEqual(agent({ agent: 'Ann Example' }), { name: 'Ann Example' })
  assert.deepEqual(agent({ agent: '[Sales] Ann' }), { name: '[Sales] Ann' })
  assert.deepEqual(agent({ agent: 'agent_001' }), { id: 'agent_001' })
  assert.deepEqual(agent({ agent: { name: 'Ann', email: 'a@example.org', id: 7 } }), {
    id: '7',
    email: 'a@example.org',
    name: 'Ann',
  })
  assert.deepEqual(agent({ agent: '{"name":"Ann"}' }), { name: 'Ann' })
  assert.equal(agent({ agent: {} }), null)
  const odd = read({ agent_email: 'not an address', agent: 'x' })
  assert.deepEqual(odd.agent, { name: 'not an address', id: 'x' })
  assert.match(odd.warnings[0] ?? '', /e-mail address "not an address"/)
  const two = read({ agent_email: 'a@example.org', agent: 'b@example.org' })
  assert.deepEqual([two.agent, two.custom], [{ email: 'a@example.org' }, { agent: 'b@example.org' }])
})

test('tags as a list, JSON text, and words between ; or ,', () => {
  for (const tags of [['a', 'b'], '["a","b"]', 'a;b', 'a, b', ' a ;; b,'])
    assert.deepEqual(read({ tags }).tags, ['a', 'b'])
  assert.deepEqual(read({ tags: '[urgent]; b' }).tags, ['[urgent]', 'b'])
  assert.deepEqual(read({ tags: [1, 'a'] }).tags, ['1', 'a'])
  for (const tags of [{ a: 1 }, ['a', { b: 1 }], Array.from({ length: 101 }, (_, i) => `t${i}`), ['x'.repeat(501)]]) {
    const call = read({ tags })
    assert.match(call.warnings[0] ?? '', /Some tags were not used/)
    assert.deepEqual(call.custom, { tags })
  }
})

test('what cannot be used is kept and reported', () => {
  const call = read({
    direction: 'sideways',
    contact: { a: 1 },
    date: 'soon',
    language: 'qq',
    notifyEmail: 'nobody',
    agent_channel: 7,
    team: 'x'.repeat(501),
    interaction_id: ['x'],
  })
  assert.deepEqual(
    [call.direction, call.contact, call.team, call.externalId, call.agentChannel],
    [null, null, null, null, null],
  )
  assert.equal(call.startedAt, now)
  assert.equal(call.warnings.length, 8)
  assert.deepEqual(Object.keys(call.custom).sort(), [
    'agent_channel',
    'contact',
    'direction',
    'interaction_id',
    'notifyEmail',
    'team',
  ])
})

test('with validate_metadata the texts are exactly those of Vela', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ date_of_call: 'soon' }, 'Invalid date of call. Correct format is DD/MM/YYYY, HH:mm:ss'],
    [{ direction: 'sideways' }, 'Invalid interaction direction. Options are outbound or inbound'],
    [{ tags: 'a;b' }, 'Invalid interaction tags. Tags must be an array.'],
    [{ contact: {} }, 'Invalid contact. Contact must be a string or number'],
    [{ notifyEmail: 'nobody' }, 'Invalid notify email'],
  ]
  for (const [metadata, message] of cases) {
    for (const flag of [true, 'true', 1, '1']) {
      const body = { metadata: { ...metadata, validate_metadata: flag } }
      assert.throws(() => read(body), { kind: 'invalid', code: 'invalid_metadata', message })
    }
    assert.equal(read({ ...metadata, validate_metadata: 'false' }).isStrict, false)
  }
  const good = {
    date_of_call: '15/01/2024, 10:30',
    direction: 'inbound',
    tags: '["a"]',
    contact: 27,
    notifyEmail: ['a@b.c'],
    validate_metadata: true,
  }
  assert.equal(read(good).isStrict, true)
})

test('a direction may stand in call_type, which is kept as well', () => {
  assert.deepEqual(
    [read({ call_type: 'Inbound' }).direction, read({ call_type: 'Inbound' }).custom],
    ['inbound', { call_type: 'Inbound' }],
  )
  assert.equal(read({ call_type: 'inbound', direction: 'outbound' }).direction, 'outbound')
})

test('metadata that is no object, or too much of it, is refused clearly', () => {
  for (const metadata of ['text', '[1]', [1], 5, '{broken'])
    assert.throws(() => read({ metadata }), { kind: 'invalid' })
  assert.throws(() => read({ x: 'y'.repeat(70_000) }), { code: 'metadata_too_large', message: /64 KiB/ })
})

test('property: any body gives metadata or a Problem, and every value is used, kept or reported', () => {
  const names = [
    'agent',
    'email',
    'agent_id',
    'tags',
    'direction',
    'contact',
    'date',
    'language',
    'team',
    'notifyEmail',
    'agent_channel',
    'validate_metadata',
    'metadata',
    'org_id',
    'call_type',
    'x',
    'constructor',
    'toString',
  ]
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('inbound', 'a@b.c', '15/01/2024', '["a"]', true),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (body) => {
      try {
        const call = read(body)
        assert.ok(!Number.isNaN(call.startedAt.getTime()))
        assert.ok(call.tags.every((tag) => typeof tag === 'string' && tag !== ''))
        if (body.x !== undefined && body.x !== null && String(body.x).trim() !== '')
          assert.deepEqual(call.custom.x, body.x)
        JSON.stringify(call)
      } catch (error) {
        assert.ok(error instanceof Problem, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
