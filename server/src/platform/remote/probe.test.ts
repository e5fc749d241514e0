// What a Test button shows, for each step that can fail.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type FtpServer, startFtpServer } from '../../../test/remote-servers/ftp-server.ts'
import { freePort, makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { startSftpServer } from '../../../test/remote-servers/sftp-server.ts'
import { skipWithoutVsftpd, startVsftpd } from '../../../test/remote-servers/vsftpd.ts'
import { addressGuard } from '../outbound/address-guard.ts'
import { type FtpSettings, ftpFolder } from './ftp.ts'
import { localFolder } from './local.ts'
import { type ProbeStep, probe } from './probe.ts'
import { type SftpSettings, sftpFolder } from './sftp.ts'

const { path: root, remove } = temporaryFolder()
writeFileSync(join(root, 'call.wav'), 'call')
const stops: (() => Promise<unknown>)[] = [remove]
after(async () => {
  for (const stop of stops.toReversed()) await stop()
})

const gate = async () => ['127.0.0.1']
const signal = AbortSignal.timeout(60_000)
const login = { host: 'localhost', gate, user: 'tester', password: 'pass word', path: '/', connectTimeoutMs: 1000 }
const tryFtp = (settings: Partial<FtpSettings> & { port: number }, isWritten = false) =>
  probe((onStep) => ftpFolder({ ...login, security: 'none', ...settings, onStep }), { isWritten, signal })
const trySftp = (settings: Partial<SftpSettings> & { port: number }, isWritten = false) =>
  probe((onStep) => sftpFolder({ ...login, hostKey: null, ...settings, onStep }), { isWritten, signal })

const shown = (steps: ProbeStep[]) => steps.map(({ step, ok }) => (ok ? step : `${step}!`)).join(' ')

async function startFtp(more: Partial<Parameters<typeof startFtpServer>[0]> = {}): Promise<FtpServer> {
  const server = await startFtpServer({ root, ...more })
  stops.push(server.close)
  return server
}

test('a server where all is well, with every step told', async () => {
  const ftp = await startFtp()
  assert.equal(shown(await tryFtp({ port: ftp.port })), 'name route login directory list read')
  const { keyPath, certPath } = makeCertificate(root)
  const [key, cert] = [readFileSync(keyPath, 'utf8'), readFileSync(certPath, 'utf8')]
  const ftps = await startFtp({ tls: { key, cert, isImplicit: false } })
  const all = await tryFtp({ port: ftps.port, security: 'explicit', certificateAuthority: cert }, true)
  assert.equal(shown(all), 'name route tls login directory list read write')
  assert.ok(
    all.every(({ detail }) => detail.length > 5 && !detail.includes('pass word')),
    JSON.stringify(all),
  )
  const sftp = await startSftpServer({ root })
  stops.push(sftp.close)
  const steps = await trySftp({ port: sftp.port }, true)
  assert.equal(shown(steps), 'name route host_key login directory list read write')
  assert.match(steps[2]?.detail ?? '', /SHA256:/)
  const local = await probe((onStep) => localFolder({ root, path: '', onStep }), { isWritten: true, signal })
  assert.equal(shown(local), 'directory list read write')
  assert.ok(!readdirSync(root).some((name) => name.includes('indaba-test')))
})

test('name, address and route', async () => {
  const unknown = async () => {
    throw new Error('NXDOMAIN')
  }
  const port = await freePort()
  assert.equal(shown(await tryFtp({ port, gate: unknown })), 'name!')
  const { resolve } = addressGuard({ allow: [], ports: () => true, lookup: async () => ['10.0.0.1'] })
  const [refused] = await tryFtp({ port, gate: resolve })
  assert.match(refused?.detail ?? '', /not allowed as a destination/)
  assert.ok(!refused?.ok && !refused?.detail.includes('10.0.0.1'), 'tells nothing of the private network')
  assert.equal(shown(await tryFtp({ port })), 'name route!')
  assert.equal(shown(await trySftp({ port })), 'name route!')
})

test('certificate, login, folder', async () => {
  const { keyPath, certPath } = makeCertificate(root)
  const tls = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8'), isImplicit: false }
  const { port } = await startFtp({ tls })
  const steps = await tryFtp({ port, security: 'explicit' })
  assert.equal(shown(steps), 'name route tls!')
  const { fingerprint = '' } = steps.at(-1) ?? {}
  assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  const trusted = { port, security: 'explicit' as const, certificateFingerprint: fingerprint }
  assert.equal(shown(await tryFtp({ ...trusted, password: 'wrong' })), 'name route tls login!')
  assert.equal(shown(await tryFtp({ ...trusted, path: '/no/such' })), 'name route tls login directory!')
  const sftp = await startSftpServer({ root })
  stops.push(sftp.close)
  assert.equal(shown(await trySftp({ port: sftp.port, hostKey: `SHA256:${'A'.repeat(43)}` })), 'name route host_key!')
  assert.equal(shown(await trySftp({ port: sftp.port, password: 'wrong' })), 'name route host_key login!')
  assert.equal(shown(await trySftp({ port: sftp.port, path: '/no/such' })), 'name route host_key login directory!')
  assert.equal(shown(await trySftp({ port: sftp.port, path: '/call.wav' })), 'name route host_key login directory!')
})

test('reading and writing that the server does not permit', { skip: skipWithoutVsftpd }, async () => {
  const { path, remove } = temporaryFolder()
  const server = await startVsftpd(path)
  stops.push(remove, server.kill)
  for (const name of ['closed', 'readonly', 'empty']) mkdirSync(join(server.root, name))
  writeFileSync(join(server.root, 'closed/call.wav'), 'call')
  chmodSync(join(server.root, 'closed/call.wav'), 0o600)
  writeFileSync(join(server.root, 'readonly/call.wav'), 'call')
  const at = (path: string, isWritten: boolean) =>
    tryFtp({ port: server.port, user: 'anonymous', password: 'guest', path }, isWritten)
  assert.equal(shown(await at('/files/closed', true)), 'name route login directory list read!')
  assert.equal(shown(await at('/files/readonly', false)), 'name route login directory list read')
  assert.equal(shown(await at('/files/readonly', true)), 'name route login directory list read write!')
  assert.match((await at('/files/empty', false)).at(-1)?.detail ?? '', /was not tried/)
})
