import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { diskOf } from '../../../test/remote-servers/disk.ts'
import { startFtpServer } from '../../../test/remote-servers/ftp-server.ts'
import { startFtpSrv } from '../../../test/remote-servers/ftp-srv.ts'
import { makeCertificate, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { skipWithoutVsftpd, startVsftpd } from '../../../test/remote-servers/vsftpd.ts'
import { testRemoteFolder } from './conformance.ts'
import { type FtpSettings, ftpFolder } from './ftp.ts'

const local = { host: 'localhost', gate: async () => ['127.0.0.1'] }
const anonymous = { ...local, user: 'anonymous', password: 'guest' }
const named = { ...local, user: 'tester', password: 'pass word' }

for (const security of ['none', 'explicit', 'implicit'] as const) {
  testRemoteFolder(
    `vsftpd, TLS ${security}`,
    { skip: skipWithoutVsftpd, hasTimes: false, hasFolders: true },
    async () => {
      const { path, remove } = temporaryFolder()
      const certificate = makeCertificate(path)
      const tls = security === 'none' ? {} : { tls: { ...certificate, isImplicit: security === 'implicit' } }
      const server = await startVsftpd(path, tls)
      const settings = {
        ...anonymous,
        port: server.port,
        security,
        certificateAuthority: readFileSync(certificate.certPath, 'utf8'),
      }
      return {
        folder: (path) => ftpFolder({ ...settings, path: `/files${path}` }),
        ...diskOf(server.root, true),
        async close() {
          await server.kill()
          await remove()
        },
      }
    },
  )
}

test('vsftpd says of a folder that it may not list that all went well: it is no empty folder', {
  skip: skipWithoutVsftpd,
}, async () => {
  const { path, remove } = temporaryFolder()
  const server = await startVsftpd(path)
  try {
    const closed = join(server.root, 'closed')
    mkdirSync(closed)
    writeFileSync(join(closed, 'call.wav'), 'content')
    writeFileSync(join(server.root, 'open.wav'), 'content')
    // It may be entered, not listed.
    chmodSync(closed, 0o711)
    const list = async (path: string) => {
      const folder = ftpFolder({ ...anonymous, port: server.port, security: 'none', path })
      const warnings: string[] = []
      const options = {
        depthMax: 1,
        signal: AbortSignal.timeout(10_000),
        onWarning: (one: string) => warnings.push(one),
      }
      const files = await Array.fromAsync(folder.list(options), (file) => file.path).finally(() => folder.close())
      return { files, warnings }
    }
    await assert.rejects(list('/files/closed'), { step: 'list', isPermanent: true, detail: /may not be listed/ })
    const { files, warnings } = await list('/files')
    assert.deepEqual(files, ['open.wav'])
    assert.match(warnings.join(), /"closed" was left out/)
  } finally {
    await server.kill()
    await remove()
  }
})

const kinds: { name: string; security: FtpSettings['security']; features?: string[]; hasTimes: boolean }[] = [
  { name: 'MLSD', security: 'none', hasTimes: true },
  { name: 'MLSD, TLS explicit', security: 'explicit', hasTimes: true },
]
for (const { name, security, hasTimes } of kinds) {
  testRemoteFolder(`FTP in this process, ${name}`, { skip: false, hasTimes, hasFolders: true }, async () => {
    const { path: root, remove } = temporaryFolder()
    const { path: keys, remove: removeKeys } = temporaryFolder()
    const { keyPath, certPath } = makeCertificate(keys)
    const cert = readFileSync(certPath, 'utf8')
    const tls = security === 'none' ? {} : { tls: { key: readFileSync(keyPath, 'utf8'), cert, isImplicit: false } }
    const server = await startFtpServer({ root, ...tls })
    return {
      folder: (path) => ftpFolder({ ...named, port: server.port, security, path, certificateAuthority: cert }),
      ...diskOf(root, false),
      async close() {
        await server.close()
        await remove()
        await removeKeys()
      },
    }
  })
}

testRemoteFolder('ftp-srv, LIST', { skip: false, hasTimes: false, hasFolders: true, isFtpSrv: true }, async () => {
  const { path: root, remove } = temporaryFolder()
  const server = await startFtpSrv({ root, user: named.user, password: named.password })
  return {
    folder: (path) => ftpFolder({ ...named, port: server.port, security: 'none', path }),
    ...diskOf(root, false),
    async close() {
      await server.close()
      await remove()
    },
  }
})
