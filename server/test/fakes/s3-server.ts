// A contract fake: a real HTTP server on loopback that speaks the part of Amazon's published S3 REST interface that
// storage/s3*.ts needs (PutObject, multipart upload, GetObject with Range, HeadObject, DeleteObject, CopyObject,
// ListObjectsV2, ListMultipartUploads) and checks the SigV4 signature of every request. It proves that we speak the contract, not that
// some service's own quirks are met. Objects are files in a temporary folder, so large bodies need no memory.

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

type Account = { accessKeyId: string; secretAccessKey: string; region: string; bucket: string }
type Entry = { path: string; sizeBytes: number; etag: string; contentType: string; modifiedAt?: Date }
type MultipartUpload = { key: string; contentType: string; initiatedAt: Date; parts: Map<number, Entry> }
export type Fault = { status: number; code: string; times: number; matches: (method: string, path: string) => boolean }

export type FakeS3 = Account & {
  endpoint: string
  /** What a client would see: key to content type and size. */
  objects: Map<string, Entry>
  uploads: Map<string, MultipartUpload>
  /** Answers to give instead, first match first, each as often as `times` says. */
  faults: Fault[]
  /** Cuts every open connection, as a failing network does. */
  dropConnections(): void
  close(): Promise<void>
}

class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message = code) {
    super(message)
    this.status = status
    this.code = code
  }
}

export async function startFakeS3(): Promise<FakeS3> {
  const account = { accessKeyId: 'AKIDFAKE', secretAccessKey: 'fake/secret+key', region: 'us-east-1', bucket: 'indaba' }
  const folder = await mkdtemp(join(tmpdir(), 'fake-s3-'))
  const objects: FakeS3['objects'] = new Map()
  const uploads: FakeS3['uploads'] = new Map()
  const faults: Fault[] = []

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy()
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error))
      const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${refusal.code}</Code><Message>${escapeXml(refusal.message)}</Message></Error>`
      response
        .writeHead(refusal.status, { 'content-type': 'application/xml' })
        .end(request.method === 'HEAD' ? '' : xml)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const method = request.method ?? ''
    const fault = faults.find((one) => one.times > 0 && one.matches(method, url.pathname + url.search))
    if (fault) {
      fault.times--
      request.resume()
      throw new Refusal(fault.status, fault.code)
    }
    checkSignature(request, url, account)
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/')
    if (bucket !== account.bucket) throw new Refusal(404, 'NoSuchBucket')
    const key = rest.join('/')
    const query = url.searchParams
    const uploadId = query.get('uploadId')
    const copySource = request.headers['x-amz-copy-source']

    if (method === 'GET' && query.get('list-type') === '2') return sendXml(response, listObjects(objects, query))
    if (method === 'GET' && query.has('uploads')) return sendXml(response, listUploads())
    if (method === 'POST' && query.has('uploads')) {
      const id = randomBytes(8).toString('hex')
      uploads.set(id, { key, contentType: contentTypeOf(request), initiatedAt: new Date(), parts: new Map() })
      return sendXml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      )
    }
    if (uploadId !== null) {
      const upload = uploads.get(uploadId)
      if (!upload || upload.key !== key) throw new Refusal(404, 'NoSuchUpload')
      if (method === 'PUT') {
        const part = await receive(request)
        upload.parts.set(Number(query.get('partNumber')), part)
        return void response.writeHead(200, { etag: part.etag }).end()
      }
      if (method === 'DELETE') {
        uploads.delete(uploadId)
        await Promise.all([...upload.parts.values()].map((part) => rm(part.path)))
        return void response.writeHead(204).end()
      }
      if (method === 'POST') {
        objects.set(key, await complete(request, upload))
        uploads.delete(uploadId)
        return sendXml(
          response,
          `<CompleteMultipartUploadResult><Key>${key}</Key><ETag>${objects.get(key)?.etag}</ETag></CompleteMultipartUploadResult>`,
        )
      }
    }
    if (method === 'PUT' && typeof copySource === 'string') {
      const from = find(decodeURIComponent(copySource).replace(/^\/?[^/]+\//, ''))
      const path = join(folder, randomBytes(8).toString('hex'))
      await copyFile(from.path, path)
      objects.set(key, { ...from, path, modifiedAt: new Date() })
      return sendXml(response, `<CopyObjectResult><ETag>${from.etag}</ETag></CopyObjectResult>`)
    }
    if (method === 'PUT') {
      const entry = await receive(request)
      objects.set(key, entry)
      return void response.writeHead(200, { etag: entry.etag }).end()
    }
    if (method === 'DELETE') {
      objects.delete(key)
      return void response.writeHead(204).end()
    }
    if (method === 'GET' || method === 'HEAD') return sendObject(request, response, find(key))
    throw new Refusal(501, 'NotImplemented')
  }

  function find(key: string): Entry {
    const entry = objects.get(key)
    if (!entry) throw new Refusal(404, 'NoSuchKey')
    return entry
  }

  /** Writes the body aside and checks it against the hash that was signed. A body that breaks off leaves nothing. */
  async function receive(request: IncomingMessage): Promise<Entry> {
    const path = join(folder, randomBytes(8).toString('hex'))
    const md5 = createHash('md5')
    const sha256 = createHash('sha256')
    await pipeline(
      request,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          md5.update(chunk)
          sha256.update(chunk)
          yield chunk
        }
      },
      createWriteStream(path),
    )
    const signed = request.headers['x-amz-content-sha256']
    if (signed !== 'UNSIGNED-PAYLOAD' && signed !== sha256.digest('hex')) {
      throw new Refusal(400, 'XAmzContentSHA256Mismatch')
    }
    const { size } = await stat(path)
    const etag = `"${md5.digest('hex')}"`
    return { path, sizeBytes: size, etag, contentType: contentTypeOf(request), modifiedAt: new Date() }
  }

  async function complete(request: IncomingMessage, upload: MultipartUpload): Promise<Entry> {
    const body = await receive(request)
    const text = await readFile(body.path, 'utf8')
    const numbers = [...text.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map((found) => Number(found[1]))
    const parts = numbers.map((number) => upload.parts.get(number))
    if (parts.length === 0) throw new Refusal(400, 'MalformedXML')
    const path = join(folder, randomBytes(8).toString('hex'))
    let sizeBytes = 0
    for (const [index, part] of parts.entries()) {
      if (!part || !text.includes(part.etag.slice(1, -1))) throw new Refusal(400, 'InvalidPart')
      if (Number(numbers[index]) <= Number(numbers[index - 1] ?? 0)) throw new Refusal(400, 'InvalidPartOrder')
      if (index < parts.length - 1 && part.sizeBytes < 5 * 1024 * 1024) throw new Refusal(400, 'EntityTooSmall')
      sizeBytes += part.sizeBytes
      if (index === 0) await rename(part.path, path)
      else {
        await pipeline(createReadStream(part.path), createWriteStream(path, { flags: 'a' }))
        await rm(part.path)
      }
    }
    return {
      path,
      sizeBytes,
      etag: `"${randomBytes(16).toString('hex')}-${parts.length}"`,
      contentType: upload.contentType,
    }
  }

  function listUploads(): string {
    const rows = [...uploads].map(
      ([id, upload]) =>
        `<Upload><Key>${upload.key}</Key><UploadId>${id}</UploadId><Initiated>${upload.initiatedAt.toISOString()}</Initiated></Upload>`,
    )
    return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListMultipartUploadsResult>`
  }

  const { port } = server.address() as AddressInfo
  return {
    ...account,
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    uploads,
    faults,
    dropConnections: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Pages of 1,000 keys in the order of their bytes; the token is the last key seen. */
function listObjects(objects: Map<string, Entry>, query: URLSearchParams): string {
  const [prefix, delimiter, after] = ['prefix', 'delimiter', 'continuation-token'].map((name) => query.get(name) ?? '')
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix ?? '') && key > (after ?? '')).sort()
  const page = keys.slice(0, 1000)
  const isFolded = (key: string) => delimiter !== '' && key.slice(prefix?.length).includes(delimiter ?? '')
  const rows = page
    .filter((key) => !isFolded(key))
    .map((key) => {
      const { sizeBytes, modifiedAt = new Date() } = objects.get(key) as Entry
      return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modifiedAt.toISOString()}</LastModified><Size>${sizeBytes}</Size></Contents>`
    })
  const next =
    keys.length > page.length ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>` : ''
  return `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}${rows.join('')}</ListBucketResult>`
}

async function sendObject(request: IncomingMessage, response: ServerResponse, entry: Entry): Promise<void> {
  const headers = {
    ...{ etag: entry.etag, 'content-type': entry.contentType, 'accept-ranges': 'bytes' },
    'last-modified': (entry.modifiedAt ?? new Date()).toUTCString(),
  }
  if (request.method === 'HEAD') {
    return void response.writeHead(200, { ...headers, 'content-length': entry.sizeBytes }).end()
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (!range) {
    response.writeHead(200, { ...headers, 'content-length': entry.sizeBytes })
    return pipeline(createReadStream(entry.path), response)
  }
  const start = Number(range[1])
  const end = Math.min(range[2] ? Number(range[2]) : entry.sizeBytes - 1, entry.sizeBytes - 1)
  if (start > end) throw new Refusal(416, 'InvalidRange')
  response.writeHead(206, {
    ...headers,
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${entry.sizeBytes}`,
  })
  return pipeline(createReadStream(entry.path, { start, end }), response)
}

function sendXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)
}

function contentTypeOf(request: IncomingMessage): string {
  return request.headers['content-type'] ?? 'binary/octet-stream'
}

/** "Signature Calculations for the Authorization Header", Amazon S3 API reference; time window 15 minutes. */
function checkSignature(request: IncomingMessage, url: URL, account: Account): void {
  const header = request.headers.authorization ?? ''
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(header)
  if (!found) throw new Refusal(403, 'AccessDenied', 'no SigV4 Authorization header')
  const [, accessKeyId, scope = '', signedHeaders = '', signature] = found
  if (accessKeyId !== account.accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId')
  const date = String(request.headers['x-amz-date'])
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  const skewMs = Math.abs(Date.now() - Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)))
  if (!(skewMs < 15 * 60_000)) throw new Refusal(403, 'RequestTimeTooSkewed')
  if (scope !== `${date.slice(0, 8)}/${account.region}/s3/aws4_request`) throw new Refusal(403, 'SignatureDoesNotMatch')
  const names = signedHeaders.split(';')
  const mustBeSigned = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'))
  if (mustBeSigned.some((name) => !names.includes(name))) throw new Refusal(403, 'AccessDenied', 'unsigned headers')
  const payloadHash = String(request.headers['x-amz-content-sha256'])
  if (payloadHash.startsWith('STREAMING-')) throw new Refusal(501, 'NotImplemented', 'aws-chunked bodies')
  const canonical = [
    request.method,
    url.pathname,
    [...url.searchParams]
      .map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`)
      .sort()
      .join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    signedHeaders,
    payloadHash,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${account.secretAccessKey}`)
  if (hmac(signingKey, toSign).toString('hex') !== signature) throw new Refusal(403, 'SignatureDoesNotMatch')
}

function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
