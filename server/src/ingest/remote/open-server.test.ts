// No scheme is a way around the address guard: what is refused is refused before a connection is made.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freshDatabase } from '../../../test/database.ts'
import { startFtpServer } from '../../../test/remote-servers/ftp-server.ts'
import { startSftpServer } from '../../../test/remote-servers/sftp-server.ts'
import { createOrg, openSecrets } from '../../access/index.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { localKeyWrapper } from '../../platform/key-wrapper.ts'
import { addressGuard, isFileServerPort } from '../../platform/outbound/address-guard.ts'
import { parseOutboundAllow } from '../../platform/outbound/allow-list.ts'
import type { NameLookup } from '../../platform/outbound/name-lookup.ts'
import { outbound } from '../../platform/outbound/request.ts'
import { Problem } from '../../platform/problem.ts'
import { RemoteFailure } from '../../platform/remote/folder.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { fileDownload, refusalIn } from './file-download.ts'
import { openServers } from './open-server.ts'
import { readNewServer } from './server-fields.ts'
import { createServer as addServer, requireServer, serverSecrets } from './servers.ts'

const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localtest.me': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'zone.example': ['fe80::1%eth0'],
  'nat64.example': ['64:ff9b::7f00:1'],
  db: ['172.17.0.2'],
}

/** As hosts of addresses; those of loopback lead to the canary. */
const hosts = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '017700000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '127.255.255.254',
  '１２７.０.０.１',
  '127。0。0。1',
  '0',
  '0.0.0.0',
  'localhost',
  'LOCALHOST.',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '2852039166',
  '0xA9FEA9FE',
  '100.64.0.1',
  '168.63.129.16',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  ...Object.keys(names),
]
const protocols = ['ftp', 'ftps', 'ftps_implicit', 'sftp', 's3'] as const

describe('servers and the address guard', () => {
  let database: { url: string; drop(): Promise<void> }
  let db: Db
  let secrets: Secrets
  let orgId: string
  let trap: NetServer
  let trapPort = 0
  let connections = 0
  let count = 0
  const never = new AbortController().signal

  before(async () => {
    database = await freshDatabase()
    db = openDb({ url: database.url, connectionsMax: 4 })
    const key = randomBytes(32)
    const wrappers = [localKeyWrapper(key, 'INDABA_SECRET_KEY')] as const
    secrets = await openSecrets({ db, wrappers: [...wrappers], formerKeys: [], columns: [serverSecrets] })
    orgId = (await everyOrg(() => createOrg(db, { name: 'Test' }))).id
    trap = createServer((socket) => {
      connections += 1
      socket.destroy()
    })
    // Of all addresses of this machine, so that none of its spellings is missed.
    await new Promise<void>((done) => trap.listen(0, '::', done))
    trap.unref()
    trapPort = (trap.address() as { port: number }).port
  })
  after(async () => {
    trap?.close()
    await db?.destroy()
    await database?.drop()
  })

  function partsWith({ allow = '', lookup }: { allow?: string; lookup?: NameLookup }) {
    const rules = { allow: parseOutboundAllow(allow), ...(lookup ? { lookup } : {}) }
    const out = outbound({ ...rules, userAgent: 'test' })
    const gates = { files: addressGuard({ ...rules, ports: isFileServerPort }).resolve, web: out.guard.resolve }
    const servers = openServers({ db, secrets, gates, mountedFolders: [] })
    return { servers, download: fileDownload({ servers, download: out.download }), close: out.close }
  }

  /** Kept as it might have been before the operator closed a network: past the door that asks the guard. */
  async function keep(fields: Record<string, unknown>): Promise<string> {
    count += 1
    const given = readNewServer({ name: `Server ${count}`, ...fields })
    const made = await everyOrg(() =>
      db.transaction().execute((tx) => addServer(tx, secrets, { orgId, actor: 'test' }, given)),
    )
    return made.id
  }

  const fieldsFor = (protocol: (typeof protocols)[number], host: string) => {
    if (protocol !== 's3') return { protocol, host, port: trapPort, user_name: 'u', password: 'p' }
    const endpoint = `http://${host}:${trapPort}`
    return {
      protocol,
      bucket: 'recordings',
      endpoint,
      access_key_id: 'a',
      secret_access_key: 's',
      force_path_style: true,
    }
  }

  test('every spelling of a destination that is not public is refused by every protocol, without a connection', async () => {
    const { servers, download, close } = partsWith({ lookup: async (name) => names[name] ?? [] })
    let refused = 0
    const details = new Set<string>()
    for (const protocol of protocols) {
      for (const host of hosts) {
        const about = `${protocol} ${host}`
        const folder = await everyOrg(async () => servers.openServer(orgId, await keep(fieldsFor(protocol, host))))
        const failure = await folder.stat('a.wav', never).then(
          () => assert.fail(about),
          (err) => err,
        )
        assert.ok(refusalIn(failure), `${about}: ${failure.stack}`)
        assert.ok(failure instanceof RemoteFailure, about)
        assert.ok(failure.isPermanent, about)
        await folder.close()
        refused += 1
        await everyOrg(() => db.deleteFrom('remote_servers').where('org_id', '=', orgId).execute())
      }
    }
    for (const host of hosts) {
      for (const url of [`ftp://${host}:${trapPort}/a.wav`, `ftps://${host}:${trapPort}/a.wav`]) {
        const options = { sizeBytesMax: 1000, signal: never }
        const problem = await everyOrg(() => download(orgId, url, () => assert.fail(url), options)).catch((err) => err)
        assert.ok(problem instanceof Problem, `${url}: ${problem}`)
        assert.equal(problem.code, 'destination_not_allowed', url)
        details.add(problem.detail)
        refused += 1
      }
    }
    console.log(`remote servers: ${refused} of ${refused} attempts refused, ${connections} connections made`)
    assert.ok(refused >= 250)
    assert.equal(connections, 0)
    assert.equal(details.size, 1)
    await close()
  })

  test('ports of other services are no file servers', async () => {
    const { servers, close } = partsWith({ lookup: async () => ['93.184.215.14'] })
    for (const port of [1, 23, 25, 80, 110, 443, 445, 587]) {
      const { columns } = readNewServer({ name: 'x', protocol: 'ftp', host: 'public.example', port })
      await assert.rejects(servers.checkDestination(columns), { code: 'destination_not_allowed' }, String(port))
    }
    for (const port of [21, 990, 2121, 50_021]) {
      const { columns } = readNewServer({ name: 'x', protocol: 'ftp', host: 'public.example', port })
      await servers.checkDestination(columns)
    }
    await close()
  })

  test('a name that leads elsewhere at the second look leads nowhere', async () => {
    const root = await mkdtemp(join(tmpdir(), 'indaba-rebind-'))
    await writeFile(join(root, 'call.wav'), 'content')
    const started = [await startFtpServer({ root }), await startSftpServer({ root })] as const
    try {
      for (const [protocol, server] of [
        ['ftp', started[0]],
        ['sftp', started[1]],
      ] as const) {
        // Where the name leads to next; the server itself is on 127.0.0.1 alone.
        let next = 0
        const elsewhere = createServer((socket) => {
          next += 1
          socket.destroy()
        })
        await new Promise<void>((done) => elsewhere.listen(server.port, '127.0.0.9', done))
        elsewhere.unref()
        let looks = 0
        const lookup: NameLookup = async () => [looks++ === 0 ? '127.0.0.1' : '127.0.0.9']
        const { download, close } = partsWith({ allow: `127.0.0.1/32:${server.port}`, lookup })
        await keep({ protocol, host: 'rebind.example', port: server.port, user_name: 'tester', password: 'pass word' })
        const chunks: Buffer[] = []
        const fetched = await everyOrg(() =>
          download(orgId, `${protocol}://rebind.example:${server.port}/call.wav`, (chunk) => void chunks.push(chunk), {
            sizeBytesMax: 1000,
            signal: never,
          }),
        ).catch((err) => err)
        // Either all went over the first connection, or the second was refused.
        if (fetched instanceof Error)
          assert.equal((fetched as Problem).code, 'destination_not_allowed', String(fetched))
        else assert.equal(Buffer.concat(chunks).toString(), 'content')
        assert.ok(looks >= 1)
        assert.equal(next, 0)
        elsewhere.close()
        await close()
      }
    } finally {
      for (const server of started) await server.close()
      await rm(root, { recursive: true, force: true })
    }
  })

  test('a sync, a load and a file by its address together open no more connections than the server bears', async () => {
    const root = await mkdtemp(join(tmpdir(), 'indaba-together-'))
    await writeFile(join(root, 'call.wav'), 'content')
    let most = 0
    const ftp = await startFtpServer({
      root,
      intercept() {
        most = Math.max(most, ftp.connections.size)
        return false
      },
    })
    const { servers, close } = partsWith({ allow: '127.0.0.1/32' })
    try {
      const login = { protocol: 'ftp', user_name: 'tester', password: 'pass word', connections_max: 1 }
      const id = await keep({ ...login, host: '127.0.0.1', port: ftp.port })
      await everyOrg(async () => {
        const { folder } = await servers.serverForUrl(orgId, `ftp://127.0.0.1:${ftp.port}/call.wav`)
        const folders = [folder, await servers.openServer(orgId, id), await servers.openServer(orgId, id, { path: '' })]
        const found = await Promise.all(folders.map((one) => one.stat('call.wav', never)))
        assert.deepEqual(
          found.map((one) => one?.sizeBytes),
          [7, 7, 7],
        )
        // Who has done with it takes it from nobody else.
        await folders[0]?.close()
        assert.equal((await folders[1]?.stat('call.wav', never))?.sizeBytes, 7)
        await Promise.all(folders.map((one) => one.close()))
      })
      assert.equal(most, 1)
    } finally {
      await ftp.close()
      await close()
      await rm(root, { recursive: true, force: true })
    }
  })

  test('only the first host key that is met is trusted; what is fetched from another is not given', async () => {
    const root = await mkdtemp(join(tmpdir(), 'indaba-trust-'))
    await writeFile(join(root, 'call.wav'), 'content')
    const first = await startSftpServer({ root })
    const second = await startSftpServer({ root })
    const { servers, close } = partsWith({ allow: '127.0.0.1/32' })
    try {
      const login = { protocol: 'sftp', user_name: 'tester', password: 'pass word' }
      const id = await keep({ ...login, host: '127.0.0.1', port: first.port })
      const open = () => everyOrg(() => servers.openServer(orgId, id))
      const before = await open()
      assert.equal((await before.stat('call.wav', never))?.sizeBytes, 7)
      await before.close()
      const { host_key } = await everyOrg(() => requireServer(db, orgId, id))
      assert.match(host_key ?? '', /^SHA256:/)
      // Another machine answers at the same place.
      await everyOrg(() => db.updateTable('remote_servers').set({ port: second.port }).where('id', '=', id).execute())
      const changed = await open()
      const failure = await changed.stat('call.wav', never).catch((err) => err)
      assert.ok(failure instanceof RemoteFailure && failure.step === 'host_key', String(failure))
      assert.ok(failure.detail.includes(host_key ?? '-'), failure.detail)
      assert.match(failure.fingerprint ?? '', /^SHA256:/)
      assert.ok(failure.detail.includes(failure.fingerprint ?? '-'), failure.detail)
      assert.equal(second.logins.length, 0)
      await changed.close()

      // Opened while none was trusted; by the time it is used, another one is.
      await everyOrg(() => db.updateTable('remote_servers').set({ host_key: null }).where('id', '=', id).execute())
      const late = await open()
      await everyOrg(() => db.updateTable('remote_servers').set({ host_key }).where('id', '=', id).execute())
      const refused = await late.stat('call.wav', never).catch((err) => err)
      assert.ok(refused instanceof RemoteFailure && refused.step === 'host_key', String(refused))
      await late.close()
    } finally {
      await first.close()
      await second.close()
      await close()
      await rm(root, { recursive: true, force: true })
    }
  })
})
