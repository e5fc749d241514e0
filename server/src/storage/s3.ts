// Objects in a bucket of any S3-compatible service; the only file that knows the S3 client.
// Buckets, their lifecycle and their encryption are set up by whoever runs the service.

import { addAbortSignal, Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { checkKey, meter, noSuchObject, resolveRange, type Store, storageUnavailable, writeNewFile } from './store.ts'

export type S3Settings = {
  /** Absent: Amazon's own for the region. */
  endpoint?: string | undefined
  region: string
  bucket: string
  /** Absent: the machine's own credentials, as AWS clients find them. */
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
  /** `https://host/bucket/key` instead of `https://bucket.host/key`; most self-hosted services need it. */
  forcePathStyle?: boolean
}

// Two parts in flight keep the memory of one put near 3 x 5 MiB; 10,000 parts of 5 MiB are 48 GiB (S3's part limits).
const partSizeBytes = 5 * 1024 * 1024
const partsInFlight = 2

/** `close` ends the connections that the client keeps open. */
export function s3Store(settings: S3Settings): Store & { close(): void } {
  const { bucket: Bucket, accessKeyId, secretAccessKey } = settings
  const client = new S3Client({
    region: settings.region,
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    forcePathStyle: settings.forcePathStyle ?? false,
    ...(settings.endpoint ? { endpoint: settings.endpoint } : {}),
    // Many S3-compatible services do not know the newer checksum trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // requestTimeout runs until the answer begins (one part of 5 MiB: at least 45 kB/s); socketTimeout is the longest
    // silence while it lasts.
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 120_000,
      socketTimeout: 120_000,
      throwOnRequestTimeout: true,
    },
  })

  const store: Store & { close(): void } = {
    async put(key, body, { contentType, sizeBytesMax, signal }) {
      const Key = checkKey(key)
      const measure = meter(sizeBytesMax)
      try {
        // The client's own abort would race with its cleaning up: a body that fails lets it take the parts back first.
        if (signal) addAbortSignal(signal, body)
        await new Upload({
          client,
          params: {
            Bucket,
            Key,
            Body: Readable.from(measure.through(body), { objectMode: false }),
            ContentType: contentType ?? 'application/octet-stream',
          },
          partSize: partSizeBytes,
          queueSize: partsInFlight,
          leavePartsOnError: false,
        }).done()
      } catch (error) {
        body.destroy()
        throw asProblem(error)
      }
      return measure.result()
    },

    async open(key, range = {}) {
      const Key = checkKey(key)
      const isPart = range.start !== undefined || range.end !== undefined
      // The size is asked for first: services differ in what they answer to a range past the end.
      const found = isPart ? await store.stat(key) : undefined
      if (found === null) throw noSuchObject()
      const part = found && resolveRange(range, found.sizeBytes)
      const Range = part ? `bytes=${part.start}-${part.end}` : undefined
      const answer = await client.send(new GetObjectCommand({ Bucket, Key, Range })).catch(rethrow)
      if (!(answer.Body instanceof Readable)) throw storageUnavailable(new Error('the answer has no body'))
      return { stream: answer.Body, sizeBytes: found?.sizeBytes ?? answer.ContentLength ?? 0 }
    },

    async stat(key) {
      try {
        const answer = await client.send(new HeadObjectCommand({ Bucket, Key: checkKey(key) }))
        return { sizeBytes: answer.ContentLength ?? 0 }
      } catch (error) {
        if (isAbsent(error)) return null
        throw asProblem(error)
      }
    },

    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: checkKey(key) })).catch((error) => {
        if (!isAbsent(error)) rethrow(error)
      })
    },

    async toFile(key, path, signal) {
      const { stream } = await store.open(key)
      await writeNewFile(stream, path, signal).catch(rethrow)
    },

    // One CopyObject call copies at most 5 GiB; uploads are limited well below that.
    async move(from, to) {
      const CopySource = `${Bucket}/${checkKey(from)}`
      if (from === to) {
        if (!(await store.stat(from))) throw noSuchObject()
        return
      }
      await client.send(new CopyObjectCommand({ Bucket, Key: checkKey(to), CopySource })).catch(rethrow)
      await store.delete(from)
    },

    async sweep(olderThanMs) {
      const before = Date.now() - olderThanMs
      let removed = 0
      let next: { KeyMarker?: string; UploadIdMarker?: string } | null = {}
      while (next) {
        const page: ListedUploads = await client
          .send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'org/', ...next }))
          .catch(rethrow)
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          if (!Initiated || Initiated.getTime() > before) continue
          await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error) => {
            if (!isAbsent(error)) rethrow(error)
          })
          removed++
        }
        next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null
      }
      return removed
    },

    close: () => client.destroy(),
  }
  return store
}

type ListedUploads = {
  Uploads?: { Key?: string; UploadId?: string; Initiated?: Date }[]
  IsTruncated?: boolean
  NextKeyMarker?: string
  NextUploadIdMarker?: string
}

function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket'
}

function rethrow(error: unknown): never {
  throw asProblem(error)
}

/** What the service or the way to it did wrong becomes a Problem; errors of the body and aborts stay as they are. */
function asProblem(error: unknown): unknown {
  if (isAbsent(error)) return noSuchObject(error)
  if (error instanceof S3ServiceException || isOfTheNetwork(error)) return storageUnavailable(error)
  return error
}

/** The client marks what it sent or tried to send with `$metadata`; time-outs of its own carry only a name. */
function isOfTheNetwork(error: unknown): boolean {
  return error instanceof Error && ('$metadata' in error || error.name === 'TimeoutError')
}
