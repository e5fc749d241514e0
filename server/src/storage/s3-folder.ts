// A folder in a bucket of somebody else's, of any S3-compatible service, as a remote folder: with the credentials that the
// organisation gave, and only to addresses that the gate lets pass. Our own store is `s3.ts`.

import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { type Gate, openConnection } from '../platform/outbound/connection.ts'
import { failureOf } from '../platform/outbound/failure.ts'
import { bandwidth } from '../platform/remote/bandwidth.ts'
import {
  RemoteFailure,
  type RemoteFile,
  type RemoteFolder,
  type RemoteLimits,
  type Step,
} from '../platform/remote/folder.ts'
import { checkPath, freePath, nameFault, quote } from '../platform/remote/names.ts'
import { patiently, silence } from '../platform/remote/silence.ts'
import { steadyRead } from '../platform/remote/steady-read.ts'
import { listingLimits } from '../platform/remote/walk.ts'

export type S3FolderSettings = RemoteLimits & {
  bucket: string
  /** Where the folder begins in the bucket: `calls/2026`; '' for the whole bucket. */
  prefix: string
  region: string
  /** Null: Amazon's own for the region. */
  endpoint: string | null
  accessKeyId: string
  secretAccessKey: string
  forcePathStyle?: boolean
  gate: Gate
}

/** One CopyObject call copies at most 5 GiB (S3's limits). */
const copySizeBytesMax = 5 * 1024 ** 3

export function s3Folder(settings: S3FolderSettings): RemoteFolder {
  const { bucket: Bucket, accessKeyId, secretAccessKey, silenceTimeoutMs = 30_000, onStep } = settings
  const prefix = settings.prefix.replace(/^\/+|\/+$/g, '')
  const client = new S3Client({
    region: settings.region,
    // Always what was given: never what this machine itself may do.
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: settings.forcePathStyle ?? false,
    ...(settings.endpoint ? { endpoint: settings.endpoint } : {}),
    followRegionRedirects: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { ...agents(settings), requestTimeout: silenceTimeoutMs, throwOnRequestTimeout: true },
  })
  const limit = bandwidth(settings.bytesPerSecondMax ?? null)
  const keyOf = (path: string) => (prefix === '' ? checkPath(path) : `${prefix}/${checkPath(path)}`)

  const send = async <T>(
    step: Step,
    signal: AbortSignal,
    request: (signal: { abortSignal: AbortSignal }) => Promise<T>,
  ) => {
    try {
      signal.throwIfAborted()
      return await request({ abortSignal: signal })
    } catch (error) {
      signal.throwIfAborted()
      throw s3Failure(error, step, settings)
    }
  }

  const stat = async (path: string, signal: AbortSignal): Promise<RemoteFile | null> => {
    try {
      const found = await send('read', signal, (options) =>
        client.send(new HeadObjectCommand({ Bucket, Key: keyOf(path) }), options),
      )
      return { path, sizeBytes: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? null }
    } catch (error) {
      if (error instanceof RemoteFailure && isAbsent(error.cause)) return null
      throw error
    }
  }

  async function* readFrom(path: string, start: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const Range = start > 0 ? `bytes=${start}-` : undefined
    const { Body } = await send('read', signal, (options) =>
      client.send(new GetObjectCommand({ Bucket, Key: keyOf(path), Range }), options),
    )
    if (!(Body instanceof Readable)) return
    try {
      yield* patiently(Body, { step: 'read', timeoutMs: silenceTimeoutMs, signal })
    } catch (error) {
      signal.throwIfAborted()
      throw s3Failure(error, 'read', settings)
    }
  }

  /** One page of at most 1,000 keys. Folders are not walked through: a bucket has none, only keys with slashes. */
  const page = (depthMax: number, token: string | undefined, signal: AbortSignal) =>
    send<ListObjectsV2CommandOutput>('list', signal, (options) =>
      client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: prefix === '' ? undefined : `${prefix}/`,
          Delimiter: depthMax === 0 ? '/' : undefined,
          ContinuationToken: token,
        }),
        options,
      ),
    )

  return {
    async *list(options) {
      const limits = listingLimits(options)
      const signal = AbortSignal.any([options.signal, limits.deadline])
      try {
        for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
          const found = await page(options.depthMax, token, signal)
          if (isFirst) onStep?.('login', 'The access key is known.')
          if (isFirst) onStep?.('directory', `The bucket ${quote(Bucket)} is there.`)
          for (const { Key = '', Size = 0, LastModified = null } of found.Contents ?? []) {
            limits.count()
            const path = prefix === '' ? Key : Key.slice(prefix.length + 1)
            // What consoles make to show an empty folder.
            if (path === '' || path.endsWith('/')) continue
            const parts = path.split('/')
            if (parts.length - 1 > options.depthMax) continue
            const fault = parts.map(nameFault).find((found) => found !== null)
            if (fault) limits.warn(`${quote(path)} was left out: a name in it ${fault}.`)
            else yield { path, sizeBytes: Size, modifiedAt: LastModified }
          }
          // A service that names the same page for ever.
          if (found.NextContinuationToken !== undefined && found.NextContinuationToken === token) break
          token = found.NextContinuationToken
        }
      } catch (error) {
        if (limits.deadline.aborted && !options.signal.aborted) throw limits.late()
        throw error
      }
    },

    stat,

    open: async (path, { start = 0, signal }) =>
      steadyRead({
        ...{ path: checkPath(path), start, signal, stat, readFrom },
        ...{ bandwidth: limit, breakPauseMs: settings.breakPauseMs },
      }),

    async move(path, to, signal) {
      const found = await stat(path, signal)
      if (!found) throw new RemoteFailure('write', `There is no file ${quote(path)}.`, { isPermanent: true })
      if (found.sizeBytes > copySizeBytesMax) {
        throw new RemoteFailure('write', `${quote(path)} is larger than S3 can move (5 GiB).`, { isPermanent: true })
      }
      const free = await freePath(checkPath(to), async (tried) => (await stat(tried, signal)) !== null)
      const CopySource = `${Bucket}/${keyOf(path).split('/').map(encodeURIComponent).join('/')}`
      await send('write', signal, (options) =>
        client.send(new CopyObjectCommand({ Bucket, Key: keyOf(free), CopySource }), options),
      )
      await send('write', signal, (options) =>
        client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(path) }), options),
      )
      return free
    },

    async remove(path, signal) {
      await send('write', signal, (options) =>
        client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(path) }), options),
      ).catch((error) => {
        if (!(error instanceof RemoteFailure && isAbsent(error.cause))) throw error
      })
    },

    async create(path, content, signal) {
      if (await stat(path, signal)) throw new RemoteFailure('write', `${quote(path)} is there already.`)
      await send('write', signal, (options) =>
        client.send(new PutObjectCommand({ Bucket, Key: keyOf(path), Body: content }), options),
      )
    },

    close: async () => client.destroy(),
  }
}

/** Agents whose every connection goes through the gate: by Node's own, an address in the URL would not be looked at. */
function agents({ gate: given, connectTimeoutMs = 15_000, connectionsMax = 2, onStep }: S3FolderSettings) {
  const gate: Gate =
    given &&
    (async (hostname, port) => {
      const addresses = await given(hostname, port)
      onStep?.('name', `${hostname} is ${addresses.join(', ')}.`)
      return addresses
    })
  const through = <A extends Agent>(agent: A, protocol: 'http:' | 'https:'): A => {
    agent.createConnection = ((
      options: { host: string; port: number },
      done: (error: unknown, socket?: unknown) => void,
    ) => {
      const hostname = options.host.replace(/^\[|\]$/g, '')
      const input = { protocol, hostname, port: Number(options.port), gate, connectTimeoutMs, signal: null }
      openConnection(input).then(
        ({ socket }) => {
          onStep?.('route', `Connected to ${socket.remoteAddress}, port ${input.port}.`)
          if (protocol === 'https:') onStep?.('tls', 'The certificate is trusted.')
          done(null, socket)
        },
        (error) => done(error),
      )
    }) as unknown as A['createConnection']
    return agent
  }
  const options = { keepAlive: true, maxSockets: connectionsMax }
  return {
    httpAgent: through(new Agent(options), 'http:'),
    httpsAgent: through(new SecureAgent(options), 'https:'),
  }
}

const stepOfReason: Partial<Record<string, Step>> = { dns: 'name', refused_destination: 'name', tls: 'tls' }

const refusals: Record<string, [Step, string]> = {
  NoSuchBucket: ['directory', 'There is no bucket of this name'],
  InvalidAccessKeyId: ['login', 'The access key is not known there'],
  SignatureDoesNotMatch: ['login', 'The secret access key is wrong'],
  PermanentRedirect: ['directory', 'The bucket is in another region'],
  AuthorizationHeaderMalformed: ['directory', 'The bucket is in another region'],
  AccessDenied: ['list', 'The access key may not do that'],
}

function s3Failure(
  error: unknown,
  step: Step,
  { secretAccessKey, endpoint, silenceTimeoutMs = 30_000 }: S3FolderSettings,
): RemoteFailure {
  if (error instanceof RemoteFailure) return error
  if (error instanceof S3ServiceException) {
    const [at, words] = refusals[error.name] ?? [step, 'The service refused']
    const status = error.$metadata.httpStatusCode ?? 0
    const isPermanent = status >= 300 && status < 500 && status !== 408 && status !== 429
    const detail = `${words}: ${quote(`${error.name} ${error.message}`, [secretAccessKey])}.`
    return new RemoteFailure(at === 'list' ? step : at, detail, { isPermanent, cause: error })
  }
  if ((error as Error).name === 'TimeoutError') return silence('route', silenceTimeoutMs)
  const { reason, detail } = failureOf(error)
  const isRefused = reason === 'refused_destination'
  const advice = isRefused ? ' The operator of this server can open it with INDABA_OUTBOUND_ALLOW.' : ''
  const words = isRefused ? 'this address is not allowed as a destination' : detail
  return new RemoteFailure(stepOfReason[reason] ?? 'route', `No answer from ${endpoint ?? 'S3'}: ${words}.${advice}`, {
    isPermanent: isRefused,
    cause: error,
  })
}

function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket'
}
