// ETag: a client that has the newest answer gets 304 and no body, and one that changes what it has read does not overwrite
// what somebody else has made of it meanwhile.

import { createHash } from 'node:crypto'
import { Problem } from '../problem.ts'
import { type Answer, type Call, jsonType } from './route.ts'

export function okWithEtag({ headers }: Pick<Call, 'headers'>, body: unknown): Answer {
  const text = JSON.stringify(body)
  const etag = `W/"${shortHash(text)}"`
  if (isKnownTag(headers, etag)) return { status: 304, headers: { ETag: etag } }
  return {
    status: 200,
    body: text,
    headers: { ETag: etag, 'Content-Type': jsonType, 'Cache-Control': 'private, no-cache' },
  }
}

/** Whether `If-None-Match` names this tag; weak and strong spellings are the same to it (RFC 9110 §13.1.2). */
export function isKnownTag(headers: Call['headers'], etag: string): boolean {
  const known = headers['if-none-match']?.split(',').map(bare) ?? []
  return known.includes(bare(etag)) || known.includes('*')
}

/** In which state a thing is that several people change: what its body says, for `If-Match`. */
export type Version = { revision: number } | { etag: string }

/** Of what has no number that counts its changes: another as soon as any of `changeable` is. */
export const versionOf = (changeable: object): { etag: string } => ({ etag: shortHash(JSON.stringify(changeable)) })

export const etagHeader = (now: Version): { ETag: string } => ({ ETag: `"${nameOf(now)}"` })

/**
 * RFC 9110 §13.1.1: a tag of `If-Match` is that of the thing, quoted or as its body has it. Without the header any state
 * will do.
 * @param noun what it is: `board`
 * @throws Problem('conflict', 'changed_meanwhile') with the version that it has
 */
export function requireMatch({ headers }: Pick<Call, 'headers'>, noun: string, now: Version): void {
  const wanted = (headers['if-match'] ?? '*').split(',').map(bare)
  const name = nameOf(now)
  if (['*', name, `"${name}"`].some((tag) => wanted.includes(tag))) return
  const detail = `The ${noun} was changed since you read it. Read it again, and send what you want of it now.`
  throw new Problem('conflict', 'changed_meanwhile', detail, {
    facts: 'etag' in now ? { etag: now.etag } : { revision: now.revision },
  })
}

const nameOf = (now: Version): string => ('etag' in now ? now.etag : String(now.revision))

const bare = (tag: string): string => tag.trim().replace(/^W\//, '')

const shortHash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)
