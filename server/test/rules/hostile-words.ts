// Words that somebody will put into an address one day.

import { newId } from '../../src/platform/ids.ts'

/** Nothing of ours has such an id. */
export const oddIds: string[] = [
  '1',
  '-1',
  '0',
  'null',
  '1e400',
  '%27%20or%201=1',
  'vela_chat_',
  'vela_chat_x',
  '00000000-0000-0000-0000-000000000000',
  '%F0%9F%98%80',
  '..%2f..%2fetc%2fpasswd',
  '99999999999999999999',
  'constructor',
  '__proto__',
  '%2e%2e',
  'x'.repeat(200),
]

/** For query parameters: at the edge of every type, and of what text can hold. */
export const oddValues: string[] = [
  '-1',
  '0',
  '1e400',
  '-1e400',
  '1e30',
  '99999999',
  '9007199254740993',
  '9223372036854775808',
  '1.5',
  '0x10',
  'NaN',
  'Infinity',
  '',
  '%20',
  '%ff',
  '%ED%A0%80',
  '%',
  '[]',
  '%7B%22s%22:1%7D',
  '__proto__',
  '%27;drop%20table%20orgs;--',
  '-99999-01-01',
  '275760-09-13',
  '+999999-01-01',
  '0000-00-00',
  '2024-02-30',
  '31/02/2024',
  'a'.repeat(5000),
  'a&q=b',
  `eyJxIjotMX0`,
  Buffer.from('{"s":"+275760-09-13","i":"x"}').toString('base64url'),
  Buffer.from(JSON.stringify({ s: '+275760-09-13T00:00:00Z', i: newId() })).toString('base64url'),
  Buffer.from('{"q":9007199254740991}').toString('base64url'),
]

/** Paths that lead to nothing, and must not lead out of anything. */
export const nowhere: string[] = [
  '/nothing',
  '/..%2f..%2fetc/passwd',
  '/docs/..%2f..%2fpackage.json',
  '/../../etc/passwd',
  '//v1//calls',
  '/v1/../api/customers',
  '/.env',
  `/${'a/'.repeat(5000)}`,
  '/%2e%2e/',
  '/\\..\\',
  '/v1/calls;a=b',
  '/docs/constructor',
  '/docs/__proto__',
  'http://127.0.0.1/latest/meta-data',
]
