import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { Problem } from '../problem.ts'
import { parseOutboundAllow } from './allow-list.ts'
import { readClientCertificate } from './client-certificate.ts'
import type { ClientCertificate } from './connection.ts'
import { outbound } from './request.ts'

/** An authority, a server, three clients (`locked` with a passphrase, `weak` with a short key), one of another authority. */
const made = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'indaba-mtls-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const own = (name: string, subject: string, ...more: string[]) =>
    openssl(
      'req',
      '-x509',
      ...curve,
      '-nodes',
      '-days',
      '2',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      subject,
      ...more,
    )
  const issued = (name: string, ...key: string[]) => {
    openssl('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial']
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-days', '2', '-out', `${name}.pem`)
  }
  try {
    own('authority', '/CN=Authority')
    own('receiver', '/CN=receiver.example', '-addext', 'subjectAltName=DNS:receiver.example')
    own('stranger', '/CN=stranger')
    issued('first', ...curve, '-nodes')
    issued('second', ...curve, '-nodes')
    issued('locked', ...curve, '-passout', 'pass:secret')
    issued('weak', '-newkey', 'rsa:1024', '-nodes')
    const names = ['authority', 'receiver', 'stranger', 'first', 'second', 'locked', 'weak']
    const pairs = names.map((name): [string, ClientCertificate] => [
      name,
      {
        certificate: readFileSync(join(folder, `${name}.pem`), 'utf8'),
        key: readFileSync(join(folder, `${name}.key`), 'utf8'),
      },
    ])
    return new Map(pairs)
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true })
  }
})()
const skip = made ? false : 'openssl is absent'
const pair = (name: string): ClientCertificate => made?.get(name) ?? assert.fail(name)

test('a certificate and its key are read; what cannot be used is refused with the reason, without the key', {
  skip,
}, () => {
  const { certificate, key } = pair('first')
  const read = readClientCertificate(`text before\n${certificate}${pair('authority').certificate}`, `  ${key}`)
  assert.equal(read.subject, 'CN=first')
  assert.equal(read.issuer, 'CN=Authority')
  assert.match(read.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  assert.equal(read.certificate.match(/BEGIN CERTIFICATE/g)?.length, 2)
  const aheadMs = read.notAfter.getTime() - Date.now()
  assert.ok(aheadMs > 47 * 3_600_000 && aheadMs < 49 * 3_600_000)

  const junk = certificate.replace(/\n[A-Za-z0-9+/]{10}/, '\n0000000000')
  const cases: [string, string, RegExp, Date?][] = [
    ['', key, /no certificate in it/],
    ['-----BEGIN CERTIFICATE-----', key, /no certificate in it/],
    [key, key, /no certificate in it/],
    [junk, key, /Certificate 1 cannot be read/],
    [certificate + junk, key, /Certificate 2 cannot be read/],
    [certificate.repeat(11), key, /holds 11 certificates/],
    [certificate, '', /key cannot be read/],
    [certificate, certificate, /key cannot be read/],
    [certificate, key.slice(0, -60), /key cannot be read/],
    [certificate, pair('second').key, /does not belong/],
    [pair('authority').certificate + certificate, key, /does not belong/],
    [pair('locked').certificate, pair('locked').key, /passphrase/],
    [pair('weak').certificate, pair('weak').key, /cannot be used for TLS/],
    ['x'.repeat(70_000), key, /at most 64 KiB/],
    [certificate, 'x'.repeat(70_000), /at most 64 KiB/],
    [certificate, key, /expired at \d{4}-/, new Date(Date.now() + 3 * 86_400_000)],
    [certificate, key, /not valid before/, new Date(Date.now() - 86_400_000)],
  ]
  for (const [pem, keyPem, words, now] of cases) {
    assert.throws(
      () => readClientCertificate(pem, keyPem, now),
      (error) => {
        assert.ok(error instanceof Problem)
        assert.equal(error.code, 'client_certificate_invalid')
        assert.match(error.detail, words)
        for (const line of keyPem.split('\n').filter((text) => text.length === 64)) {
          assert.ok(!`${error.detail}${error.cause}`.includes(line))
        }
        return true
      },
    )
  }
})

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a server that asks who is there, ${maxVersion}: each certificate has its own connection`, {
    skip,
  }, async () => {
    const { certificate: cert, key } = pair('receiver')
    const ca = pair('authority').certificate
    let connections = 0
    const server = createServer({ cert, key, ca, requestCert: true, maxVersion }, (request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: '/' })
      response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN)
    })
    server.on('tlsClientError', () => {})
    server.on('secureConnection', () => (connections += 1))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    setDefaultCACertificates([...getCACertificates(), cert])
    const out = outbound({
      allow: parseOutboundAllow(`127.0.0.1:${port}`),
      userAgent: 'Indaba/test',
      lookup: async () => ['127.0.0.1'],
    })
    after(async () => {
      await out.close()
      server.close()
    })
    const url = `https://receiver.example:${port}/`
    const ask = (name: string | null, partition = 'org') =>
      out.request({ url, partition, method: 'POST', body: '{}', clientCertificate: name ? pair(name) : null })
    const answer = async (name: string, partition?: string) => {
      const result = await ask(name, partition)
      return result.outcome === 'response' ? result : assert.fail(result.detail)
    }

    const { bodyExcerpt, timings } = await answer('first')
    assert.equal(bodyExcerpt, 'first')
    assert.ok(timings.tlsMs > 0 && timings.connectMs > 0)
    assert.ok(timings.dnsMs + timings.connectMs + timings.tlsMs <= timings.ttfbMs && timings.ttfbMs <= timings.totalMs)
    assert.equal((await answer('second')).bodyExcerpt, 'second', 'not over the connection of the first')
    assert.deepEqual((await answer('first')).timings.tlsMs, 0)
    assert.equal(connections, 2)
    assert.equal((await answer('first', 'other')).bodyExcerpt, 'first')
    assert.equal(connections, 3, 'nor over that of another organisation')

    for (const name of [null, 'stranger']) {
      const result = await ask(name)
      assert.equal(result.outcome, 'failed', `${name}`)
    }
    const none = await ask(null)
    assert.ok(none.outcome === 'failed' && none.reason === 'tls')
    const mixed = { certificate: pair('first').certificate, key: pair('second').key }
    const unfit = await out.request({ url, partition: 'org', clientCertificate: mixed })
    assert.ok(unfit.outcome === 'failed' && unfit.reason === 'tls')
    const away = { url: `${url}away`, partition: 'org', redirectsMax: 1, clientCertificate: pair('first') }
    const redirected = await out.request(away)
    assert.equal(redirected.outcome, 'failed', 'a redirect is followed without the certificate')
  })
}
