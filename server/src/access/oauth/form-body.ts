// Reads the small form of a page. Nothing larger than a page of ours can send is taken.

import type { IncomingMessage } from 'node:http'
import { Problem } from '../../platform/problem.ts'

const bytesMax = 16 * 1024

/** @throws Problem('too_large'), Problem('invalid', 'unsupported_content_type') */
export async function urlencoded(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Problem('invalid', 'unsupported_content_type', 'Send the form as a browser does.')
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Problem('too_large', 'body_too_large', 'The form is larger than this page sends.')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
