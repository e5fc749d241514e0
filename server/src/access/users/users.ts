// People and what they are in each organisation: the rows, and the principal that they make.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Memberships, Users } from '../../platform/db/schema.gen.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal, Reach } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { endGrantsOfUser } from '../oauth/grants.ts'
import type { OrgSettings } from '../orgs.ts'
import { operatorScopes, type Role, roleScopes } from '../permissions.ts'
import { revokeTokensOfUser } from '../tokens/refresh-tokens.ts'
import { normaliseEmail } from './email.ts'
import { formerPasswordsMax } from './password-rules.ts'

export type User = Selectable<Users>

export const levels = ['organisation', 'department', 'team', 'own'] as const
export type Level = (typeof levels)[number]

export type Membership = Omit<Selectable<Memberships>, 'role' | 'level'> & {
  role: Role
  level: Level
  org_name: string
  org_settings: OrgSettings
}

/** By any spelling of the address; null where it is nobody's. People belong to no organisation: any scope will do. */
export async function findUserByEmail(db: DbOrTx, given: string): Promise<User | null> {
  const email = normaliseEmail(given)
  if (!email) return null
  return (await db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst()) ?? null
}

export async function findUser(db: DbOrTx, id: string): Promise<User | null> {
  return (await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function requireUser(db: DbOrTx, id: string): Promise<User> {
  const user = await findUser(db, id)
  if (!user) throw notFound()
  return user
}

/** `email` must be normalised. Without a password nobody can sign in by one. */
export async function createUser(tx: DbOrTx, input: { email: string; name: string | null }): Promise<User> {
  return tx
    .insertInto('users')
    .values({ id: newId(), ...input })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Where a person may work now: not where they were only invited, were deactivated, or where all is switched off. */
export async function activeMemberships(db: DbOrTx, userId: string): Promise<Membership[]> {
  // A person looks across their organisations before one is chosen. Inside a transaction the caller sets the scope.
  const rows = await everyOrg(() =>
    db
      .selectFrom('memberships')
      .innerJoin('orgs', 'orgs.id', 'memberships.org_id')
      .selectAll('memberships')
      .select(['orgs.name as org_name', 'orgs.settings as org_settings'])
      .where('memberships.user_id', '=', userId)
      .where('memberships.state', '=', 'active')
      .where('orgs.is_active', '=', true)
      .orderBy('memberships.created_at')
      .orderBy('memberships.org_id')
      .execute(),
  )
  return rows as unknown as Membership[]
}

export function principalOf(
  user: Pick<User, 'id'>,
  membership: Pick<Membership, 'org_id'> & Partial<Pick<Membership, 'org_settings'>> & Standing,
): Principal {
  const { role, level, org_settings } = membership
  const hearsOwn = role === 'agent' && level === 'own' && org_settings?.agents_hear_own === true
  return {
    actor: `user:${user.id}`,
    orgId: membership.org_id,
    isAdmin: false,
    scopes: hearsOwn ? [...scopesOf(role), 'recordings:read'] : scopesOf(role),
    reach: reachOf(membership),
    reveals: revealsOf(membership),
  }
}

/** In a session of theirs, an operator of the installation may see how it is doing. Tokens and applications do not carry it. */
export function sessionPrincipal(user: Pick<User, 'id' | 'is_operator'>, membership: Membership): Principal {
  const by = principalOf(user, membership)
  return user.is_operator ? { ...by, scopes: [...by.scopes, ...operatorScopes] } : by
}

/** What somebody is in an organisation, as it is given and as it is stored. */
export type Standing = Pick<Membership, 'role' | 'level' | 'departments' | 'teams' | 'agent_id' | 'view_redactions'>

export const scopesOf = (role: Role): readonly string[] => (Object.hasOwn(roleScopes, role) ? roleScopes[role] : [])

/** Whether personal data is shown without asking: owners and admins always see it. */
export const revealsOf = ({ role, view_redactions }: Pick<Standing, 'role' | 'view_redactions'>): boolean =>
  view_redactions || role === 'owner' || role === 'admin'

export function reachOf({ level, departments, teams, agent_id }: Omit<Standing, 'role' | 'view_redactions'>): Reach {
  if (level === 'organisation') return 'all'
  if (level === 'department') return { column: 'department', values: departments }
  if (level === 'team') return { column: 'team', values: teams }
  return { column: 'agent_id', values: agent_id ? [agent_id] : [] }
}

/**
 * Ends what a person has open: sessions, tokens, what applications were allowed. In `orgId`, or in every organisation,
 * which the transaction must see then. `exceptSession`: the hash of the session that goes on.
 */
export async function endWhatIsOpen(
  tx: DbOrTx,
  userId: string,
  { orgId, exceptSession }: { orgId?: string; exceptSession?: Buffer } = {},
): Promise<void> {
  let sessions = tx.deleteFrom('user_sessions').where('user_id', '=', userId)
  if (orgId) sessions = sessions.where('org_id', '=', orgId)
  if (exceptSession) sessions = sessions.where('id_hash', '<>', exceptSession)
  await sessions.execute()
  await revokeTokensOfUser(tx, userId, orgId)
  await endGrantsOfUser(tx, userId, orgId)
}

/** Sets a new password and ends what the old one had opened, resets too. The transaction must see every organisation. */
export async function setPassword(tx: DbOrTx, userId: string, hash: string): Promise<void> {
  await tx
    .updateTable('users')
    .set({
      password_hash: hash,
      former_password_hashes: sql`(case when password_hash is null then former_password_hashes
        else array_prepend(password_hash, former_password_hashes) end)[1:${sql.lit(formerPasswordsMax - 1)}]`,
      updated_at: new Date(),
    })
    .where('id', '=', userId)
    .execute()
  await tx.deleteFrom('user_tokens').where('user_id', '=', userId).execute()
  await endWhatIsOpen(tx, userId)
}
