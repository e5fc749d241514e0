// The audit over REST: for those who may read it, of their own organisation.

import { Type } from 'typebox'
import { type DateReading, readDate } from '../../platform/dates.ts'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, pageQuery } from '../../platform/http/paging.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { type ExportFormat, exportAudit, exportFormats, exportTypes } from './export.ts'
import { type AuditFilter, type ReadRow, readAudit } from './read.ts'
import { type HeadSigner, signedHeads } from './signed-heads.ts'
import { type Verification, verifyAudit } from './verification.ts'

const tag = 'Audit'
const dayMs = 24 * 3600_000
// A mistyped filter must not answer with everything.
const strict = { additionalProperties: false }
const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }))
const orNull = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

const filterFields = {
  from: text('Not before; ISO 8601'),
  to: text('Before; a date alone includes its whole day in UTC'),
  actor: text('Who, as `key:…`, `user:…` or `admin`'),
  action: text('What, as `webhook.create`'),
  target: text('The id of what was changed or read'),
}
type FilterQuery = { [Name in keyof typeof filterFields]?: string }

const cursor = text('`next_cursor` of the page before')
const nextCursor = orNull(Type.String({ description: '`cursor` of the next page; null after the last' }))
const hashHex = Type.String({ description: 'SHA-256 in hex' })

const entry = Type.Object({
  seq: Type.Integer({ description: 'Dense from 1; 0 and less for rows of before the chain' }),
  at: Type.String(),
  actor: Type.String(),
  action: Type.String(),
  target: orNull(Type.String()),
  request_id: orNull(Type.String()),
  address: orNull(Type.String()),
  user_agent: orNull(Type.String()),
  result: Type.Enum(['ok', 'denied', 'failed']),
  data: Type.Object({}, { additionalProperties: true }),
  prev_hash: orNull(hashHex),
  hash: orNull(hashHex),
})

const verification = Type.Object({
  is_intact: Type.Boolean(),
  rows: Type.Integer({ description: 'Rows that were checked, up to the first fault' }),
  unchained_rows: Type.Integer({ description: 'Rows of before the chain, which nothing protects' }),
  signed_heads: Type.Integer(),
  head: Type.Union([Type.Object({ seq: Type.Integer(), hash: hashHex }), Type.Null()]),
  fault: Type.Union([Type.Object({ seq: Type.Integer(), kind: Type.String(), detail: Type.String() }), Type.Null()]),
  duration_ms: Type.Integer(),
})

const signedHead = Type.Object({
  seq: Type.Integer(),
  hash: hashHex,
  at: Type.String(),
  public_key: Type.String(),
  signature: Type.String({ description: 'Ed25519 in base64url, over the canonical JSON of `{at, hash, org_id, seq}`' }),
})

const pageOf = cursorPages('s', (value): value is number => Number.isSafeInteger(value))

export function auditRoutes({ db, signer }: { db: Db; signer: HeadSigner }): Route[] {
  // A check reads the whole chain: who asks meanwhile waits for the same one.
  const underWay = new Map<string, Promise<Verification>>()
  const verifyOnce = (orgId: string) => {
    const known = underWay.get(orgId)
    if (known) return known
    const started = verifyAudit(db, signer, orgId).finally(() => underWay.delete(orgId))
    underWay.set(orgId, started)
    return started
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/audit'],
      summary: 'Who did what, the newest first',
      tag,
      auth: 'audit:read',
      query: Type.Object({ ...filterFields, cursor, limit: pageQuery.limit }, strict),
      answers: {
        200: {
          description: 'Rows of the audit',
          schema: Type.Object({ entries: Type.Array(entry), next_cursor: nextCursor }),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last: before }) => readAudit(db, by.orgId, filterOf(query), { limit, before }),
          ({ seq }) => seq,
        )
        return ok({ entries: rows.map(view), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/audit/export'],
      summary: 'The audit as a file, the oldest first',
      description:
        'NDJSON: each line is the canonical JSON (RFC 8785) of a row, with its hash. The hash is SHA-256 of the line ' +
        'without `hash`; `prev_hash` is the hash of the row before.',
      tag,
      auth: 'audit:read',
      query: Type.Object(
        { ...filterFields, format: Type.Optional(Type.Enum([...exportFormats], { default: 'ndjson' })) },
        strict,
      ),
      answers: { 200: { description: 'The file', contentType: ['application/x-ndjson', 'text/csv'] } },
      async handle({ by, query }) {
        const format = (query.format ?? 'ndjson') as ExportFormat
        return ok(exportAudit(db, by.orgId, filterOf(query), format), {
          'Content-Type': exportTypes[format],
          'Content-Disposition': `attachment; filename="audit.${format}"`,
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/audit/verification'],
      summary: 'Check that the audit is as it was written',
      description: 'Reads the whole chain: some 20,000 rows a second or more.',
      tag,
      auth: 'audit:read',
      query: Type.Object({}, strict),
      answers: { 200: { description: 'What was checked, and the first fault', schema: verification } },
      async handle({ by }) {
        const { rows, unchained, signedHeads, head, fault, durationMs } = await verifyOnce(by.orgId)
        return ok({
          is_intact: fault === null,
          rows,
          unchained_rows: unchained,
          signed_heads: signedHeads,
          head,
          fault,
          duration_ms: Math.round(durationMs),
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/audit/heads'],
      summary: 'Signed ends of the audit, the newest first',
      description: 'Made every hour. Keep them elsewhere: then nobody can write the audit anew unseen.',
      tag,
      auth: 'audit:read',
      query: Type.Object({ cursor, limit: pageQuery.limit }, strict),
      answers: {
        200: {
          description: 'Heads, and the public key of the signatures (Ed25519, 32 bytes in base64url)',
          schema: Type.Object({
            org_id: Type.String(),
            public_key: Type.String(),
            heads: Type.Array(signedHead),
            next_cursor: nextCursor,
          }),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last: before }) => signedHeads(db, by.orgId, { limit, before }),
          ({ seq }) => seq,
        )
        return ok({
          org_id: by.orgId,
          public_key: signer.publicKey,
          heads: rows.map(({ org_id, ...head }) => head),
          next_cursor,
        })
      },
    }),
  ]
}

function filterOf({ from, to, actor, action, target }: FilterQuery): AuditFilter {
  return {
    ...(from ? { from: moment('from', from).at } : {}),
    ...(to ? { to: endOf(moment('to', to)) } : {}),
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { target }),
  }
}

function moment(field: string, value: string): DateReading {
  const reading = readDate(value, { timeZone: 'UTC', now: new Date() })
  if (reading.isReadable) return reading
  const detail = `${field} could not be read as a date. Send ISO 8601, such as 2024-01-15T10:30:00Z.`
  throw new Problem('invalid', 'unreadable_date', detail, { facts: { field } })
}

const endOf = ({ at, isDateOnly }: DateReading): Date => (isDateOnly ? new Date(at.getTime() + dayMs) : at)

const view = ({ org_id, data, ...row }: ReadRow) => ({ ...row, data: JSON.parse(data) })
