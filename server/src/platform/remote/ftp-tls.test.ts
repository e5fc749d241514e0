// Which certificates are trusted, and that nothing is said to a server whose certificate is not.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type FtpServer, startFtpServer } from '../../../test/remote-servers/ftp-server.ts'
import { makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { failsAt, listed, pathsOf } from './conformance.ts'
import type { RemoteFailure } from './folder.ts'
import { type FtpSettings, ftpFolder } from './ftp.ts'

const { path: root, remove } = temporaryFolder()
const { path: keys, remove: removeKeys } = temporaryFolder()
writeFileSync(join(root, 'call.wav'), 'call')
const made = (name: string, isExpired = false) => {
  const { keyPath, certPath } = makeCertificate(keys, { name, isExpired })
  const cert = readFileSync(certPath, 'utf8')
  return { key: readFileSync(keyPath, 'utf8'), cert, fingerprint: new X509Certificate(cert).fingerprint256 }
}
const right = made('localhost')
const other = made('other.example')

const servers: FtpServer[] = []
after(async () => {
  for (const server of servers) await server.close()
  await remove()
  await removeKeys()
})
async function serving(certificate: typeof right, isImplicit = false, root_ = root): Promise<FtpServer> {
  const server = await startFtpServer({ root: root_, tls: { ...certificate, isImplicit } })
  servers.push(server)
  return server
}

async function names(port: number, more: Partial<FtpSettings>): Promise<string[]> {
  const login = { user: 'tester', password: 'pass word', path: '/', security: 'explicit' } as const
  const folder = ftpFolder({ host: 'localhost', gate: async () => ['127.0.0.1'], port, ...login, ...more })
  try {
    return pathsOf(await listed(folder))
  } finally {
    await folder.close()
  }
}

const nothingSaid = ({ commands }: FtpServer) =>
  assert.ok(!commands.some((line) => /^(USER|PASS)/.test(line)), commands.join())

for (const security of ['explicit', 'implicit'] as const) {
  test(`TLS ${security}: a self-signed certificate is refused with its fingerprint, and accepted by it`, async () => {
    const server = await serving(right, security === 'implicit')
    await assert.rejects(names(server.port, { security }), (error: RemoteFailure) => {
      assert.equal(error.fingerprint, right.fingerprint)
      assert.ok(error.detail.includes(right.fingerprint) && /self-signed/.test(error.detail), error.detail)
      return failsAt('tls', true)(error)
    })
    nothingSaid(server)
    assert.deepEqual(await names(server.port, { security, certificateFingerprint: right.fingerprint }), ['call.wav'])
    const plain = right.fingerprint.replaceAll(':', '').toLowerCase()
    assert.deepEqual(await names(server.port, { security, certificateFingerprint: plain }), ['call.wav'])
    assert.deepEqual(await names(server.port, { security, certificateAuthority: right.cert }), ['call.wav'])
  })
}

test('a certificate that is not the accepted one is refused, and both fingerprints are told', async () => {
  const server = await serving(other)
  await assert.rejects(names(server.port, { certificateFingerprint: right.fingerprint }), (error: RemoteFailure) => {
    assert.ok(error.detail.includes(right.fingerprint) && error.detail.includes(other.fingerprint), error.detail)
    assert.equal(error.fingerprint, other.fingerprint)
    return failsAt('tls', true)(error)
  })
  nothingSaid(server)
})

test('a certificate for another name, and one that has expired, are refused', async () => {
  const named = await serving(other)
  await assert.rejects(names(named.port, { host: 'files.example', certificateAuthority: other.cert }), {
    step: 'tls',
    detail: /for another name.*other\.example/s,
  })
  nothingSaid(named)
  const old = made('localhost', true)
  const expired = await serving(old)
  await assert.rejects(names(expired.port, { certificateAuthority: old.cert }), { step: 'tls', detail: /has expired/ })
  nothingSaid(expired)
})

test('a server that offers no TLS gets no password', async () => {
  const server = await startFtpServer({ root })
  servers.push(server)
  await assert.rejects(names(server.port, {}), failsAt('tls', true))
  nothingSaid(server)
})

test('a server that will not encrypt its data connections is not used', async () => {
  const tls = { ...right, isImplicit: false }
  const server = await startFtpServer({
    ...{ root, tls },
    intercept: (command, _, { reply }) => command === 'PROT' && reply('534 No.') !== null,
  })
  servers.push(server)
  await assert.rejects(names(server.port, { certificateAuthority: right.cert }), failsAt('tls', true))
})

test('a TLS port without TLS on it, and silence, end as failures', async () => {
  const server = await startFtpServer({ root })
  servers.push(server)
  await assert.rejects(names(server.port, { security: 'implicit', connectTimeoutMs: 500 }), failsAt('tls', false))
})
