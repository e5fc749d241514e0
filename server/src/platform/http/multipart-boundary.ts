// Some clients set `Content-Type: multipart/form-data` by hand and forget the boundary. It stands in the first line of
// the body, so it can be put back before the body is parsed.

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../problem.ts'
import { hasBody } from './body-flow.ts'

/** RFC 2046 §5.1.1, with the two hyphens before it and the line end behind it. */
const firstLineBytesMax = 2 + 70 + 2

/** @throws Problem('invalid', 'no_boundary') where the body does not tell either */
export async function recoverBoundary(request: FastifyRequest, payload: Readable): Promise<Readable> {
  const type = request.headers['content-type'] ?? ''
  if (!hasBody(request.raw) || !/^multipart\/form-data/i.test(type) || /boundary=/i.test(type)) return payload
  const head = await readHead(payload)
  const boundary = /^--([^\r\n]{1,70})\r\n/.exec(head.toString('latin1'))?.[1]
  if (!boundary) {
    throw new Problem(
      'invalid',
      'no_boundary',
      'The Content-Type names no boundary. Let your HTTP client set that header.',
    )
  }
  request.raw.headers['content-type'] =
    `multipart/form-data; boundary="${boundary.trimEnd().replace(/["\\]/g, '\\$&')}"`
  // The multipart parser reads the raw request, so the bytes go back there.
  payload.unshift(head)
  return payload
}

async function readHead(payload: Readable): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (!head.includes('\r\n') && head.length < firstLineBytesMax) {
    const chunk = payload.read() as Buffer | null
    if (chunk) head = Buffer.concat([head, chunk])
    else if (payload.readableEnded || !(await hasMore(payload))) break
  }
  return head
}

/** Waits until bytes can be read, or until none will come. @throws the stream's own error */
async function hasMore(payload: Readable): Promise<boolean> {
  const settled = new AbortController()
  const { signal } = settled
  const tell = async (event: string, answer: boolean) => {
    await once(payload, event, { signal })
    return answer
  }
  try {
    return await Promise.race([tell('readable', true), tell('end', false), tell('close', false)])
  } finally {
    settled.abort()
  }
}
