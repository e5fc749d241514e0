import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { canonicalHost, readNewServer, readServerChange, serverView } from './server-fields.ts'
import { type SecretName, type Server, secretNames } from './servers.ts'

const sftp = { name: 'Recorder', protocol: 'sftp', host: 'sftp.example.com', user_name: 'indaba', password: 'canary' }
const s3 = {
  name: 'Bucket',
  protocol: 's3',
  bucket: 'recordings',
  access_key_id: 'AKIA',
  secret_access_key: 'canary',
}

const saved = (fields: Record<string, unknown>): Server => {
  const { columns, secrets } = readNewServer(fields)
  return {
    ...columns,
    org_id: 'o',
    id: 'i',
    created_by: 'key:k',
    created_at: new Date(0),
    updated_at: new Date(0),
    secrets_held: Object.keys(secrets) as SecretName[],
  }
}

function refusal(
  fields: Record<string, unknown>,
  read = readNewServer as (fields: Record<string, unknown>) => unknown,
) {
  try {
    read(fields)
  } catch (err) {
    assert.ok(err instanceof Problem, String(err))
    assert.ok(!JSON.stringify([err.detail, err.facts]).includes('canary'))
    return [err.code, err.facts.field]
  }
  return null
}

test('what is not said has its usual value', () => {
  const { columns } = readNewServer(sftp)
  assert.deepEqual(columns, {
    name: 'Recorder',
    protocol: 'sftp',
    host: 'sftp.example.com',
    port: 22,
    user_name: 'indaba',
    path: '',
    settings: { certificate_sha256: null },
    host_key: null,
    connections_max: 2,
    bytes_per_second_max: null,
  })
  for (const [protocol, port] of Object.entries({ ftp: 21, ftps: 21, ftps_implicit: 990 })) {
    const { columns } = readNewServer({ name: 'x', protocol, host: 'h.example' })
    assert.deepEqual([columns.port, columns.user_name], [port, null])
  }
  assert.deepEqual(readNewServer(s3).columns.settings, {
    bucket: 'recordings',
    region: 'us-east-1',
    endpoint: null,
    force_path_style: false,
  })
})

test('each wrong or missing setting is refused by its name', () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ ...sftp, host: undefined }, 'host'],
    [{ ...sftp, host: 'sftp://sftp.example.com' }, 'host'],
    [{ ...sftp, host: 'sftp.example.com:22' }, 'host'],
    [{ ...sftp, host: 'user@sftp.example.com' }, 'host'],
    [{ ...sftp, host: 'a b' }, 'host'],
    [{ ...sftp, user_name: null }, 'user_name'],
    [{ ...sftp, user_name: 'a\nb' }, 'user_name'],
    [{ ...sftp, password: null }, 'password'],
    [{ ...sftp, passphrase: 'canary' }, 'passphrase'],
    [{ ...sftp, port: 0 }, 'port'],
    [{ ...sftp, port: 65_536 }, 'port'],
    [{ ...sftp, path: '/a/../b' }, 'path'],
    [{ ...sftp, path: 'a\0b' }, 'path'],
    [{ ...sftp, host_key: 'aa:bb' }, 'host_key'],
    [{ ...sftp, bucket: 'recordings' }, 'bucket'],
    [{ ...sftp, certificate_sha256: 'AB'.repeat(32) }, 'certificate_sha256'],
    [{ ...sftp, protocol: 'mounted' }, 'protocol'],
    [{ ...sftp, protocol: 'scp' }, 'protocol'],
    [{ ...sftp, protocol: 'ftp', private_key: 'canary' }, 'private_key'],
    [{ ...sftp, connections_max: 100 }, 'connections_max'],
    [{ ...sftp, secret: 'canary' }, 'secret'],
    [{ ...s3, bucket: undefined }, 'bucket'],
    [{ ...s3, bucket: '../etc' }, 'bucket'],
    [{ ...s3, endpoint: 'https://user:canary@s3.example.com' }, 'endpoint'],
    [{ ...s3, endpoint: 'file:///etc' }, 'endpoint'],
    [{ ...s3, endpoint: 'https://s3.example.com/bucket' }, 'endpoint'],
    [{ ...s3, secret_access_key: undefined }, 'secret_access_key'],
    [{ ...s3, access_key_id: undefined }, 'access_key_id'],
    [{ ...s3, host: 'h' }, 'host'],
  ]
  for (const [fields, field] of wrong) {
    const found = refusal(JSON.parse(JSON.stringify(fields)))
    assert.equal(found?.[0], 'invalid_request', JSON.stringify(fields))
    assert.match(String(found?.[1]), new RegExp(`^${field}`), JSON.stringify(fields))
  }
})

test('no spelling of a host is another host', () => {
  const forms: Record<string, string | null> = {
    'SFTP.Example.COM.': 'sftp.example.com',
    'bücher.example': 'xn--bcher-kva.example',
    '2130706433': '127.0.0.1',
    '0x7f.1': '127.0.0.1',
    '１２７.０.０.１': '127.0.0.1',
    '::1': '::1',
    '[0:0::1]': '::1',
    '::ffff:127.0.0.1': '::ffff:7f00:1',
    'fe80::1%eth0': null,
    'a/b': null,
    'a\\b': null,
    'a?b': null,
    'a#b': null,
    '': null,
    '.': null,
    '256.1.1.1': null,
  }
  for (const [given, host] of Object.entries(forms)) assert.equal(canonicalHost(given), host, given)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const host = canonicalHost(text)
      return host === null || canonicalHost(host) === host
    }),
  )
})

test('what is stored to log in with goes to no other destination', () => {
  const moves = [{ host: 'evil.example' }, { port: 2222 }, { protocol: 'ftp' }]
  for (const move of moves) {
    const read = (fields: Record<string, unknown>) => readServerChange(saved(sftp), fields)
    assert.deepEqual(refusal(move, read), ['secret_required', 'password'], JSON.stringify(move))
    const { keeps, secrets } = read({ ...move, password: 'another' })
    assert.deepEqual([keeps, secrets], [[], { password: 'another' }])
  }
  const bucket = (fields: Record<string, unknown>) => readServerChange(saved(s3), fields)
  assert.deepEqual(refusal({ endpoint: 'https://evil.example' }, bucket), ['secret_required', 'secret_access_key'])
  // The same place by another spelling is the same place.
  assert.deepEqual(readServerChange(saved(sftp), { host: 'SFTP.example.com.' }).keeps, ['password'])
  assert.deepEqual(readServerChange(saved(sftp), { path: '/other', user_name: 'other' }).keeps, ['password'])
})

test('a pinned host key or certificate is of one destination', () => {
  const host_key = `SHA256:${'a'.repeat(43)}`
  const pinned = saved({ ...sftp, host_key })
  assert.equal(readServerChange(pinned, { name: 'Other' }).columns.host_key, host_key)
  assert.equal(readServerChange(pinned, { port: 2222, password: 'x' }).columns.host_key, null)
  assert.equal(readServerChange(pinned, { port: 2222, password: 'x', host_key }).columns.host_key, host_key)
  assert.equal(readServerChange(pinned, { host_key: null }).columns.host_key, null)
  const ftps = saved({ name: 'x', protocol: 'ftps', host: 'h.example', certificate_sha256: 'ab'.repeat(32) })
  const shown = Array.from({ length: 32 }, () => 'AB').join(':')
  assert.equal(ftps.settings.certificate_sha256, shown)
  assert.equal(readServerChange(ftps, { path: '/x' }).columns.settings.certificate_sha256, shown)
  assert.equal(readServerChange(ftps, { host: 'i.example' }).columns.settings.certificate_sha256, null)
})

test('a change of protocol takes along what the new one knows, and its port', () => {
  const { columns } = readServerChange(saved({ ...sftp, port: 2222, path: '/calls' }), {
    protocol: 'ftps_implicit',
    password: 'x',
  })
  assert.deepEqual([columns.port, columns.path, columns.host, columns.user_name], [990, '/calls', sftp.host, 'indaba'])
  const bucket = readServerChange(saved(sftp), {
    protocol: 's3',
    bucket: 'recordings',
    access_key_id: 'AKIA',
    secret_access_key: 'x',
  })
  assert.deepEqual([bucket.columns.host, bucket.columns.port, bucket.columns.user_name], [null, null, 'AKIA'])
  assert.equal(refusal({ password: null }, (fields) => readServerChange(saved(sftp), fields))?.[1], 'password')
})

test('no answer holds what one logs in with', () => {
  const view = JSON.stringify([
    serverView(saved({ ...sftp, private_key: 'canary', passphrase: 'canary' })),
    serverView(saved(s3)),
  ])
  assert.ok(!view.includes('canary'))
  for (const one of secretNames) assert.ok(view.includes(`"has_${one}":true`), one)
})
