// Recordings by their address, of every scheme: real servers where the machine has them, each file once and whole.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { adminToken, type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { startFtpServer } from '../remote-servers/ftp-server.ts'
import { makeCertificate, temporaryFolder } from '../remote-servers/process-server.ts'
import { startSftpServer } from '../remote-servers/sftp-server.ts'
import { skipWithoutSshd, startSshd } from '../remote-servers/sshd.ts'
import { skipWithoutVsftpd, startVsftpd } from '../remote-servers/vsftpd.ts'

const sizeBytesMax = 2 ** 20

let harness: Harness
let own: Customer
let other: Customer
let mounted = ''
const ends: (() => Promise<unknown>)[] = []

async function post(path: string, body: object, who = own): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${harness.url}${path}`, {
    method: 'POST',
    headers: { ...who.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}

async function setUp(body: object): Promise<Json> {
  const made = await post('/v1/remote-servers', body)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return made.body
}

/** What became of a file_url that is taken: the recording's row, or the call's failure. */
async function outcomeOf(fileUrl: string, who = own): Promise<Json> {
  const { status, body } = await post('/v1/calls/upload', { file_url: fileUrl }, who)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.status, 'processing', JSON.stringify(body))
  const call = await harness.finished(who, body.call_id)
  const { rows } = await sql<Json>`
    select file_name, size_bytes, sha256 from recordings where conversation_id = ${body.call_id}`.execute(
    harness.app.db,
  )
  return rows[0] ?? { failure: call.failure }
}

async function refusal(fileUrl: string, who = own): Promise<[number, string]> {
  const { status, body } = await post('/v1/calls/upload', { file_url: fileUrl }, who)
  return [status, String(body.error?.code).toLowerCase()]
}

/** A file of random bytes, and what its recording must be. */
async function writeSample(folder: string, name: string, sizeBytes = 300_000): Promise<Json> {
  const bytes = randomBytes(sizeBytes)
  await writeFile(join(folder, name), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { file_name: name.split('/').at(-1), size_bytes: sizeBytes, sha256 }
}

function fresh(): string {
  const { path, remove } = temporaryFolder()
  ends.push(remove)
  return path
}

describe('file_url', () => {
  before(async () => {
    mounted = await realpath(await mkdtemp(join(tmpdir(), 'indaba-mounted-')))
    await mkdir(join(mounted, 'own'))
    await mkdir(join(mounted, 'other'))
    const env = { INDABA_MOUNTED_FOLDERS: mounted, INDABA_UPLOAD_BYTES_MAX: String(sizeBytesMax) }
    harness = await startHarness({ env })
    own = await harness.customer()
    other = await harness.customer()
    for (const [customer, folder] of [
      [own, 'own'],
      [other, 'other'],
    ] as const) {
      await harness.json(`/v1/organisations/${customer.orgId}/mounted-folders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: folder, path: join(mounted, folder) }),
      })
    }
  })
  after(async () => {
    await harness?.stop()
    for (const end of ends) await end()
    await rm(mounted, { recursive: true, force: true })
  })

  test('sftp, from OpenSSH, with a private key', { skip: skipWithoutSshd }, async () => {
    const sshd = await startSshd(fresh())
    ends.push(sshd.kill)
    const sample = await writeSample(sshd.root, 'call one.wav')
    const login = { protocol: 'sftp', host: '127.0.0.1', port: sshd.port, user_name: sshd.user }
    const server = await setUp({ name: 'OpenSSH', ...login, private_key: sshd.privateKey, path: sshd.root })
    const url = `sftp://127.0.0.1:${sshd.port}${sshd.root}/call%20one.wav`
    assert.deepEqual(await outcomeOf(url), sample)
    const kept = await harness.json(`/v1/remote-servers/${server.server_id}`, { headers: own.headers })
    assert.equal(kept.host_key, sshd.hostKey)
    assert.deepEqual(await refusal(`sftp://127.0.0.1:${sshd.port}/etc/passwd`), [400, 'outside_of_server'])
    assert.deepEqual(await refusal(url, other), [400, 'no_server_for_url'])
  })

  test('sftp, with a password; a host key that changes gives no file', async () => {
    const root = fresh()
    const sftp = await startSftpServer({ root })
    ends.push(() => sftp.close())
    const sample = await writeSample(root, 'call.wav')
    const login = { protocol: 'sftp', host: 'localhost', port: sftp.port, user_name: 'tester', password: 'pass word' }
    const server = await setUp({ name: 'In process', ...login })
    assert.deepEqual(await outcomeOf(`sftp://LOCALHOST.:${sftp.port}/call.wav`), sample)
    const patch = await fetch(`${harness.url}/v1/remote-servers/${server.server_id}`, {
      method: 'PATCH',
      headers: { ...own.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ host_key: `SHA256:${'x'.repeat(43)}` }),
    })
    assert.equal(patch.status, 200)
    const logins = sftp.logins.length
    const { failure } = await outcomeOf(`sftp://localhost:${sftp.port}/call.wav`)
    assert.equal(failure.code, 'download_failed')
    assert.match(failure.reason, /SHA256:xxx/)
    assert.equal(sftp.logins.length, logins, 'no password was sent')
  })

  test('ftp, from vsftpd, as anonymous without a server', { skip: skipWithoutVsftpd }, async () => {
    const vsftpd = await startVsftpd(fresh())
    ends.push(vsftpd.kill)
    const sample = await writeSample(vsftpd.root, 'call.wav')
    assert.deepEqual(await outcomeOf(`ftp://127.0.0.1:${vsftpd.port}/files/call.wav`), sample)
    const { failure } = await outcomeOf(`ftp://127.0.0.1:${vsftpd.port}/files/absent.wav`)
    assert.deepEqual([failure.code, failure.stage], ['download_failed', 'fetch'])
  })

  test('ftps, from vsftpd, with its own certificate', { skip: skipWithoutVsftpd }, async () => {
    const folder = fresh()
    const tls = { ...makeCertificate(folder), isImplicit: false }
    const vsftpd = await startVsftpd(folder, { tls })
    ends.push(vsftpd.kill)
    const sample = await writeSample(vsftpd.root, 'call.wav')
    const url = `ftps://127.0.0.1:${vsftpd.port}/files/call.wav`
    const server = { name: 'vsftpd', protocol: 'ftps', host: '127.0.0.1', port: vsftpd.port }
    const tried = await post('/v1/remote-servers/test', { ...server, name: undefined })
    assert.equal(tried.body.ok, false)
    const { step, fingerprint } = tried.body.steps.at(-1)
    assert.equal(step, 'tls')
    assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    await setUp({ ...server, certificate_sha256: fingerprint })
    assert.deepEqual(await outcomeOf(url), sample)
  })

  test('ftp with a password, to a folder and no further; a file that is too large is not fetched', async () => {
    const root = fresh()
    await mkdir(join(root, 'calls'))
    const ftp = await startFtpServer({ root })
    ends.push(() => ftp.close())
    const sample = await writeSample(root, 'calls/ärger #1.wav')
    await writeSample(root, 'calls/large.wav', sizeBytesMax + 1)
    await writeSample(root, 'private.wav')
    const login = { protocol: 'ftp', host: '127.0.0.1', port: ftp.port, user_name: 'tester', password: 'pass word' }
    await setUp({ name: 'FTP', ...login, path: '/calls' })
    const at = `ftp://127.0.0.1:${ftp.port}`
    assert.deepEqual(await outcomeOf(`${at}/calls/${encodeURIComponent('ärger #1.wav')}`), sample)
    assert.deepEqual(await refusal(`${at}/private.wav`), [400, 'outside_of_server'])
    assert.deepEqual(await refusal(`${at}/calls/%2e%2e%2fprivate.wav`), [400, 'bad_file_url'])
    ftp.commands.length = 0
    const { failure } = await outcomeOf(`${at}/calls/large.wav`)
    assert.equal(failure.code, 'file_too_large')
    assert.ok(!ftp.commands.some((one) => one.startsWith('RETR')))
  })

  test('no more connections than the server is said to bear', async () => {
    const root = fresh()
    let most = 0
    const ftp = await startFtpServer({
      root,
      intercept() {
        most = Math.max(most, ftp.connections.size)
        return false
      },
    })
    ends.push(() => ftp.close())
    const login = { host: '127.0.0.1', port: ftp.port, user_name: 'tester', password: 'pass word' }
    await setUp({ name: 'Narrow', protocol: 'ftp', ...login, connections_max: 1 })
    const samples = await Promise.all(['a', 'b', 'c', 'd'].map((name) => writeSample(root, `${name}.wav`)))
    const found = await Promise.all(samples.map((one) => outcomeOf(`ftp://127.0.0.1:${ftp.port}/${one.file_name}`)))
    assert.deepEqual(found, samples)
    assert.equal(most, 1)
  })

  test('mounted folders: paths and file:// of one’s own, and no other’s', async () => {
    const sample = await writeSample(join(mounted, 'own'), 'call 1.wav')
    await writeSample(join(mounted, 'other'), 'theirs.wav')
    await symlink('/etc/passwd', join(mounted, 'own', 'link.wav'))
    await symlink(join(mounted, 'other'), join(mounted, 'own', 'folder'))
    assert.deepEqual(await outcomeOf(join(mounted, 'own', 'call 1.wav')), sample)
    assert.deepEqual(await outcomeOf(`file://${mounted}/own/call%201.wav`), sample)
    for (const name of ['link.wav', 'folder/theirs.wav', 'absent.wav']) {
      const { failure } = await outcomeOf(join(mounted, 'own', name))
      assert.equal(failure?.code, 'download_failed', name)
    }
    // Somebody else's path is a path on the client's own machine, whether there is such a file or not.
    for (const path of [
      join(mounted, 'other', 'theirs.wav'),
      join(mounted, 'other', 'absent.wav'),
      '/etc/passwd',
      join(mounted, 'own/../other/theirs.wav'),
    ]) {
      const { status, body } = await post('/v1/calls/upload', { file_url: path })
      assert.deepEqual([status, body.status], [200, 'awaiting_upload'], path)
    }
    for (const path of ['/other/theirs.wav', '/other/absent.wav']) {
      assert.deepEqual(await refusal(`file://${mounted}${path}`), [400, 'no_server_for_url'])
    }
    assert.deepEqual(await refusal('file:///etc/passwd'), [400, 'no_server_for_url'])
  })

  test('what cannot be fetched is refused at the door, and nothing of it is kept', async () => {
    const count = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from conversations`.execute(harness.app.db)).rows[0]?.n
    const before = await count()
    const refusals: Record<string, string> = {
      'sftp://user:canary@sftp.example.com/a.wav': 'credentials_in_url',
      'ftp://user@ftp.example.com/a.wav': 'credentials_in_url',
      'sftp://sftp.example.com/a.wav': 'no_server_for_url',
      's3://nobodys-bucket/a.wav': 'no_server_for_url',
      's3://nobodys-bucket': 'bad_file_url',
      'ftp://ftp.example.com/a.wav?x': 'bad_file_url',
      'scp://example.com/a.wav': 'unsupported_scheme',
      'gopher://example.com/a.wav': 'unsupported_scheme',
    }
    for (const [url, code] of Object.entries(refusals)) assert.deepEqual(await refusal(url), [400, code], url)
    assert.equal(await count(), before)
  })

  test('s3, with the organisation’s own key; a redirect leads nowhere', async () => {
    const root = fresh()
    const sample = await writeSample(root, 'call.wav')
    let canary = 0
    const trap = createServer((_, response) => {
      canary += 1
      response.end('caught')
    })
    await new Promise<void>((done) => trap.listen(0, '127.0.0.1', done))
    const trapped = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`
    const asked: string[] = []
    const bucket = createServer(async (request, response) => {
      asked.push(`${request.method} ${request.headers.authorization?.includes('AKIDOWN') ? 'signed' : 'unsigned'}`)
      if (request.url?.includes('moved')) return response.writeHead(307, { location: trapped }).end()
      const path = join(
        root,
        decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname).replace('/recordings', ''),
      )
      const found = await stat(path).catch(() => null)
      if (!found)
        return response
          .writeHead(404, { 'content-type': 'application/xml' })
          .end(request.method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>')
      response.writeHead(200, { 'content-length': found.size, etag: '"1"', 'last-modified': found.mtime.toUTCString() })
      if (request.method === 'HEAD') return response.end()
      createReadStream(path).pipe(response)
    })
    await new Promise<void>((done) => bucket.listen(0, '127.0.0.1', done))
    ends.push(async () => {
      for (const server of [bucket, trap]) server.close().closeAllConnections()
    })
    const endpoint = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`
    const keys = { access_key_id: 'AKIDOWN', secret_access_key: 'secret' }
    await setUp({ name: 'Bucket', protocol: 's3', bucket: 'recordings', endpoint, force_path_style: true, ...keys })
    assert.deepEqual(await outcomeOf('s3://recordings/call.wav'), sample)
    const { failure } = await outcomeOf('s3://recordings/absent.wav')
    assert.equal(failure.code, 'download_failed')
    assert.deepEqual(await refusal('s3://recordings/call.wav', other), [400, 'no_server_for_url'])
    assert.ok(asked.length > 0 && asked.every((one) => one.endsWith(' signed')), asked.join())
    const { body } = await post('/v1/calls/upload', { file_url: 's3://recordings/moved.wav' })
    // It may be tried again; whatever becomes of it, nobody follows.
    for (let waited = 0; !asked.some((one) => one) && waited < 50; waited++)
      await new Promise((done) => setTimeout(done, 50))
    assert.ok(body.call_id)
    await new Promise((done) => setTimeout(done, 1000))
    assert.equal(canary, 0)
  })
})
