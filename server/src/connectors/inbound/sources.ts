// Sources: the other systems that may send us webhooks, each by an address of its own. Owns the table. The token in the
// address is kept as a hash; secrets are sealed, and up to three are good at once while one is changed.

import { randomBytes } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import type { InboundSources } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { SealedColumn, Secrets } from '../../platform/secrets.ts'
import type { Settings } from './shapes.ts'

/** Of a secret: since when, and until when it is good; null: until it is changed. */
export type SecretTerm = { since: string; until: string | null }

export type SourceFields = {
  name: string
  scheme: string
  reader: string | null
  settings: Settings
  reader_settings: Settings
  status: 'active' | 'paused'
}

export type Source = Omit<Selectable<InboundSources>, 'secrets' | keyof SourceFields> &
  SourceFields & { secret_terms: SecretTerm[] }

const sourcesMax = 100
const secretsMax = 3
const uniqueViolation = '23505'
/** Times of a source are written this often at most: each write holds the row. */
const noteEveryS = 5
const tokenPattern = /^inb_[\w-]{43}$/

export const inboundSecrets: SealedColumn = { table: 'inbound_sources', column: 'secrets', isOfOrg: true, id: 'id' }
const placeOf = (orgId: string, id: string) => ({ in: inboundSecrets, orgId, id })

/** 256 bits: it is not guessed. */
export const newToken = (): string => `inb_${randomBytes(32).toString('base64url')}`
const hashOf = (secrets: Secrets, token: string) => secrets.hash('inbound address', token)

const rows = (db: DbOrTx, orgId: string) => db.selectFrom('inbound_sources').selectAll().where('org_id', '=', orgId)

const asSource = ({ secrets: _, ...row }: Selectable<InboundSources>): Source => ({
  ...row,
  status: row.status === 'paused' ? 'paused' : 'active',
  settings: row.settings as Settings,
  reader_settings: row.reader_settings as Settings,
  secret_terms: row.secret_terms as SecretTerm[],
})

/** Whose address this is: the only query here that asks across organisations. */
export async function findByToken(
  db: DbOrTx,
  secrets: Secrets,
  token: string,
): Promise<{ source: Source; sealed: Buffer } | null> {
  if (!tokenPattern.test(token)) return null
  const row = await db
    .selectFrom('inbound_sources')
    .selectAll()
    .where('token_hash', '=', hashOf(secrets, token))
    .executeTakeFirst()
  return row ? { source: asSource(row), sealed: row.secrets } : null
}

const isGood = ({ until }: SecretTerm) => until === null || Date.parse(until) > Date.now()

/** Those that are good now, newest first. */
export async function openSourceSecrets(
  db: DbOrTx,
  secrets: Secrets,
  { org_id: orgId, id, secret_terms: terms }: Source,
  sealed: Buffer,
): Promise<string[]> {
  const all: string[] = JSON.parse(await secrets.open(db, placeOf(orgId, id), sealed))
  return all.filter((_, index) => terms[index] && isGood(terms[index]))
}

/** Oldest first. */
export async function listSources(
  db: DbOrTx,
  orgId: string,
  page: { limit: number; after: string | null },
): Promise<Source[]> {
  let query = rows(db, orgId).orderBy('id').limit(page.limit)
  if (page.after) query = query.where('id', '>', page.after)
  return (await query.execute()).map(asSource)
}

/** @throws Problem('not_found') */
export async function requireSource(db: DbOrTx, orgId: string, id: string): Promise<Source> {
  const row = await rows(db, orgId).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return asSource(row)
}

/** @throws Problem('conflict', 'name_taken' | 'too_many_sources') */
export async function createSource(
  tx: Tx,
  secrets: Secrets,
  by: { orgId: string; actor: string },
  given: { fields: SourceFields; secret: string },
): Promise<{ source: Source; token: string }> {
  const { orgId, actor } = by
  const { count } = await tx
    .selectFrom('inbound_sources')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('org_id', '=', orgId)
    .executeTakeFirstOrThrow()
  if (count >= sourcesMax) {
    const detail = `There are ${sourcesMax} inbound sources already. Delete one that is no longer needed.`
    throw new Problem('conflict', 'too_many_sources', detail)
  }
  const id = newId()
  const token = newToken()
  const row = await tx
    .insertInto('inbound_sources')
    .values({
      org_id: orgId,
      id,
      created_by: actor,
      token_hash: hashOf(secrets, token),
      secrets: await secrets.seal(tx, placeOf(orgId, id), JSON.stringify([given.secret])),
      secret_terms: JSON.stringify([{ since: new Date().toISOString(), until: null }]),
      ...stored(given.fields),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) throw nameTaken(given.fields.name)
  return { source: asSource(row), token }
}

/** The row, held until the transaction ends. @throws Problem('not_found') */
export async function lockSource(tx: Tx, orgId: string, id: string): Promise<Source> {
  return asSource(await lockRow(tx, orgId, id))
}

async function lockRow(tx: Tx, orgId: string, id: string): Promise<Selectable<InboundSources>> {
  const row = await rows(tx, orgId).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** @throws Problem('conflict', 'name_taken') */
export const changeSource = (tx: Tx, source: Source, fields: SourceFields): Promise<Source> =>
  update(tx, source, stored(fields)).catch((err) => {
    throw err.code === uniqueViolation ? nameTaken(fields.name) : err
  })

/** What was good before is good for `overlapMs` more at most; of more than three the oldest ends at once. */
export async function rotateSecret(
  tx: Tx,
  secrets: Secrets,
  source: Pick<Source, 'org_id' | 'id'>,
  { secret, overlapMs }: { secret: string; overlapMs: number },
): Promise<Source> {
  const { org_id: orgId, id } = source
  const row = await lockRow(tx, orgId, id)
  const held: string[] = JSON.parse(await secrets.open(tx, placeOf(orgId, id), row.secrets))
  const end = Date.now() + overlapMs
  const terms = asSource(row).secret_terms
  const earlier = held
    .flatMap((value, index) => {
      const term = terms[index]
      if (!term) return []
      const until = Math.min(end, term.until === null ? end : Date.parse(term.until))
      return [{ value, term: { ...term, until: new Date(until).toISOString() } }]
    })
    .filter(({ term, value }) => isGood(term) && value !== secret)
  const all = [{ value: secret, term: { since: new Date().toISOString(), until: null } }, ...earlier].slice(
    0,
    secretsMax,
  )
  const sealed = await secrets.seal(tx, placeOf(orgId, id), JSON.stringify(all.map(({ value }) => value)))
  return update(tx, source, { secrets: sealed, secret_terms: JSON.stringify(all.map(({ term }) => term)) })
}

/** The address before it leads nowhere from now on. */
export async function moveSource(
  tx: Tx,
  secrets: Secrets,
  source: Pick<Source, 'org_id' | 'id'>,
): Promise<{ source: Source; token: string }> {
  const token = newToken()
  return { source: await update(tx, source, { token_hash: hashOf(secrets, token) }), token }
}

/** With all its messages. @throws Problem('not_found') */
export async function deleteSource(tx: Tx, orgId: string, id: string): Promise<Source> {
  const source = await lockSource(tx, orgId, id)
  await tx.deleteFrom('inbound_sources').where('org_id', '=', orgId).where('id', '=', id).execute()
  return source
}

/** That something came; `refusal` names why it was not taken. */
export async function noteArrival(
  db: Db,
  { org_id: orgId, id, ...source }: Source,
  refusal: string | null,
): Promise<void> {
  const at = refusal === null ? 'last_received_at' : 'last_refused_at'
  if (Date.now() - (source[at]?.getTime() ?? 0) < noteEveryS * 1000) return
  await sql`
    update inbound_sources set ${sql.ref(at)} = now() ${refusal === null ? sql`` : sql`, last_refusal = ${refusal}`}
    where org_id = ${orgId} and id = ${id}
      and (${sql.ref(at)} is null or ${sql.ref(at)} < now() - make_interval(secs => ${noteEveryS}))`.execute(db)
}

async function update(tx: Tx, { org_id, id }: Pick<Source, 'org_id' | 'id'>, values: object): Promise<Source> {
  const row = await tx
    .updateTable('inbound_sources')
    .set({ ...values, updated_at: new Date() })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound()
  return asSource(row)
}

const stored = ({ settings, reader_settings, ...fields }: SourceFields) => ({
  ...fields,
  settings: JSON.stringify(settings),
  reader_settings: JSON.stringify(reader_settings),
})

function nameTaken(name: string): Problem {
  return new Problem('conflict', 'name_taken', `There is an inbound source called “${name}” already.`, {
    facts: { field: 'name' },
  })
}
