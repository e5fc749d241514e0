// `Idempotency-Key`: the answer of a write is kept for 24 hours by the transaction that did the write, so the same key
// with the same content is answered again and nothing happens twice (IETF draft-ietf-httpapi-idempotency-key-header).

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, DbOrTx, Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import type { Answer, Call } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import type { SealedColumn, Secrets } from '../platform/secrets.ts'
import { nilOrg } from './orgs.ts'

export type Idempotency = { orgId: string; route: string; key: string; fingerprint: string }

/** Answers may hold what is shown only once. */
export const answerColumn: SealedColumn = { table: 'idempotency_keys', column: 'body', isOfOrg: true, id: null }

const replayed = 'Idempotency-Replayed'

/** It was given before, under the same key: nothing was done for it. */
export const isReplayed = ({ headers }: Answer): boolean => headers?.[replayed] !== undefined

/** Answers are kept for a day; a key may be used anew after that. */
const keepHours = 24

export async function forgetOldAnswers(db: DbOrTx): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - make_interval(hours => ${keepHours})`.execute(db)
}

/** What identifies the content of a request; null without a key. */
export function idempotencyOf(
  call: Pick<Call, 'by' | 'routeName' | 'idempotencyKey'>,
  content: unknown,
): Idempotency | null {
  if (call.idempotencyKey === null) return null
  const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return { orgId: call.by.orgId || nilOrg, route: call.routeName, key: call.idempotencyKey, fingerprint }
}

/**
 * Takes the keys for this transaction, in one order, so that two transactions cannot wait for each other. Those that
 * were used before are returned with their stored answer.
 * @returns by position: null = new, go on; an Answer = say this again; a Problem('conflict') = same key, other content
 */
export async function recallAnswers(tx: Tx, keys: (Idempotency | null)[]): Promise<(null | Answer | Problem)[]> {
  const wanted = keys.filter((key) => key !== null)
  if (wanted.length === 0) return keys.map(() => null)
  const rows = wanted.map(({ orgId: org_id, route, key, fingerprint }) => ({ org_id, route, key, fingerprint }))
  const taken = await sql<{ orgId: string; route: string; key: string }>`
    insert into idempotency_keys (org_id, route, key, fingerprint)
    select org_id, route, key, fingerprint from json_populate_recordset(null::idempotency_keys, ${JSON.stringify(rows)}::json)
    order by org_id, route, key on conflict do nothing returning org_id as "orgId", route, key`.execute(tx)
  const name = (one: { orgId: string; route: string; key: string }) => `${one.orgId} ${one.route} ${one.key}`
  const fresh = new Set(taken.rows.map(name))
  const answers: (null | Answer | Problem)[] = []
  for (const one of keys) {
    // The first of several in one transaction takes the key; the others find its row below.
    if (one === null || fresh.delete(name(one))) answers.push(null)
    else answers.push(await storedAnswer(tx, one))
  }
  return answers
}

/** Whether a write was answered under this key before: then it is no new one, whatever limits have been reached since. */
export async function wasAnswered(db: DbOrTx, { orgId, route, key }: Idempotency): Promise<boolean> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select('key')
    .where('org_id', '=', orgId)
    .where('route', '=', route)
    .where('key', '=', key)
    .executeTakeFirst()
  return row !== undefined
}

async function storedAnswer(tx: Tx, one: Idempotency): Promise<Answer | Problem> {
  const row = await tx
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'status', 'body'])
    .where('org_id', '=', one.orgId)
    .where('route', '=', one.route)
    .where('key', '=', one.key)
    .executeTakeFirstOrThrow()
  if (row.fingerprint !== one.fingerprint) {
    return new Problem('conflict', 'idempotency_key_reused', 'This Idempotency-Key was used with other content.')
  }
  if (row.status === null) {
    const detail = 'A request with this Idempotency-Key is being answered.'
    return new Problem('conflict', 'idempotency_key_in_use', detail, { retryAfterS: 1 })
  }
  return { status: row.status, body: row.body, headers: { [replayed]: 'true' } }
}

export async function storeAnswers(tx: Tx, answers: { key: Idempotency; answer: Answer }[]): Promise<void> {
  const store = ({ key, answer }: (typeof answers)[number]) =>
    tx
      .updateTable('idempotency_keys')
      .set({ status: answer.status, body: JSON.stringify(answer.body ?? null) })
      .where('org_id', '=', key.orgId)
      .where('route', '=', key.route)
      .where('key', '=', key.key)
      .execute()
  await together(...answers.map(store))
}

/** Gives keys back that this transaction took, for what was refused: nothing happened under them. */
export async function freeKeys(tx: Tx, keys: Idempotency[]): Promise<void> {
  const free = ({ orgId, route, key }: Idempotency) =>
    tx
      .deleteFrom('idempotency_keys')
      .where('org_id', '=', orgId)
      .where('route', '=', route)
      .where('key', '=', key)
      .where('status', 'is', null)
      .execute()
  await together(...keys.map(free))
}

/**
 * Runs a write once per key, in one transaction with its stored answer. Without a key: simply in a transaction.
 * The answer is sealed at rest, since it may hold what is shown only once: an API key, a webhook secret.
 */
export async function answerOnce(
  db: Db,
  secrets: Secrets,
  key: Idempotency | null,
  write: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  if (!key) return db.transaction().execute(write)
  const place = { in: answerColumn, orgId: key.orgId, id: JSON.stringify([key.route, key.key]) }
  return db.transaction().execute(async (tx) => {
    const [known] = await recallAnswers(tx, [key])
    if (known instanceof Problem) throw known
    if (known) {
      const sealed = Buffer.from(known.body as string, 'base64')
      return { ...known, body: JSON.parse(await secrets.open(tx, place, sealed)) }
    }
    const answer = await write(tx)
    const sealed = await secrets.seal(tx, place, JSON.stringify(answer.body ?? null))
    await storeAnswers(tx, [{ key, answer: { ...answer, body: sealed.toString('base64') } }])
    return answer
  })
}
