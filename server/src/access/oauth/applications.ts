// OAuth applications: who may ask for tokens, what they may ask for at most, and where browsers are sent back to.
// A secret is shown once; only a keyed hash of it is kept.

import { randomBytes } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { OauthApplications } from '../../platform/db/schema.gen.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { equalSecret, type Secrets } from '../../platform/secrets.ts'
import { isScope, mayGrant } from '../permissions.ts'
import { checkRedirectUris } from './redirect-uris.ts'

type Row = Selectable<OauthApplications>
export type Application = Omit<Row, 'kind'> & { kind: 'public' | 'confidential' }

export type NewApplication = {
  name: string
  kind: 'public' | 'confidential'
  redirect_uris?: string[] | undefined
  scopes: string[]
  /** May ask for tokens of its own by client credentials: then it acts for the whole organisation. */
  acts_alone?: boolean | undefined
}

export type ApplicationChange = Partial<Omit<NewApplication, 'kind'>> & { is_active?: boolean | undefined }

const applicationsMax = 200
const secretBytes = 32

const asApplication = (row: Row): Application => ({ ...row, kind: row.kind as Application['kind'] })

/**
 * @returns the application, and the secret of a confidential one: the only time that it is seen
 * @throws Problem('invalid'), Problem('forbidden', 'more_than_held'), Problem('conflict', 'too_many_applications')
 */
export async function createApplication(
  tx: Tx,
  secrets: Secrets,
  by: Principal,
  input: NewApplication,
): Promise<{ application: Application; secret: string | null }> {
  const values = checked(by, { redirect_uris: [], acts_alone: false, ...input })
  const { count } = await tx
    .selectFrom('oauth_applications')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('org_id', '=', by.orgId)
    .executeTakeFirstOrThrow()
  if (count >= applicationsMax) {
    const detail = `There are ${applicationsMax} applications already. Delete one that is no longer needed.`
    throw new Problem('conflict', 'too_many_applications', detail)
  }
  const secret = input.kind === 'confidential' ? newSecret() : null
  const row = await tx
    .insertInto('oauth_applications')
    .values({ org_id: by.orgId, id: newId(), ...values, ...kept(secrets, secret), created_by: by.actor })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { application: asApplication(row), secret }
}

/** Newest first. `before`: the id that the page before ended with. */
export async function listApplications(
  db: DbOrTx,
  orgId: string,
  page: { limit: number; before: string | null },
): Promise<Application[]> {
  let query = db.selectFrom('oauth_applications').selectAll().where('org_id', '=', orgId)
  if (page.before) query = query.where('id', '<', page.before)
  return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(asApplication)
}

/** @throws Problem('not_found') */
export async function requireApplication(db: DbOrTx, orgId: string, id: string): Promise<Application> {
  const row = await db
    .selectFrom('oauth_applications')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound()
  return asApplication(row)
}

/** @throws Problem('not_found' | 'invalid' | 'forbidden') */
export async function changeApplication(
  tx: Tx,
  by: Principal,
  id: string,
  change: ApplicationChange,
): Promise<Application> {
  const before = await requireApplication(tx, by.orgId, id)
  mayManage(by, before)
  const { name, redirect_uris, scopes, acts_alone } = before
  const values = checked(by, { name, redirect_uris, scopes, acts_alone, ...change, kind: before.kind })
  const row = await tx
    .updateTable('oauth_applications')
    .set({ ...values, is_active: change.is_active ?? before.is_active, updated_at: new Date() })
    .where('org_id', '=', by.orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return asApplication(row)
}

/** Its grants and tokens go with it. @throws Problem('not_found') */
export async function deleteApplication(tx: Tx, orgId: string, id: string): Promise<void> {
  const gone = await tx
    .deleteFrom('oauth_applications')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (gone.numDeletedRows === 0n) throw notFound()
}

/**
 * @param overlapHours how long the secret of until now stays good beside the new one; 0: it ends at once
 * @throws Problem('not_found'), Problem('forbidden', 'more_than_held'), Problem('conflict', 'no_secret')
 */
export async function rotateSecret(
  tx: Tx,
  secrets: Secrets,
  by: Principal,
  id: string,
  overlapHours: number,
): Promise<{ application: Application; secret: string }> {
  const before = await requireApplication(tx, by.orgId, id)
  if (before.kind === 'public') {
    throw new Problem('conflict', 'no_secret', 'A public application has no secret that could be rotated.')
  }
  // Who learns the secret can act as the application.
  mayManage(by, before)
  const secret = newSecret()
  const row = await tx
    .updateTable('oauth_applications')
    .set({
      ...kept(secrets, secret),
      former_secret_hash: overlapHours > 0 ? before.secret_hash : null,
      former_secret_until: overlapHours > 0 ? sql<Date>`now() + make_interval(hours => ${overlapHours})` : null,
      updated_at: new Date(),
    })
    .where('org_id', '=', by.orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { application: asApplication(row), secret }
}

const purpose = 'oauth client secret'
const newSecret = () => `inds_${randomBytes(secretBytes).toString('base64url')}`

const kept = (secrets: Secrets, secret: string | null) =>
  secret
    ? { secret_hash: secrets.hash(purpose, secret), masked_secret: `inds_…${secret.slice(-4)}` }
    : { secret_hash: null, masked_secret: null }

/** What stands for the secret where applications are loaded; `secretMatches` reads it. */
export function storedSecret({ secret_hash, former_secret_hash, former_secret_until }: Application): string {
  const isFormerGood = former_secret_hash && former_secret_until && former_secret_until > new Date()
  return [secret_hash, isFormerGood ? former_secret_hash : null]
    .filter((hash) => hash !== null)
    .map((hash) => hash.toString('base64'))
    .join(' ')
}

export function secretMatches(secrets: Secrets, stored: string, given: string): boolean {
  const hash = secrets.hash(purpose, given)
  return stored.split(' ').some((one) => equalSecret(Buffer.from(one, 'base64'), hash))
}

/** Nobody makes, changes or takes over an application that may do more than they may themselves. */
function mayManage(by: Principal, { scopes, acts_alone }: { scopes: readonly string[]; acts_alone: boolean }): void {
  mayGrant(by, scopes)
  if (!acts_alone || by.reach === 'all') return
  const detail = 'An application that acts alone sees the data of the whole organisation, and you see a part of it.'
  throw new Problem('forbidden', 'more_than_held', detail)
}

type Checked = Required<{ [K in keyof NewApplication]: Exclude<NewApplication[K], undefined> }>

function checked(by: Principal, input: { [K in keyof Checked]: Checked[K] | undefined }): Checked {
  const { name = '', kind = 'public', redirect_uris = [], scopes = [], acts_alone = false } = input
  const unknown = scopes.find((one) => !isScope(one))
  if (unknown !== undefined) {
    const detail = `There is no scope "${unknown.slice(0, 100).toWellFormed()}".`
    throw new Problem('invalid', 'unknown_scope', detail, { facts: { field: 'scopes' } })
  }
  if (acts_alone && kind === 'public') {
    const detail = 'Only a confidential application can act alone: a public one cannot prove who it is.'
    throw new Problem('invalid', 'public_acts_alone', detail, { facts: { field: 'acts_alone' } })
  }
  if (!acts_alone && redirect_uris.length === 0) {
    const detail = 'An application needs a redirect URI, or must be one that acts alone.'
    throw new Problem('invalid', 'no_redirect_uri', detail, { facts: { field: 'redirect_uris' } })
  }
  const title = name.trim()
  // It is shown to people who decide by it.
  if (!title || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(title) || !title.isWellFormed()) {
    const detail = 'name must be a text without control characters.'
    throw new Problem('invalid', 'invalid_name', detail, { facts: { field: 'name' } })
  }
  mayManage(by, { scopes, acts_alone })
  return {
    name: title,
    kind,
    redirect_uris: checkRedirectUris(redirect_uris),
    scopes: [...new Set(scopes)],
    acts_alone,
  }
}
