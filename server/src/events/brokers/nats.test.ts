import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { natsLogin, natsNarrowLogin, skipWithoutNats, startNats } from '../../../test/broker-servers/nats-server.ts'
import { makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import {
  type BrokerUnderTest,
  failsWith,
  loopbackGates,
  messageOf,
  type Received,
  targetOf,
  testBroker,
} from './conformance.ts'
import { brokerPool } from './pool.ts'

const reader = { user: natsLogin.user, pass: natsLogin.password }

/** Whatever the stream has of the organisation. */
async function stored(port: number, orgId: string, login: object = reader) {
  const connection = await connect({ servers: `127.0.0.1:${port}`, ...login, reconnect: false })
  const manager = await jetstreamManager(connection)
  const all: Received[] = []
  const subject = `indaba.${orgId}.>`
  const stream = await manager.streams.find(subject.replace('>', 'x.y'))
  for (let seq = 1; ; ) {
    const next = await manager.streams.getMessage(stream, { seq, next_by_subj: subject } as never).catch(() => null)
    if (!next) break
    const headers = Object.fromEntries([...next.header].map(([name, [value = '']]) => [name, value]))
    all.push({ id: headers['Nats-Msg-Id'] ?? null, headers, body: Buffer.from(next.data) })
    seq = next.seq + 1
  }
  await connection.close()
  return all
}

async function serverUnderTest(): Promise<BrokerUnderTest> {
  const { path, remove } = temporaryFolder()
  let server = await startNats(path)
  const { port } = server
  const connection = await connect({ servers: `127.0.0.1:${port}`, ...reader })
  await (await jetstreamManager(connection)).streams.add({ name: 'EVENTS', subjects: ['indaba.>'] })
  await connection.close()
  return {
    kind: 'nats',
    settings: { url: `nats://localhost:${port}`, ...natsLogin },
    keep: async () => {},
    received: (orgId) => stored(port, orgId),
    kill: () => server.kill(),
    async start() {
      server = await startNats(path, { port })
    },
    async close() {
      await server.kill()
      await remove()
    },
  }
}

testBroker(
  'NATS',
  {
    skip: skipWithoutNats,
    isDeduplicating: true,
    refusals: [
      { name: 'wrong password', change: { password: 'wrong' }, code: 'login', reason: /Check user, password/ },
      {
        name: 'no stream',
        change: { subject: 'other.{type}' },
        code: 'nowhere',
        reason: /other\.call\.completed.*nats stream add/,
      },
      { name: 'another stream', change: { stream: 'ELSE' }, code: 'nowhere', reason: /ELSE/ },
      { name: 'no permission', change: natsNarrowLogin, code: 'denied', reason: /Permissions Violation/ },
    ],
  },
  serverUnderTest,
)

const patient = () => AbortSignal.timeout(20_000)

/** A server of its own, for what needs another configuration. */
async function withServer(
  options: Parameters<typeof startNats>[1],
  run: (port: number, path: string) => Promise<void>,
) {
  const { path, remove } = temporaryFolder()
  const tls = options?.tls && makeCertificate(path)
  const { port, kill } = await startNats(path, { ...options, ...(tls && { tls }) })
  try {
    await run(port, path)
  } finally {
    await kill()
    await remove()
  }
}

const send = async (settings: Record<string, unknown>, orgId: string = randomUUID()) => {
  const pool = brokerPool({ gates: loopbackGates, connectTimeoutMs: 2000 })
  try {
    return await pool.publish(targetOf('nats', settings), messageOf(orgId), patient())
  } finally {
    await pool.close()
  }
}

test('NATS: a token, and a stream made where none is', { skip: skipWithoutNats }, () =>
  withServer({ authorization: 'token: "t0ken of ours"' }, async (port) => {
    const url = `nats://127.0.0.1:${port}`
    const orgId = randomUUID()
    await assert.rejects(send({ url, token: 'another' }), failsWith('login'))
    await assert.rejects(send({ url, token: 't0ken of ours' }, orgId), failsWith('nowhere'))
    const { receipt } = await send({ url, token: 't0ken of ours', create_stream: true }, orgId)
    assert.match(receipt, new RegExp(`indaba-${orgId}", sequence 1`))
    assert.equal((await stored(port, orgId, { token: 't0ken of ours' })).length, 1)
  }),
)

test('NATS: JetStream is off', { skip: skipWithoutNats }, () =>
  withServer({ hasJetStream: false }, async (port) => {
    const url = `nats://127.0.0.1:${port}`
    await assert.rejects(send({ url, ...natsLogin }), failsWith('nowhere', /JetStream is off/))
    await assert.rejects(send({ url, ...natsLogin, create_stream: true }), failsWith('nowhere', /JetStream is off/))
  }),
)

test('NATS: a key, and credentials', { skip: skipWithoutNats }, async () => {
  const { nkeys } = await import('@nats-io/transport-node')
  const key = nkeys.createUser()
  const seed = new TextDecoder().decode(key.getSeed())
  await withServer({ authorization: `users: [{ nkey: ${key.getPublicKey()} }]` }, async (port) => {
    const url = `nats://127.0.0.1:${port}`
    await send({ url, nkey_seed: seed, create_stream: true })
    const other = new TextDecoder().decode(nkeys.createUser().getSeed())
    await assert.rejects(send({ url, nkey_seed: other }), failsWith('login'))
    // A server without an operator knows no JWT; the key inside of the credentials is what it goes by.
    const dashes = (text: string) => `-----${text}-----`
    const credentials = [
      ...[dashes('BEGIN NATS USER JWT'), 'aaa.bbb.ccc', dashes('END NATS USER JWT'), ''],
      ...[dashes('BEGIN USER NKEY SEED'), other, dashes('END USER NKEY SEED'), ''],
    ].join('\n')
    await assert.rejects(send({ url, credentials }), failsWith('login'))
  })
})

test('NATS: TLS, by an authority that is named or not at all', { skip: skipWithoutNats }, () =>
  withServer({ tls: { keyPath: '', certPath: '' } }, async (port, path) => {
    const settings = { url: `tls://localhost:${port}`, ...natsLogin, create_stream: true }
    await send({ ...settings, ca_certificate: readFileSync(`${path}/localhost.pem`, 'utf8') })
    await assert.rejects(send(settings), failsWith('connection', /self-signed/))
    const plain = send({ ...settings, url: `nats://localhost:${port}` })
    await assert.rejects(plain, failsWith('connection', /tls:\/\//))
  }),
)

test('NATS: a message that is too large is unfit', { skip: skipWithoutNats }, () =>
  withServer({}, async (port) => {
    const pool = brokerPool({ gates: loopbackGates })
    const target = targetOf('nats', { url: `nats://127.0.0.1:${port}`, ...natsLogin, create_stream: true })
    const large = { ...messageOf(randomUUID()), body: Buffer.alloc(2 ** 20 + 1) }
    await assert.rejects(pool.publish(target, large, patient()), (error: Error) => {
      failsWith('unfit')(error)
      assert.equal((error as Error & { retryable?: boolean }).retryable, false)
      return true
    })
    await pool.close()
  }),
)
