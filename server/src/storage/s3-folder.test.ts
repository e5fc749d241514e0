import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { startFakeS3 } from '../../test/fakes/s3-server.ts'
import { makeCertificate, temporaryFolder } from '../../test/remote-servers/process-server.ts'
import { addressGuard } from '../platform/outbound/address-guard.ts'
import { failsAt, listed, pathsOf, testRemoteFolder } from '../platform/remote/conformance.ts'
import type { OnStep } from '../platform/remote/folder.ts'
import { probe } from '../platform/remote/probe.ts'
import { s3Folder } from './s3-folder.ts'

const certificate = (() => {
  const { path, remove } = temporaryFolder()
  try {
    const { keyPath, certPath } = makeCertificate(path)
    return { key: readFileSync(keyPath), cert: readFileSync(certPath) }
  } catch {
    return null
  } finally {
    remove().catch(() => {})
  }
})()

testRemoteFolder('S3 (contract fake)', { skip: false, hasTimes: true, hasFolders: false }, async () => {
  const fake = await startFakeS3()
  const { path: disk, remove } = temporaryFolder()
  let count = 0
  return {
    folder: (path) => s3Folder({ ...fake, prefix: path, forcePathStyle: true, gate: async () => ['127.0.0.1'] }),
    async put(key, content) {
      count += 1
      const path = join(disk, String(count))
      await writeFile(path, content)
      fake.objects.set(key, {
        ...{ path, sizeBytes: content.length, modifiedAt: new Date() },
        etag: '"x"',
        contentType: '',
      })
    },
    read: async (key) => readFile(fake.objects.get(key)?.path ?? ''),
    closeFolder: null,
    async close() {
      await fake.close()
      await remove()
    },
  }
})

test('S3: what is wrong is told by its step, without the secret', async () => {
  const fake = await startFakeS3()
  const gate = async () => ['127.0.0.1']
  const attempt = async (more: Partial<Parameters<typeof s3Folder>[0]>) => {
    const open = (onStep: OnStep) => s3Folder({ ...fake, prefix: '', forcePathStyle: true, gate, ...more, onStep })
    const all = await probe(open, { isWritten: true, signal: AbortSignal.timeout(20_000) })
    assert.ok(!JSON.stringify(all).includes(fake.secretAccessKey))
    return all.map(({ step, ok }) => (ok ? step : `${step}!`)).join(' ')
  }
  try {
    assert.equal(await attempt({}), 'name route login directory list read write')
    assert.equal(fake.objects.size, 0)
    assert.equal(await attempt({ secretAccessKey: 'wrong' }), 'name route login!')
    assert.equal(await attempt({ accessKeyId: 'AKIDOTHER' }), 'name route login!')
    assert.equal(await attempt({ bucket: 'no-such-bucket' }), 'name route directory!')
    assert.equal(await attempt({ endpoint: 'http://127.0.0.1:1' }), 'name route!')
    // Neither by name nor by address is there a way past the gate.
    const { resolve } = addressGuard({ allow: [] })
    assert.equal(await attempt({ gate: resolve }), 'name!')
    assert.equal(await attempt({ endpoint: fake.endpoint.replace('127.0.0.1', 'localhost'), gate: resolve }), 'name!')
  } finally {
    await fake.close()
  }
})

test('S3: more keys than one page, and keys that are no paths', async () => {
  const fake = await startFakeS3()
  const keys = Array.from({ length: 2500 }, (_, index) => `in/${index % 2 ? 'a/' : ''}${index}.wav`)
  for (const key of [...keys, 'in/../up.wav', 'in//double.wav', 'in/folder/', 'in/new\nline.wav', 'inside.wav']) {
    fake.objects.set(key, { path: '', sizeBytes: 1, etag: '"x"', contentType: '' })
  }
  const folder = s3Folder({ ...fake, prefix: '/in/', forcePathStyle: true, gate: async () => ['127.0.0.1'] })
  const warnings: string[] = []
  try {
    const found = await listed(folder, { depthMax: 1, onWarning: (detail) => warnings.push(detail) })
    assert.deepEqual(pathsOf(found), keys.map((key) => key.slice(3)).toSorted())
    assert.equal(warnings.length, 3, warnings.join())
    await assert.rejects(listed(folder, { depthMax: 1, filesMax: 100 }), failsAt('list', true))
  } finally {
    await folder.close()
    await fake.close()
  }
})

test('S3: over TLS, the certificate must be trusted', { skip: certificate ? false : 'openssl is absent' }, async () => {
  const fake = await startFakeS3()
  fake.objects.set('call.wav', { path: '', sizeBytes: 1, etag: '"x"', contentType: '' })
  const proxy = createServer({ ...certificate }, (request, response) => {
    const { method, url, headers } = request
    const passed = httpRequest(fake.endpoint + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(passed)
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const endpoint = `https://localhost:${(proxy.address() as AddressInfo).port}`
  const open = () => s3Folder({ ...fake, endpoint, prefix: '', forcePathStyle: true, gate: async () => ['127.0.0.1'] })
  const before = getCACertificates()
  try {
    await assert.rejects(listed(open()), failsAt('tls', false))
    setDefaultCACertificates([...before, String(certificate?.cert)])
    assert.deepEqual(pathsOf(await listed(open())), ['call.wav'])
  } finally {
    setDefaultCACertificates(before)
    proxy.closeAllConnections()
    proxy.close()
    await fake.close()
  }
})
