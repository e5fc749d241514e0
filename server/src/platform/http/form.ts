// Reads a request's body in whatever encoding a client chose: JSON, urlencoded, multipart, or JSON under a wrong label.
// Files are streamed to whoever asked for them; nothing larger than the limits is ever held in memory.

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../problem.ts'
import { decodeUtf8, fromFields, readBody } from './body.ts'
import { checkBody, hasBody } from './body-flow.ts'
import type { Fields, FilePart, Form } from './route.ts'

/** `fieldBytesMax` counts for all text of a body together. */
export type BodyLimits = { fieldBytesMax: number; fileBytesMax: number }

const fieldsMax = 1000
const filesMax = 10

export async function readForm<File>(
  request: FastifyRequest,
  limits: BodyLimits,
  onFile: ((file: FilePart, fieldsSoFar: Fields) => Promise<File>) | null,
): Promise<Form<File>> {
  if (!hasBody(request.raw)) return { fields: {}, files: [], warnings: [] }
  if (!request.isMultipart()) {
    return {
      ...readBody((request.body as Buffer | undefined) ?? Buffer.alloc(0), request.headers['content-type']),
      files: [],
    }
  }
  const pairs: [name: string, value: string][] = []
  const files: File[] = []
  const warnings: string[] = []
  let fieldBytes = 0
  const keep = (name: string, value: string) => {
    fieldBytes += Buffer.byteLength(value)
    if (fieldBytes > limits.fieldBytesMax) throw tooLarge('The text of the form', limits.fieldBytesMax)
    if (value.includes('\ufffd'))
      warnings.push(`The field "${name}" holds U+FFFD, which stands for text that was not valid UTF-8.`)
    pairs.push([name, value])
  }
  checkBody(request.raw)
  const parts = request.parts({
    limits: {
      fieldSize: limits.fieldBytesMax,
      fileSize: onFile ? limits.fileBytesMax : limits.fieldBytesMax,
      fields: fieldsMax,
      files: filesMax,
      parts: fieldsMax + filesMax,
    },
  })
  for (;;) {
    const { done, value: part } = await parts.next().catch(refuseMalformed)
    if (done) break
    if (!part.fieldname) throw new Problem('invalid', 'part_without_name', 'A part of the form has no name.')
    if (part.type === 'field') {
      if (part.valueTruncated) throw tooLarge(`The field "${part.fieldname}"`, limits.fieldBytesMax)
      // A part that is labelled as JSON comes parsed.
      keep(part.fieldname, typeof part.value === 'string' ? part.value : JSON.stringify(part.value))
    } else if (onFile) {
      files.push(await onFile(toFilePart(part), fromFields(pairs).fields).catch(refuseMalformed))
      if (part.file.truncated) throw tooLarge('The file', limits.fileBytesMax)
    } else {
      // A small file part in place of a field: some clients send JSON that way.
      keep(part.fieldname, decodeUtf8(await part.toBuffer().catch(refuseMalformed)))
    }
  }
  const form = fromFields(pairs)
  return { fields: form.fields, files, warnings: [...new Set([...warnings, ...form.warnings])] }
}

/** All of a body as it came. @throws Problem('too_large'), or what broke it off */
export async function readBytes(request: IncomingMessage, body: Readable, sizeBytesMax: number): Promise<Buffer> {
  checkBody(request)
  if (Number(request.headers['content-length'] ?? 0) > sizeBytesMax) throw tooLarge('The body', sizeBytesMax)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  // A refusal reads on behind it: the stream must outlive this loop.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > sizeBytesMax) throw tooLarge('The body', sizeBytesMax)
    chunks.push(chunk)
  }
  checkBody(request)
  return Buffer.concat(chunks)
}

/** The parser's own errors are plain ones, and reach us through the stream of a file as well. */
function refuseMalformed(error: unknown): never {
  const { message = '' } = error as Error
  if (!(error instanceof Problem) && /multipart|terminated early|needle/i.test(message)) {
    const detail = 'The multipart body is broken or incomplete. Send every part, and the closing boundary.'
    throw new Problem('invalid', 'broken_multipart', detail, { cause: error })
  }
  throw error
}

const tooLarge = (what: string, bytesMax: number) =>
  new Problem('too_large', 'too_large', `${what} is larger than the ${bytesMax} bytes allowed.`, {
    facts: { size_bytes_max: bytesMax },
  })

const toFilePart = (part: MultipartFile): FilePart => ({
  name: part.fieldname,
  fileName: part.filename || null,
  contentType: part.mimetype || null,
  stream: part.file,
})
