import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { pathInServer, readFileUrl } from './file-url.ts'
import type { Protocol, Server } from './servers.ts'

const server = (protocol: Protocol, at: Partial<Server>) => ({ protocol, path: '', settings: {}, ...at }) as Server

test('each scheme is read as its own tools read it', () => {
  const read = {
    'https://example.com/a.wav?x=1#y': { scheme: 'http' },
    's3://recordings/2026/call 1%20+?#.wav': { scheme: 's3', bucket: 'recordings', path: '2026/call 1%20+?#.wav' },
    'S3://recordings/a.wav': { scheme: 's3', bucket: 'recordings', path: 'a.wav' },
    'ftp://Files.Example.com./a%20b.wav': { scheme: 'ftp', host: 'files.example.com', port: null, path: '/a b.wav' },
    'ftp://files.example.com:2121/x/a.wav': { scheme: 'ftp', host: 'files.example.com', port: 2121, path: '/x/a.wav' },
    'ftps://files.example.com/a%23b.wav': { scheme: 'ftps', host: 'files.example.com', port: null, path: '/a#b.wav' },
    'sftp://0x7f.1/a.wav': { scheme: 'sftp', host: '127.0.0.1', port: null, path: '/a.wav' },
    'sftp://[::1]:2222/a.wav': { scheme: 'sftp', host: '::1', port: 2222, path: '/a.wav' },
    'sftp://b%C3%BCcher.example/a.wav': { scheme: 'sftp', host: 'xn--bcher-kva.example', port: null, path: '/a.wav' },
    'file:///mnt/calls/%C3%A4.wav': { scheme: 'file', path: '/mnt/calls/ä.wav' },
    'file://localhost/mnt/a.wav': { scheme: 'file', path: '/mnt/a.wav' },
  }
  for (const [url, address] of Object.entries(read)) assert.deepEqual(readFileUrl(url), address, url)
})

test('what cannot be fetched is refused with advice', () => {
  const refusals: Record<string, string> = {
    'gopher://example.com/a.wav': 'unsupported_scheme',
    'javascript://x/%0aalert(1)': 'unsupported_scheme',
    'scp://example.com/a.wav': 'unsupported_scheme',
    'sftp://user:canary@example.com/a.wav': 'credentials_in_url',
    'ftp://user@example.com/a.wav': 'credentials_in_url',
    'ftps://:canary@example.com/a.wav': 'credentials_in_url',
    's3://AKIA:canary@recordings/a.wav': 'credentials_in_url',
    's3://recordings': 'bad_file_url',
    's3://recordings/': 'bad_file_url',
    's3:///a.wav': 'bad_file_url',
    's3://recordings/../other/a.wav': 'bad_file_url',
    'sftp://example.com/a%2f..%2f..%2fetc/passwd': 'bad_file_url',
    'sftp://example.com/a%00.wav': 'bad_file_url',
    'sftp://example.com/a%0d%0aDELE x': 'bad_file_url',
    'ftp://example.com/a%0d%0aDELE%20x': 'bad_file_url',
    'ftp://example.com/a.wav?x=1': 'bad_file_url',
    'ftp://example.com/a.wav#x': 'bad_file_url',
    'ftp://example.com/%ff.wav': 'bad_file_url',
    'sftp:///a.wav': 'bad_file_url',
    'sftp://a%2fb/a.wav': 'bad_file_url',
    'file://other/etc/passwd': 'bad_file_url',
    'file:///mnt/calls/..%2f..%2fetc/passwd': 'bad_file_url',
    [`ftp://example.com/${'a'.repeat(9000)}`]: 'bad_file_url',
  }
  for (const [url, code] of Object.entries(refusals)) {
    assert.throws(
      () => readFileUrl(url),
      (err: Problem) => {
        assert.equal(err.code, code, `${url.slice(0, 80)}: ${err.detail}`)
        assert.equal(err.facts.field, 'file_url')
        assert.ok(!err.detail.includes('canary'))
        return true
      },
      url.slice(0, 80),
    )
  }
})

test('any text is read or refused; no path leaves the folder that it starts in', () => {
  const scheme = fc.constantFrom('s3', 'ftp', 'ftps', 'sftp', 'file')
  const step = fc.oneof(fc.string(), fc.constantFrom('..', '.', '%2e%2e', '%2F', '/', 'a', '\\', '%5c', '%00'))
  fc.assert(
    fc.property(scheme, fc.array(step), (scheme, steps) => {
      try {
        const address = readFileUrl(`${scheme}://host/${steps.join('/')}`)
        if (address.scheme === 'http') return false
        return address.path.split('/').every((one) => one !== '..' && one !== '.')
      } catch (err) {
        return err instanceof Problem && err.kind === 'invalid'
      }
    }),
    { numRuns: 2000 },
  )
})

test('a file is in a server when machine, port and folder are the same', () => {
  const at = { host: 'h.example', port: 22, path: '/calls' }
  const cases: [Server, string, string | null][] = [
    [server('sftp', at), 'sftp://h.example/calls/a.wav', 'a.wav'],
    [server('sftp', at), 'sftp://H.example:22/calls/2026/a.wav', '2026/a.wav'],
    [server('sftp', at), 'sftp://h.example/callsign/a.wav', null],
    [server('sftp', at), 'sftp://h.example/calls', null],
    [server('sftp', at), 'sftp://h.example:2222/calls/a.wav', null],
    [server('sftp', at), 'sftp://other.example/calls/a.wav', null],
    [server('sftp', at), 'ftp://h.example:22/calls/a.wav', null],
    [server('sftp', { ...at, path: '' }), 'sftp://h.example/calls/a.wav', 'calls/a.wav'],
    [server('sftp', { ...at, path: '/' }), 'sftp://h.example/calls/a.wav', 'calls/a.wav'],
    [server('ftp', { ...at, port: 21 }), 'ftp://h.example/calls/a.wav', 'a.wav'],
    [server('ftps', { ...at, port: 21 }), 'ftps://h.example/calls/a.wav', 'a.wav'],
    [server('ftps_implicit', { ...at, port: 990 }), 'ftps://h.example/calls/a.wav', 'a.wav'],
    [server('ftps_implicit', { ...at, port: 990 }), 'ftps://h.example:21/calls/a.wav', null],
    [server('s3', { settings: { bucket: 'b' } }), 's3://b/calls/a.wav', 'calls/a.wav'],
    [server('s3', { settings: { bucket: 'b' }, path: 'calls' }), 's3://b/calls/a.wav', 'a.wav'],
    [server('s3', { settings: { bucket: 'b' }, path: 'calls' }), 's3://b/other/a.wav', null],
    [server('s3', { settings: { bucket: 'c' } }), 's3://b/calls/a.wav', null],
    [server('mounted', { path: '/mnt/calls' }), 'file:///mnt/calls/a.wav', 'a.wav'],
    [server('mounted', { path: '/mnt/calls' }), 'file:///mnt/calls2/a.wav', null],
    [server('mounted', { path: '/mnt/calls' }), 'file:///etc/passwd', null],
  ]
  for (const [one, url, path] of cases) assert.equal(pathInServer(one, readFileUrl(url)), path, `${one.path} ${url}`)
})
