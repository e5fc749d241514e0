// ETag: a client that has the newest answer gets 304 and no body.

import { createHash } from 'node:crypto'
import type { Answer, Call } from './route.ts'

export function okWithEtag({ headers }: Pick<Call, 'headers'>, body: unknown): Answer {
  const text = JSON.stringify(body)
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  const known = headers['if-none-match']?.split(',').map((one) => one.trim())
  if (known?.includes(etag) || known?.includes('*')) return { status: 304, headers: { ETag: etag } }
  return {
    status: 200,
    body: text,
    headers: { ETag: etag, 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'private, no-cache' },
  }
}
