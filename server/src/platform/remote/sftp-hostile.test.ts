// SFTP servers that hang, drop, lie, talk nonsense or change their host key; and the ways to log in.

import assert from 'node:assert/strict'
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, afterEach, test } from 'node:test'
import { temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import {
  newHostKey,
  type SftpServer,
  type SftpServerOptions,
  startSftpServer,
} from '../../../test/remote-servers/sftp-server.ts'
import { makeKey } from '../../../test/remote-servers/sshd.ts'
import { failsAt, listed, pathsOf } from './conformance.ts'
import type { RemoteFailure, RemoteFolder } from './folder.ts'
import { type SftpSettings, sftpFolder } from './sftp.ts'

const { path: root, remove } = temporaryFolder()
const { path: keys, remove: removeKeys } = temporaryFolder()
const content = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => index % 251))
writeFileSync(join(root, 'call.wav'), content)
after(async () => {
  await remove()
  await removeKeys()
})

const running: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})

const hostKey = newHostKey()
const signal = () => AbortSignal.timeout(20_000)
const patience = { breakPauseMs: 10, silenceTimeoutMs: 300, connectTimeoutMs: 1000 }

function at(port: number, more: Partial<SftpSettings> = {}): RemoteFolder {
  const login = { user: 'tester', password: 'pass word', hostKey: null, path: '/' }
  const folder = sftpFolder({
    host: 'localhost',
    gate: async () => ['127.0.0.1'],
    port,
    ...login,
    ...patience,
    ...more,
  })
  running.push(() => folder.close())
  return folder
}

async function serving(options: Partial<SftpServerOptions> = {}): Promise<SftpServer> {
  const server = await startSftpServer({ root, hostKey, ...options })
  running.push(() => server.close())
  return server
}

const use = async (folder: RemoteFolder) => {
  await listed(folder)
  return buffer(await folder.open('call.wav', { signal: signal() }))
}

const seenBy = async (port: number): Promise<string> => {
  let seen = ''
  await listed(at(port, { onHostKey: (fingerprint) => (seen = fingerprint) }))
  return seen
}

test('a host key is remembered, and another one is refused before anything is said', async () => {
  const server = await serving()
  const seen = await seenBy(server.port)
  assert.match(seen, /^SHA256:[A-Za-z0-9+/]{43}$/)
  assert.deepEqual(pathsOf(await listed(at(server.port, { hostKey: seen }))), ['call.wav'])
  const changed = await serving({ hostKey: newHostKey() })
  await assert.rejects(listed(at(changed.port, { hostKey: seen })), (error: RemoteFailure) => {
    assert.ok(error.detail.includes(seen), error.detail)
    assert.ok(error.fingerprint && error.fingerprint !== seen && error.detail.includes(error.fingerprint))
    return failsAt('host_key', true)(error)
  })
  assert.deepEqual(changed.logins, [])
})

test('passwords by both methods, and a wrong one', async () => {
  for (const method of ['password', 'keyboard-interactive'] as const) {
    const { port } = await serving({ method })
    assert.deepEqual(pathsOf(await listed(at(port))), ['call.wav'])
    await assert.rejects(listed(at(port, { password: 'wrong one' })), (error: RemoteFailure) => {
      assert.ok(!error.detail.includes('wrong one'))
      return failsAt('login', true)(error)
    })
  }
})

const kinds = [
  { type: 'ed25519' },
  { type: 'ed25519', passphrase: 'open sesame' },
  { type: 'rsa', format: 'PEM' },
  { type: 'rsa', format: 'PEM', passphrase: 'open sesame' },
  { type: 'rsa', format: 'PKCS8', passphrase: 'open sesame' },
  { type: 'ecdsa', format: 'PEM' },
  { type: 'ecdsa', format: 'PKCS8' },
]
for (const [index, kind] of kinds.entries()) {
  test(`a private key: ${Object.values(kind).join(', ')}`, async () => {
    const path = join(keys, String(index))
    makeKey(path, kind)
    const privateKey = readFileSync(path, 'utf8').replaceAll('\n', index % 2 ? '\r\n' : '\n')
    const { port } = await serving({ method: 'publickey', publicKey: readFileSync(`${path}.pub`, 'utf8').trim() })
    const { passphrase = null } = kind
    assert.deepEqual(pathsOf(await listed(at(port, { password: null, privateKey, passphrase }))), ['call.wav'])
    if (!passphrase) return
    for (const wrong of [null, 'something else']) {
      await assert.rejects(listed(at(port, { password: null, privateKey, passphrase: wrong })), {
        step: 'login',
        isPermanent: true,
        detail: wrong ? 'The passphrase does not open the private key.' : /its passphrase is needed/,
      })
    }
  })
}

test('what is no private key is said to be none', async () => {
  const junk = [
    '',
    'x',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==',
  ]
  for (const privateKey of junk.slice(1)) {
    await assert.rejects(listed(at(1, { password: null, privateKey })), { step: 'login', detail: /cannot be read/ })
  }
})

const talking = async (talk: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    talk(socket.on('error', () => {}).resume())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  running.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((done) => server.close(done))
  })
  return (server.address() as { port: number }).port
}

test('silence, nonsense and banners without an end are no SSH', async () => {
  const talks: ((socket: Socket) => void)[] = [
    () => {},
    (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
    (socket) => socket.write('220 This is FTP\r\n'),
    (socket) => socket.write('SSH-1.5-old\r\n'),
    (socket) => socket.write(Buffer.alloc(100_000, 0xff)),
    (socket) => socket.end('SSH-2.0-x\r\n'),
    (socket) => {
      const timer = setInterval(() => socket.write(`${'hello '.repeat(20)}\r\n`), 2)
      socket.once('close', () => clearInterval(timer))
    },
  ]
  for (const talk of talks) await assert.rejects(listed(at(await talking(talk))), failsAt('host_key', false))
})

const moments: [request: string, step: string][] = [
  ['STAT', 'directory'],
  ['OPENDIR', 'directory'],
  ['READDIR', 'list'],
  ['LSTAT', 'read'],
  ['OPEN', 'read'],
]
for (const [moment, step] of moments) {
  test(`silence and a dropped connection at ${moment} end as failures of ${step}`, async () => {
    const silent = await serving({ intercept: (request) => request === moment })
    await assert.rejects(use(at(silent.port)), failsAt(step, false))
    const server = await serving({
      intercept: (request) => {
        if (request === moment) for (const socket of server.connections) socket.destroy()
        return request === moment
      },
    })
    await assert.rejects(use(at(server.port)), failsAt(step, false))
  })
}

test('a broken download goes on where it broke, unless the file has changed', async () => {
  let reads = 0
  const breaking =
    (isChanged: boolean): SftpServerOptions['intercept'] =>
    (request) => {
      if (request === 'READ') reads += 1
      if (request !== 'READ' || reads % 40 !== 39) return false
      for (const server of servers) for (const socket of server.connections) socket.destroy()
      if (isChanged) utimesSync(join(root, 'call.wav'), new Date(), new Date(Date.now() - reads * 1000))
      return true
    }
  const servers: SftpServer[] = []
  servers.push(await serving({ intercept: breaking(false) }))
  const stream = await at(servers[0]?.port ?? 0).open('call.wav', { signal: signal() })
  assert.ok((await buffer(stream)).equals(content))
  assert.ok(reads > 62, `${reads} reads`)
  reads = 0
  servers.push(await serving({ intercept: breaking(true) }))
  await assert.rejects(async () => buffer(await at(servers[1]?.port ?? 0).open('call.wav', { signal: signal() })), {
    detail: /changed while it was read/,
  })
})

test('a file with more or fewer bytes than stated is a failure', async () => {
  for (const size of [content.length - 1, content.length + 1]) {
    const { port } = await serving({
      intercept: (request, id, sftp) => {
        if (request === 'LSTAT') sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size, atime: 0, mtime: 0 })
        return request === 'LSTAT'
      },
    })
    await assert.rejects(
      async () => buffer(await at(port).open('call.wav', { signal: signal() })),
      failsAt('read', false),
    )
  }
})

test('names that are no names are left out with a word, and ten million are cut off', async () => {
  const attrs = { mode: 0o100644, uid: 0, gid: 0, size: 1, atime: 0, mtime: 0 }
  const names = ['../up.wav', 'a/b.wav', '/etc/passwd', 'new\nline.wav', '', 'good.wav', 'B\uFFFDcher.wav']
  let answers = 0
  const flood =
    (isEndless: boolean): SftpServerOptions['intercept'] =>
    (request, id, sftp) => {
      if (request !== 'READDIR') return false
      answers += 1
      const list = isEndless ? Array.from({ length: 100 }, (_, index) => `${answers}-${index}.wav`) : names
      if (answers === 2 && !isEndless) sftp.status(id, 1)
      else
        sftp.name(
          id,
          list.map((filename) => ({ filename, longname: '', attrs: attrs as never })),
        )
      return true
    }
  const some = await serving({ intercept: flood(false) })
  const warnings: string[] = []
  assert.deepEqual(pathsOf(await listed(at(some.port), { onWarning: (detail) => warnings.push(detail) })), ['good.wav'])
  assert.equal(warnings.length, 6, warnings.join('\n'))
  answers = 0
  const many = await serving({ intercept: flood(true) })
  await assert.rejects(listed(at(many.port), { filesMax: 20_000 }), failsAt('list', true))
  assert.ok(answers < 300, `${answers} answers`)
})

test('an abort does not wait for a server that is silent', async () => {
  const reason = new Error('enough')
  for (const port of [
    await talking(() => {}),
    (await serving({ intercept: (request) => request === 'READDIR' })).port,
  ]) {
    const stop = new AbortController()
    setTimeout(() => stop.abort(reason), 300)
    const folder = at(port, { silenceTimeoutMs: 60_000, connectTimeoutMs: 60_000 })
    await assert.rejects(listed(folder, { signal: stop.signal }), reason)
  }
})
