// Some clients set `Content-Type: multipart/form-data` by hand and forget the boundary. It stands in the first line of
// the body, so it can be put back before the body is parsed.

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

const boundaryCharsMax = 70

export async function recoverBoundary(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: Readable,
): Promise<Readable> {
  const type = request.headers['content-type'] ?? ''
  if (!/^multipart\/form-data/i.test(type) || /boundary=/i.test(type)) return payload
  let head = Buffer.alloc(0)
  while (!head.includes('\r\n') && head.length < boundaryCharsMax + 4) {
    const chunk = payload.read() as Buffer | null
    if (chunk) head = Buffer.concat([head, chunk])
    else if (payload.readableEnded) break
    else await Promise.race([once(payload, 'readable'), once(payload, 'end')])
  }
  const boundary = /^--([^\r\n]{1,70})\r\n/.exec(head.toString('latin1'))?.[1]
  if (boundary) request.raw.headers['content-type'] = `multipart/form-data; boundary=${boundary}`
  // The multipart parser reads the raw request, so the bytes go back there.
  payload.unshift(head)
  return payload
}
