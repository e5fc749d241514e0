// ETag: a client that has the newest answer gets 304 and no body.

import { createHash } from 'node:crypto'
import { type Answer, type Call, jsonType } from './route.ts'

export function okWithEtag({ headers }: Pick<Call, 'headers'>, body: unknown): Answer {
  const text = JSON.stringify(body)
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  if (isKnownTag(headers, etag)) return { status: 304, headers: { ETag: etag } }
  return {
    status: 200,
    body: text,
    headers: { ETag: etag, 'Content-Type': jsonType, 'Cache-Control': 'private, no-cache' },
  }
}

/** Whether `If-None-Match` names this tag; weak and strong spellings are the same to it (RFC 9110 §13.1.2). */
export function isKnownTag(headers: Call['headers'], etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  const known = headers['if-none-match']?.split(',').map(bare) ?? []
  return known.includes(bare(etag)) || known.includes('*')
}
