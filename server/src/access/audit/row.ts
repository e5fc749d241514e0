// One row of the audit, as it is hashed: its canonical JSON (RFC 8785). Whoever has an export can make the same text and
// the same hash with any library for that standard.

import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

export type AuditResult = 'ok' | 'denied' | 'failed'

export type AuditRow = {
  org_id: string
  /** Dense from 1 in each organisation. */
  seq: number
  /** ISO 8601 in UTC, with milliseconds. */
  at: string
  actor: string
  action: string
  target: string | null
  request_id: string | null
  address: string | null
  user_agent: string | null
  result: AuditResult
  /** Canonical JSON. */
  data: string
  /** SHA-256 of the row before, in hex. */
  prev_hash: string
}

export type ChainedRow = AuditRow & { hash: string }

/** What stands before the first row. */
export const firstHash = '0'.repeat(64)

/** The canonical JSON of a row. Written out, since names are sorted and `data` is canonical already: half the time. */
export function rowText(row: AuditRow): string {
  const text = (value: string | null) => JSON.stringify(value)
  return (
    `{"action":${text(row.action)},"actor":${text(row.actor)},"address":${text(row.address)},"at":${text(row.at)},` +
    `"data":${row.data},"org_id":${text(row.org_id)},"prev_hash":${text(row.prev_hash)},` +
    `"request_id":${text(row.request_id)},"result":${text(row.result)},"seq":${row.seq},` +
    `"target":${text(row.target)},"user_agent":${text(row.user_agent)}}`
  )
}

export const hashOf = (text: string): string => hash('sha256', text)

/** Without what neither PostgreSQL nor RFC 8785 takes: NUL characters and halves of surrogate pairs. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '')

/** Canonical JSON of what `JSON.stringify` keeps of it. */
export function dataText(data: Record<string, unknown>): string {
  const text = JSON.stringify(data)
  // Rare enough to look for before each string is looked at.
  const isClean = !/\\u(0000|d[89a-f])/.test(text)
  return canonicalize(isClean ? data : clean(JSON.parse(text))) ?? '{}'
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [cleanText(name), clean(one)]))
}
