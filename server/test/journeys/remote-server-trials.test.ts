// The Test button: against real servers, and against such as hang, refuse, or are somebody else.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { startFtpServer } from '../remote-servers/ftp-server.ts'
import { freePort, temporaryFolder } from '../remote-servers/process-server.ts'
import { startSftpServer } from '../remote-servers/sftp-server.ts'
import { skipWithoutSshd, startSshd } from '../remote-servers/sshd.ts'
import { skipWithoutVsftpd, startVsftpd } from '../remote-servers/vsftpd.ts'

let harness: Harness
let own: Customer
const ends: (() => Promise<unknown>)[] = []

async function ask(method: string, path: string, body: object) {
  const answer = await fetch(`${harness.url}${path}`, {
    method,
    headers: { ...own.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Json }
}

/** The steps, each as `name` or `name!` where it failed, and the last one's words. */
async function trial(path: string, body: object) {
  const answer = await ask('POST', path, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const { ok, steps } = answer.body
  assert.equal(
    ok,
    steps.every((one: Json) => one.ok),
  )
  for (const { detail } of steps) assert.match(detail, /^\S.*\.$/s)
  return {
    steps: steps.map((one: Json) => `${one.step}${one.ok ? '' : '!'}`).join(' '),
    last: steps.at(-1),
    fingerprint: steps.find((one: Json) => one.fingerprint)?.fingerprint,
  }
}

const tryNew = (body: object) => trial('/v1/remote-servers/test', body)

function fresh(): string {
  const { path, remove } = temporaryFolder()
  ends.push(remove)
  return path
}

describe('trials of remote servers', () => {
  before(async () => {
    harness = await startHarness({ roles: { serve: true, work: false } })
    own = await harness.customer()
  })
  after(async () => {
    await harness?.stop()
    for (const end of ends.reverse()) await end()
  })

  test('OpenSSH: each step; the key that is met is shown, then trusted, and another is refused until it is accepted', {
    skip: skipWithoutSshd,
  }, async () => {
    const folder = fresh()
    const sshd = await startSshd(folder)
    await writeFile(join(sshd.root, 'call.wav'), 'content')
    const settings = {
      protocol: 'sftp',
      host: '127.0.0.1',
      port: sshd.port,
      user_name: sshd.user,
      private_key: sshd.privateKey,
      path: sshd.root,
    }
    const found = await tryNew({ ...settings, write: true })
    assert.equal(found.steps, 'name route host_key login directory list read write')
    assert.equal(found.fingerprint, sshd.hostKey)

    const { body } = await ask('POST', '/v1/remote-servers', { name: 'OpenSSH', ...settings })
    const path = `/v1/remote-servers/${body.server_id}`
    const kept = () => harness.json(path, { headers: own.headers })
    assert.equal((await kept()).host_key, null)
    assert.equal((await trial(`${path}/test`, {})).fingerprint, sshd.hostKey)
    assert.equal((await kept()).host_key, sshd.hostKey)
    const nowhere = await trial(`${path}/test`, { path: 'nowhere' })
    assert.equal(nowhere.steps, 'name route host_key login directory!')

    await sshd.kill()
    const other = await startSshd(fresh(), { port: sshd.port })
    ends.push(other.kill)
    const changed = await trial(`${path}/test`, {})
    assert.equal(changed.steps, 'name route host_key!')
    assert.ok(
      changed.last.detail.includes(sshd.hostKey) && changed.last.detail.includes(other.hostKey),
      changed.last.detail,
    )
    assert.equal(changed.last.fingerprint, other.hostKey)
    assert.equal((await kept()).host_key, sshd.hostKey)
    const accepted = await ask('PATCH', path, {
      host_key: changed.last.fingerprint,
      private_key: other.privateKey,
      path: other.root,
    })
    assert.equal(accepted.status, 200)
    assert.equal((await trial(`${path}/test`, {})).steps, 'name route host_key login directory list read')
  })

  test('vsftpd: anonymous, with and without the right folder', { skip: skipWithoutVsftpd }, async () => {
    const vsftpd = await startVsftpd(fresh())
    ends.push(vsftpd.kill)
    const at = { protocol: 'ftp', host: 'localhost', port: vsftpd.port }
    assert.equal(
      (await tryNew({ ...at, path: '/files', write: true })).steps,
      'name route login directory list read write',
    )
    assert.equal((await tryNew({ ...at, path: '/nowhere' })).steps, 'name route login directory!')
  })

  test('a wrong password is a matter of the login, for each protocol', async () => {
    const root = fresh()
    const ftp = await startFtpServer({ root })
    const sftp = await startSftpServer({ root })
    ends.push(
      () => ftp.close(),
      () => sftp.close(),
    )
    const login = { host: '127.0.0.1', user_name: 'tester', password: 'canary' }
    for (const one of [
      { protocol: 'ftp', port: ftp.port },
      { protocol: 'sftp', port: sftp.port },
    ]) {
      const { steps, last } = await tryNew({ ...one, ...login })
      assert.match(steps, / login!$/, one.protocol)
      assert.ok(!JSON.stringify(last).includes('canary'))
    }
  })

  test('nobody there, no such name, not a server of that kind, and one that says nothing', async () => {
    const silent = createServer(() => {})
    const chatty = createServer((socket) => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    for (const server of [silent, chatty]) {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      ends.push(async () => server.close())
    }
    const portOf = (server: typeof silent) => (server.address() as AddressInfo).port
    const login = { user_name: 'u', password: 'p' }
    const gone = await freePort()
    for (const protocol of ['ftp', 'ftps', 'ftps_implicit', 'sftp']) {
      const at = (host: string, port: number) => tryNew({ protocol, host, port, ...login })
      assert.equal((await at('127.0.0.1', gone)).steps, 'name route!', protocol)
      assert.equal((await at('no-such-name.invalid', 2121)).steps, 'name!', protocol)
      assert.match((await at('127.0.0.1', portOf(chatty))).steps, /^name route( \w+)?!$/, protocol)
    }
    const startedAt = Date.now()
    const hung = await Promise.all(
      ['ftp', 'ftps', 'ftps_implicit', 'sftp'].map((protocol) =>
        tryNew({ protocol, host: '127.0.0.1', port: portOf(silent), ...login }),
      ),
    )
    assert.ok(Date.now() - startedAt < 30_000)
    for (const { steps } of hung) assert.match(steps, /^name route( \w+)?!$/)
  })

  test('a blocked address says no more than that, whatever listens there', async () => {
    const private_ = ['10.0.0.1', '169.254.169.254', '192.168.0.1', '[::1]', '::ffff:10.0.0.1']
    const said = new Set<string>()
    for (const host of private_) {
      for (const protocol of ['ftp', 'ftps', 'ftps_implicit', 'sftp']) {
        const found = await tryNew({ protocol, host, port: 2121, user_name: 'u', password: 'p' })
        assert.equal(found.steps, 'name!')
        said.add(found.last.detail.replace(/^"[^"]*"/, 'It'))
      }
    }
    assert.equal(said.size, 1, [...said].join('\n'))
  })

  test('several at once are refused, so that nobody scans with it', async () => {
    const waiting: Socket[] = []
    const silent = createServer((socket) => void waiting.push(socket))
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    const { port } = silent.address() as AddressInfo
    const body = { protocol: 'ftp', host: '127.0.0.1', port }
    let refusals = 0
    const answers = Array.from({ length: 8 }, async () => {
      const answer = await ask('POST', '/v1/remote-servers/test', body)
      if (answer.status === 429) refusals += 1
      // The others are let go when all that are refused have been.
      if (refusals === 4) for (const socket of waiting.splice(0)) socket.destroy()
      return answer.status
    })
    assert.deepEqual((await Promise.all(answers)).sort(), [200, 200, 200, 200, 429, 429, 429, 429])
    silent.close()
    assert.equal((await ask('POST', '/v1/remote-servers/test', body)).status, 200)
  })
})
