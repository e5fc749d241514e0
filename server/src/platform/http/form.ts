// Reads a request's body in whatever encoding a client chose: JSON, urlencoded, multipart, or JSON under a wrong label.
// Files are streamed to whoever asked for them; nothing larger than the limits is ever held in memory.

import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../problem.ts'
import { type BodyReading, decodeUtf8, fromFields, readBody } from './body.ts'
import type { Fields, FilePart, Form } from './route.ts'

export type BodyLimits = { fieldBytesMax: number; fileBytesMax: number }

const fieldsMax = 1000

export async function readForm<File>(
  request: FastifyRequest,
  limits: BodyLimits,
  onFile: ((file: FilePart, fieldsSoFar: Fields) => Promise<File>) | null,
): Promise<Form<File>> {
  if (!request.isMultipart()) return { ...readFields(request), files: [] }
  const pairs: [string, string][] = []
  const files: File[] = []
  const parts = request.parts({
    limits: {
      fieldSize: limits.fieldBytesMax,
      fileSize: limits.fileBytesMax,
      fields: fieldsMax,
      files: 10,
      parts: 1010,
    },
  })
  for await (const part of parts) {
    if (part.type === 'field') {
      if (part.valueTruncated) {
        throw new Problem('too_large', 'field_too_large', `The field ${part.fieldname} is larger than allowed.`)
      }
      pairs.push([part.fieldname, String(part.value)])
    } else if (onFile) {
      files.push(await onFile(toFilePart(part), fromFields(pairs).fields))
      if (part.file.truncated) throw tooLarge(limits)
    } else {
      // A small file part in place of a field: some clients send JSON that way.
      pairs.push([part.fieldname, decodeUtf8(await part.toBuffer())])
    }
  }
  return { ...fromFields(pairs), files }
}

const tooLarge = ({ fileBytesMax }: BodyLimits) =>
  new Problem('too_large', 'file_too_large', `The file is larger than ${fileBytesMax} bytes.`)

const toFilePart = (part: MultipartFile): FilePart => ({
  name: part.fieldname,
  fileName: part.filename || null,
  contentType: part.mimetype || null,
  stream: part.file,
})

function readFields(request: FastifyRequest): BodyReading {
  const body = request.body as Buffer | undefined
  return body ? readBody(body, request.headers['content-type']) : { fields: {}, warnings: [] }
}
