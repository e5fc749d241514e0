import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { isBrokerPort, readBrokerUrl } from './broker-url.ts'
import { BrokerFailure } from './failure.ts'
import { readBrokerSettings } from './settings.ts'
import type { BrokerKind } from './shapes.ts'
import { fillTemplate, widestSubject } from './templates.ts'

const login = { user: 'u', password: 'p' }

function refusedField(kind: BrokerKind, input: Record<string, unknown>): string {
  try {
    readBrokerSettings(kind, input)
  } catch (error) {
    assert.ok(error instanceof Problem && error.kind === 'invalid' && error.code === 'invalid_broker', String(error))
    assert.ok(error.detail.startsWith(String(error.facts.field)) && error.detail.endsWith('.'))
    return String(error.facts.field)
  }
  return ''
}

test('settings and secrets are parted, and go through again', () => {
  const { settings, secrets } = readBrokerSettings('nats', { url: 'tls://a.example', ...login, token: null })
  assert.deepEqual(secrets, { password: 'p' })
  assert.ok(!JSON.stringify(settings).includes('"p"'))
  assert.deepEqual(readBrokerSettings('nats', { ...settings, ...secrets }), { settings, secrets })
  const rabbit = readBrokerSettings('rabbitmq', { url: 'amqps://a.example', ...login, exchange: '' }).settings
  assert.deepEqual(rabbit, {
    ...{ kind: 'rabbitmq', url: 'amqps://a.example', user: 'u', vhost: '/', exchange: '' },
    ...{ routing_key: 'indaba.{org}.{type}', ca_certificate: null },
  })
  const kafka = readBrokerSettings('kafka', { url: 'kafka://a:9092,b', ...login }).settings
  assert.ok(kafka.kind === 'kafka' && kafka.mechanism === 'scram-sha-512' && kafka.topic === 'indaba-events')
})

test('URLs', () => {
  assert.deepEqual(readBrokerUrl('kafkas://A.example,[2606::1]:99,10.0.0.1'), {
    isTls: true,
    hosts: [
      { host: 'a.example', port: 9093 },
      { host: '2606::1', port: 99 },
      { host: '10.0.0.1', port: 9093 },
    ],
  })
  const refused = [
    ...[
      '',
      'nats://',
      'a.example',
      'http://a.example',
      'amqp://a.example',
      'nats://u:p@a.example',
      'nats://u@a.example',
    ],
    ...[
      'nats://a.example/x',
      'nats://a.example?x',
      'nats://a.example#x',
      'nats://a.example:0',
      'nats://a.example:65536',
    ],
    ...[
      'nats://a b',
      'nats://a..b',
      'nats://.a',
      'nats://a.',
      'nats://127.1',
      'nats://0x7f.1',
      'nats://2130706433',
      'nats://1.2.3.4.5',
    ],
    ...[
      'nats://[::1',
      'nats://[127.0.0.1]',
      'nats://a,,b',
      'nats://a,',
      `nats://${'a,'.repeat(11)}b`,
      `nats://${'a'.repeat(3000)}`,
    ],
    ...['NATS://a.example', 'nats:///a', 'nats://a%2eb', 'nats://a\n', 5, {}, [], true, undefined],
  ]
  for (const url of refused) assert.equal(refusedField('nats', { url }), 'url', JSON.stringify(url))
  assert.equal(readBrokerUrl('nats://例え.jp').hosts[0]?.host, 'xn--r8jz45g.jp')
})

test('fields that are missing, unknown, of another kind, or contradict each other', () => {
  const nats = { url: 'nats://a.example' }
  const cases: [BrokerKind, Record<string, unknown>, string][] = [
    ['rabbitmq', { url: 'amqp://a.example' }, 'user'],
    ['rabbitmq', { url: 'amqp://a.example', user: 'u' }, 'password'],
    ['nats', { ...nats, password: 'p' }, 'user'],
    ['nats', { ...nats, ...login, token: 't' }, 'token'],
    ['nats', { ...nats, topic: 'x' }, 'topic'],
    ['nats', { ...nats, ['x'.repeat(1000)]: 1 }, 'x'.repeat(60)],
    ['nats', { ...nats, nkey_seed: 'SUAB' }, 'nkey_seed'],
    ['nats', { ...nats, credentials: 'x'.repeat(100_000) }, 'credentials'],
    ['nats', { ...nats, subject: 'a.*' }, 'subject'],
    ['nats', { ...nats, subject: 'a.{what}' }, 'subject'],
    ['nats', { ...nats, subject: 'a b' }, 'subject'],
    ['nats', { ...nats, subject: '{type}', create_stream: true }, 'create_stream'],
    ['nats', { ...nats, create_stream: 'yes' }, 'create_stream'],
    ['nats', { ...nats, stream: 'a.b' }, 'stream'],
    ['nats', { ...nats, ca_certificate: 'x' }, 'ca_certificate'],
    ['rabbitmq', { url: 'amqp://a.example', ...login, exchange: 'a\nb' }, 'exchange'],
    ['kafka', { url: 'kafka://a.example', ...login, mechanism: 'gssapi' }, 'mechanism'],
    ['kafka', { url: 'kafka://a.example', mechanism: 'plain' }, 'user'],
    ['kafka', { url: 'kafka://a.example', topic: 'a/b' }, 'topic'],
  ]
  for (const [kind, input, field] of cases) assert.equal(refusedField(kind, input), field, JSON.stringify(input))
})

test('whatever comes in is read or refused as invalid', () => {
  const value = fc.oneof(fc.string({ maxLength: 50 }), fc.integer(), fc.boolean(), fc.constant(null), fc.object())
  const names = [
    'url',
    'user',
    'password',
    'token',
    'subject',
    'stream',
    'create_stream',
    'vhost',
    'exchange',
    'routing_key',
  ]
  const input = fc.dictionary(
    fc.oneof(fc.constantFrom(...names, 'topic', 'mechanism', '__proto__'), fc.string()),
    value,
  )
  fc.assert(
    fc.property(fc.constantFrom('nats', 'rabbitmq', 'kafka'), input, (kind, fields) => {
      try {
        readBrokerSettings(kind as BrokerKind, fields)
      } catch (error) {
        assert.ok(error instanceof Problem && error.kind === 'invalid', String(error))
      }
    }),
  )
})

test('templates are filled, and keys cannot change what they mean', () => {
  const message = { orgId: 'o-1', type: 'call.completed', key: 'k' }
  assert.equal(fillTemplate('a.{org}.{type}.{key}', message), 'a.o-1.call.completed.k')
  assert.equal(fillTemplate('{key}', { ...message, key: null }), '-')
  for (const key of ['a b', '*', '>', 'a..b', '.a', 'a.', '', 'é', '{type}', 'x'.repeat(201), 'a\r\nb']) {
    assert.throws(() => fillTemplate('a.{key}', { ...message, key }), BrokerFailure, key)
  }
  assert.equal(widestSubject('indaba.{org}.{type}', 'o'), 'indaba.o.>')
  assert.equal(widestSubject('indaba.{org}.x-{type}', 'o'), 'indaba.o.>')
  assert.equal(widestSubject('fixed', 'o'), 'fixed')
  assert.equal(widestSubject('{type}', 'o'), null)
})

test('ports of public addresses', () => {
  const open = (kind: BrokerKind) =>
    [22, 80, 443, 4222, 5671, 5672, 6379, 9092, 9098, 9099, 15672].filter(isBrokerPort(kind))
  assert.deepEqual([open('nats'), open('rabbitmq'), open('kafka')], [[4222], [5671, 5672], [9092, 9098]])
})
