// Organisations: the tenants. vBot calls them customers and gives them an integer id, the alias.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx } from '../platform/db/db.ts'
import type { Orgs } from '../platform/db/schema.gen.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { notFound, Problem } from '../platform/problem.ts'
import { doubtUsage } from './limits/usage.ts'

/** Owns what belongs to no organisation. */
export const nilOrg = '00000000-0000-0000-0000-000000000000'

export type OrgSettings = {
  /** IANA zone of dates that come without one. */
  time_zone?: string
  /** Channel of a stereo recording that is the agent's when nothing else tells. */
  agent_channel?: 0 | 1
  /** Unknown agents named by a client are created instead of left unassigned. */
  creates_agents?: boolean
  /** Of bulk loads that do not say it: unknown agents, teams and departments are created (the default), left out, or refused. */
  unknown_people?: 'create_or_leave' | 'create' | 'leave' | 'refuse'
  /** Agents hear the recordings of their own calls. */
  agents_hear_own?: boolean
  /** People with an e-mail address of these domains get an account when they first sign in at an OpenID provider. */
  sign_up_domains?: string[]
  /** Minutes of audio and number of chats a calendar month; absent = unlimited. */
  minutes_per_month?: number | null
  chats_per_month?: number | null
  /** Beyond those: what comes is refused, or taken in all the same. Default `halt`. */
  on_allocation_exceeded?: 'halt' | 'continue'
  /** Sets how many requests a key may make in a minute; a number of its own goes before it (0: any number). */
  plan?: 'standard' | 'professional' | 'enterprise' | null
  requests_per_minute?: number | null
  /** New addresses of webhooks must answer a challenge before events are sent there. */
  verify_webhooks?: boolean
  /** What it says of itself, to its own people. */
  bio?: string | null
  /** While it is set nothing of the organisation may be deleted; a text says why. */
  legal_hold?: boolean | string | null
}

export type Org = Omit<Selectable<Orgs>, 'settings'> & { settings: OrgSettings }

export type NewOrg = {
  name: string
  company_name?: string | null
  email?: string | null
  /** What a hosted service called it: clients go on naming it so. */
  former_ids?: string[]
  is_active?: boolean
  settings?: OrgSettings
}
/** Of the settings, those that are named replace what they were; the others stay. */
export type OrgChange = Partial<NewOrg>

const asOrg = (row: Selectable<Orgs>): Org => ({ ...row, settings: row.settings as OrgSettings })

export async function createOrg(tx: DbOrTx, { settings = {}, ...columns }: NewOrg): Promise<Org> {
  const row = await tx
    .insertInto('orgs')
    .values({ id: newId(), ...columns, settings: JSON.stringify(settings) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return asOrg(row)
}

export async function listOrgs(db: DbOrTx, page: { limit?: number; offset?: number } = {}): Promise<Org[]> {
  let query = db.selectFrom('orgs').selectAll().orderBy('alias')
  if (page.limit !== undefined) query = query.limit(page.limit)
  if (page.offset !== undefined) query = query.offset(page.offset)
  return (await query.execute()).map(asOrg)
}

/** `isToChange`: nobody else changes it before the transaction ends. */
export async function findOrg(db: DbOrTx, id: string, { isToChange = false } = {}): Promise<Org | null> {
  const query = db.selectFrom('orgs').selectAll().where('id', '=', id)
  const row = await (isToChange ? query.forNoKeyUpdate() : query).executeTakeFirst()
  return row ? asOrg(row) : null
}

export async function findOrgByAlias(db: DbOrTx, alias: number): Promise<Org | null> {
  const row = await db.selectFrom('orgs').selectAll().where('alias', '=', alias).executeTakeFirst()
  return row ? asOrg(row) : null
}

export async function changeOrg(tx: DbOrTx, id: string, change: OrgChange): Promise<Org> {
  const { settings, ...columns } = change
  const row = await tx
    .updateTable('orgs')
    .set({
      ...columns,
      ...(settings ? { settings: sql`settings || ${JSON.stringify(settings)}::jsonb` } : {}),
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound()
  if (settings && allocations.some((name) => Object.hasOwn(settings, name))) await doubtUsage(tx, id)
  return asOrg(row)
}

const allocations = ['minutes_per_month', 'chats_per_month']

/**
 * Removes the organisation and every row it owns; its files are the caller's to remove.
 * @throws Problem('conflict', 'legal_hold')
 */
export async function deleteOrg(tx: DbOrTx, id: string): Promise<boolean> {
  // Weaker than `for update`: whoever is writing rows of the organisation goes on, and is waited for below.
  const row = await tx.selectFrom('orgs').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
  if (row) refuseWhenHeld(asOrg(row))
  // In the order in which everybody locks them (ingest/accept.ts), so that nobody waits for this in a circle.
  for (const [table, order] of lockedFirst) {
    await sql`select from ${sql.table(table)} where org_id = ${id} order by ${sql.raw(order)} for update`.execute(tx)
  }
  await tx.deleteFrom('idempotency_keys').where('org_id', '=', id).execute()
  const result = await tx.deleteFrom('orgs').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}

/**
 * Before anything of an organisation is deleted, and before anything else is locked. No hold is laid on it meanwhile.
 * @throws Problem('conflict', 'legal_hold')
 */
export async function requireNoHold(tx: DbOrTx, id: string): Promise<void> {
  const row = await tx.selectFrom('orgs').selectAll().where('id', '=', id).forShare().executeTakeFirst()
  if (row) refuseWhenHeld(asOrg(row))
}

const lockedFirst = [
  ['queue_tags', 'channel'],
  ['agents', 'id'],
  ['conversations', 'channel, external_id, id'],
  ['event_counters', 'org_id'],
] as const

function refuseWhenHeld({ settings: { legal_hold: hold } }: Org): void {
  if (!hold) return
  const why = typeof hold === 'string' ? ` (${hold})` : ''
  const detail = `It is under legal hold${why} and cannot be deleted. Lift the hold first: settings.legal_hold false.`
  throw new Problem('conflict', 'legal_hold', detail)
}

/**
 * The organisation that a body's `org_id` names: absent means the key's own; its UUID, integer alias or an id it had
 * with a hosted service are all right. Anything else reads as unknown, the same for a foreign as for a missing one.
 */
export async function resolveOrgId(db: DbOrTx, ownId: string, given: unknown): Promise<string> {
  if (given === undefined || given === null || given === '' || given === ownId) return ownId
  const text = String(given)
  const own = isUuid(text) ? null : await findOrg(db, ownId)
  if (own && (text === String(own.alias) || own.former_ids.includes(text))) return ownId
  throw new Problem('not_found', 'organisation_not_found', 'Organisation not found')
}

const cacheMs = 1000

/** Reads an organisation for every request at the price of one query a second. */
export function orgReader(db: DbOrTx): (id: string) => Promise<Org> {
  const cache = new Map<string, { org: Promise<Org | null>; until: number }>()
  return async (id) => {
    let entry = cache.get(id)
    if (!entry || entry.until < Date.now()) {
      entry = { org: findOrg(db, id), until: Date.now() + cacheMs }
      cache.set(id, entry)
      entry.org.catch(() => cache.delete(id))
    }
    const org = await entry.org
    if (!org) throw new Problem('not_found', 'organisation_not_found', 'Organisation not found')
    return org
  }
}
