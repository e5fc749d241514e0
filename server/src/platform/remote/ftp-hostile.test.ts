// FTP servers that hang, drop, lie, talk nonsense, or lead elsewhere. All run in this process, so that each can misbehave
// at the very moment that is tested.

import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, afterEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type FtpServer, type FtpServerOptions, startFtpServer } from '../../../test/remote-servers/ftp-server.ts'
import { temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { failsAt, listed, pathsOf } from './conformance.ts'
import type { RemoteFailure, RemoteFolder } from './folder.ts'
import { type FtpSettings, ftpFolder } from './ftp.ts'

const { path: root, remove } = temporaryFolder()
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
writeFileSync(join(root, 'call.wav'), content)
after(remove)

const running: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})

const signal = () => AbortSignal.timeout(20_000)
const patience = { breakPauseMs: 10, silenceTimeoutMs: 150, connectTimeoutMs: 500 }

function at(port: number, more: Partial<FtpSettings> = {}): RemoteFolder {
  const login = { user: 'tester', password: 'pass word', security: 'none', path: '/' } as const
  const folder = ftpFolder({ host: 'localhost', gate: async () => ['127.0.0.1'], port, ...login, ...patience, ...more })
  running.push(() => folder.close())
  return folder
}

async function serving(options: Partial<FtpServerOptions> = {}): Promise<FtpServer> {
  const server = await startFtpServer({ root, ...options })
  running.push(() => server.close())
  return server
}

const use = async (folder: RemoteFolder) => {
  await listed(folder)
  return buffer(await folder.open('call.wav', { signal: signal() }))
}

const moments: [command: string, step: string][] = [
  ['', 'route'],
  ['USER', 'login'],
  ['PASS', 'login'],
  ['FEAT', 'login'],
  ['TYPE', 'login'],
  ['CWD', 'directory'],
  ['EPSV', 'list'],
  ['MLSD', 'list'],
  ['MLST', 'read'],
]
for (const [moment, step] of moments) {
  test(`silence at ${moment || 'the greeting'} ends as a failure of ${step}`, async () => {
    const { port } = await serving({ intercept: (command) => command === moment })
    await assert.rejects(use(at(port)), failsAt(step, false))
  })
  test(`a connection dropped at ${moment || 'the greeting'} ends as a failure of ${step}`, async () => {
    const { port } = await serving({
      intercept: (command, _, { socket }) => command === moment && Boolean(socket.destroy()),
    })
    await assert.rejects(use(at(port)), failsAt(step, false))
  })
}

test('nonsense, and greetings without an end, are cut off', async () => {
  const speak = async (talk: (socket: Socket) => void) => {
    const server = createServer((socket) => void talk(socket.on('error', () => {}).resume()))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    running.push(() => new Promise((done) => server.close(() => done())))
    return at((server.address() as { port: number }).port)
  }
  const line = (socket: Socket, text: string) => {
    const timer = setInterval(() => socket.write(text), 5)
    socket.once('close', () => clearInterval(timer))
  }
  for (const text of ['220-Welcome to our server\r\n', 'SSH-2.0-x\r\n', '\u0000\u0001', 'x'.repeat(5000)]) {
    await assert.rejects(use(await speak((socket) => line(socket, text))), failsAt('route', false), text.slice(0, 9))
  }
  await assert.rejects(use(await speak((socket) => void socket.end('220-Half an'))), failsAt('route', false))
})

test('too many connections may be tried again, a wrong password may not, and is never told', async () => {
  const busy = await serving({
    intercept: (command, _, { reply }) => command === '' && reply('421 Too many connections.') !== null,
  })
  await assert.rejects(use(at(busy.port)), failsAt('route', false))
  const full = await serving({
    intercept: (command, _, { reply }) => command === 'PASS' && reply('530 Too many users for this account.') !== null,
  })
  await assert.rejects(use(at(full.port)), failsAt('login', false))
  const echo = await serving({
    intercept: (command, argument, { reply }) => command === 'PASS' && reply(`530 Wrong: ${argument}`) !== null,
  })
  await assert.rejects(use(at(echo.port)), (error: RemoteFailure) => {
    assert.ok(!error.detail.includes('pass word') && error.detail.includes('***'), error.detail)
    return failsAt('login', true)(error)
  })
})

test('a command cannot be smuggled in by a name or a password', async () => {
  const { port, commands } = await serving()
  await assert.rejects(use(at(port, { password: 'x\r\nDELE call.wav' })), failsAt('login', true))
  await assert.rejects(use(at(port, { path: '/\r\nDELE call.wav' })), failsAt('directory', true))
  assert.ok(!commands.some((command) => command.startsWith('DELE')))
})

/** Answers MLST with a size of its own. */
const claims =
  (sizeBytes: number): FtpServerOptions['intercept'] =>
  (command, _, { reply }) =>
    command === 'MLST' && reply(`250-\r\n type=file;size=${sizeBytes}; x\r\n250 End`) !== null

test('a file with more or fewer bytes than stated is a failure, and is not tried for ever', async () => {
  for (const sizeBytes of [content.length - 1, content.length + 1]) {
    const server = await serving({ intercept: claims(sizeBytes) })
    const stream = at(server.port).open('call.wav', { signal: signal() })
    await assert.rejects(async () => buffer(await stream), failsAt('read', false))
    assert.equal(server.commands.filter((command) => command.startsWith('RETR')).length, 1)
  }
})

/** Sends this many bytes of what was asked for, then drops every connection. */
const dropping = (bytes: number, times: number): FtpServerOptions['intercept'] => {
  let start = 0
  let left = times
  return async (command, argument, { transfer, socket }) => {
    if (command === 'REST') start = Number(argument)
    if (command !== 'RETR' || left === 0) return false
    left -= 1
    const from = start
    start = 0
    await transfer(async (data) => {
      await new Promise((done) => data.write(content.subarray(from, from + bytes), done))
      await delay(20)
      data.destroy()
      socket.destroy()
    })
    return true
  }
}

test('a broken download goes on where it broke', async () => {
  const server = await serving({ intercept: dropping(70_000, 3) })
  const stream = await at(server.port).open('call.wav', { signal: signal() })
  assert.ok((await buffer(stream)).equals(content))
  const rests = server.commands.filter((command) => command.startsWith('REST'))
  assert.deepEqual(rests, ['REST 70000', 'REST 140000', 'REST 210000'])
})

test('after five breaks it is given up, and a file that changed is not continued', async () => {
  const broken = await serving({ intercept: dropping(1000, 99) })
  await assert.rejects(
    async () => buffer(await at(broken.port).open('call.wav', { signal: signal() })),
    failsAt('read', false),
  )
  assert.equal(broken.commands.filter((command) => command.startsWith('RETR')).length, 6)

  const path = join(root, 'changing.wav')
  writeFileSync(path, content)
  const drop = dropping(1000, 1)
  const server = await serving({
    intercept: async (...all) => {
      const dealt = await drop?.(...all)
      if (dealt) utimesSync(path, new Date(), new Date(Date.now() + 60_000))
      return dealt ?? false
    },
  })
  await assert.rejects(async () => buffer(await at(server.port).open('changing.wav', { signal: signal() })), {
    step: 'read',
    detail: /changed while it was read/,
  })
})

test('silence in the middle of a download ends it, a slow reader does not', async () => {
  let isSilent = true
  const server = await serving({
    intercept: async (command, _, { transfer }) => {
      if (command !== 'RETR' || !isSilent) return false
      await transfer((data) => new Promise((done) => data.write(content.subarray(0, 10), () => setTimeout(done, 2000))))
      return true
    },
  })
  const folder = at(server.port)
  const stream = await folder.open('call.wav', { signal: signal() })
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  isSilent = false
  await delay(400)
  const rest: Buffer[] = []
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest.push(next.value)
  assert.ok(Buffer.concat(rest).equals(content.subarray(10)))
})

test('the data connection goes to the server and nowhere else, and not to its other services', async () => {
  const noEpsv: FtpServerOptions['intercept'] = (command, _, { reply }) =>
    command === 'EPSV' && reply('500 What?') !== null
  const behindRouter = await serving({ intercept: noEpsv })
  assert.ok((await use(at(behindRouter.port))).equals(content), 'PASV names 10.255.255.1, which is not asked')
  const low = await serving({
    intercept: (command, argument, session) =>
      (command === 'PASV' && session.reply('227 Entering (127,0,0,1,0,22)') !== null) ||
      (noEpsv?.(command, argument, session) ?? false),
  })
  await assert.rejects(use(at(low.port)), failsAt('list', true))
})

const lists =
  (text: string): FtpServerOptions['intercept'] =>
  async (command, _, { transfer }) => {
    if (command !== 'MLSD' && command !== 'LIST') return false
    await transfer(async (data) => void data.write(text))
    return true
  }

test('names that are no names are left out with a word', async () => {
  const names = ['..', '.', '../up.wav', 'a/b.wav', '/etc/passwd', 'bell\u0007.wav', '', 'x'.repeat(2000), 'good.wav']
  const odd =
    'type=file;size=oops; oops.wav\r\ntype=OS.unix=slink:/etc;size=1; link.wav\r\ntype=what;size=1; what.wav\r\n'
  const text = names.map((name) => `type=file;size=1;modify=20260102030405; ${name}\r\n`).join('') + odd
  const server = await serving({ intercept: lists(text) })
  const warnings: string[] = []
  assert.deepEqual(pathsOf(await listed(at(server.port), { onWarning: (detail) => warnings.push(detail) })), [
    'good.wav',
  ])
  for (const word of ['bell .wav', 'xxx', 'oops.wav', 'link.wav', 'what.wav']) {
    assert.ok(
      warnings.some((warning) => warning.includes(word)),
      `${word} in ${warnings.join('\n')}`,
    )
  }
})

test('a name in another encoding is left out, since it could not be asked for', async () => {
  const latin1 = Buffer.from('type=file;size=1; B\xfccher.wav\r\n', 'latin1')
  const server = await serving({
    intercept: async (command, _, { transfer }) => {
      if (command === 'MLSD') await transfer(async (data) => void data.write(latin1))
      return command === 'MLSD'
    },
  })
  const warnings: string[] = []
  assert.deepEqual(await listed(at(server.port), { onWarning: (detail) => warnings.push(detail) }), [])
  assert.match(warnings.join(), /UTF-8/)
})

test('ten million names are cut off by the limit, nonsense at once, endless lines too', async () => {
  let sent = 0
  const server = await serving({
    intercept: async (command, _, { transfer }) => {
      if (command !== 'MLSD') return false
      await transfer(async (data) => {
        for (let index = 0; index < 10_000_000 && !data.destroyed; index += 1000) {
          const lines = Array.from({ length: 1000 }, (_, line) => `type=file;size=1; ${index + line}.wav\r\n`)
          sent += 1000
          if (!data.write(lines.join('')))
            await Promise.race([new Promise((done) => data.once('drain', done)), delay(200)])
        }
      })
      return true
    },
  })
  await assert.rejects(listed(at(server.port), { filesMax: 20_000 }), failsAt('list', true))
  assert.ok(sent < 1_000_000, `${sent} names were sent`)
  const junk = await serving({ intercept: lists('<html>hello</html>\r\n'.repeat(50)) })
  await assert.rejects(listed(at(junk.port)), failsAt('list', true))
  const long = await serving({ intercept: lists('type=file;size=1; '.padEnd(100_000, 'x')) })
  await assert.rejects(listed(at(long.port)), failsAt('list', true))
})

test('circles and chains of folders end at the depth that was asked for', async () => {
  const server = await serving({
    intercept: async (command, argument, { transfer, reply }) => {
      if (command === 'CWD') reply(`250 ${argument}`)
      if (command === 'MLSD')
        await transfer(async (data) => void data.write('type=dir; again\r\ntype=file;size=1; x.wav\r\n'))
      return command === 'CWD' || command === 'MLSD'
    },
  })
  assert.equal((await listed(at(server.port), { depthMax: 20 })).length, 21)
})

test('a listing that takes too long is ended', async () => {
  const server = await serving({
    intercept: async (command, _, { transfer }) => {
      if (command !== 'MLSD') return false
      await transfer(async (data) => {
        for (let index = 0; index < 100 && !data.destroyed; index++) {
          data.write(`type=file;size=1; ${index}.wav\r\n`)
          await delay(20)
        }
      })
      return true
    },
  })
  await assert.rejects(listed(at(server.port), { timeoutMs: 300 }), { step: 'list', detail: /took longer than 0.3 s/ })
})

test('an abort does not wait for a server that is silent', async () => {
  for (const moment of ['', 'PASS', 'MLSD']) {
    const server = await serving({ intercept: (command) => command === moment })
    const reason = new Error('enough')
    const stop = new AbortController()
    const begun = listed(at(server.port, { silenceTimeoutMs: 60_000 }), { signal: stop.signal })
    setTimeout(() => stop.abort(reason), 100)
    await assert.rejects(begun, reason)
  }
})

test('no more connections than allowed, and no more bytes per second', async () => {
  let most = 0
  const server = await serving({
    intercept: () => {
      most = Math.max(most, server.connections.size)
      return false
    },
  })
  const folder = at(server.port, { connectionsMax: 3, silenceTimeoutMs: 10_000 })
  const all = await Promise.all(
    Array.from({ length: 12 }, () => folder.open('call.wav', { signal: signal() }).then(buffer)),
  )
  for (const one of all) assert.ok(one.equals(content))
  assert.equal(most, 3)
  const slow = at(server.port, { bytesPerSecondMax: 300_000, silenceTimeoutMs: 10_000 })
  const startedAt = performance.now()
  await Promise.all([0, 1].map(async () => buffer(await slow.open('call.wav', { signal: signal() }))))
  const seconds = (performance.now() - startedAt) / 1000
  assert.ok(seconds > 1.5, `600,000 bytes at 300,000 per second came in ${seconds} s`)
})
