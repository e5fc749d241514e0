// The people of one organisation: who they are there, and how that changes. Who may change it is told in grants.ts.

import { type Selectable, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Memberships } from '../../platform/db/schema.gen.ts'
import { requireMatch, versionOf } from '../../platform/http/etag.ts'
import type { Call, Principal } from '../../platform/http/route.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { writeAudit } from '../audit/write.ts'
import { coherentStanding, requireHeld, requireMayGrant } from './grants.ts'
import { endWhatIsOpen, type Standing } from './users.ts'

export type Member = Omit<Selectable<Memberships>, 'role' | 'level' | 'state'> &
  Standing & {
    state: 'invited' | 'active' | 'deactivated'
    email: string
    name: string | null
    has_second_factor: boolean
    last_seen_at: Date | null
  }

/** Nothing of a person's account is shown to an organisation that they have not joined. */
const shownName = sql<string | null>`case when accepted_at is null then invited_name else users.name end`

const members = (db: DbOrTx, by: Principal) => {
  const query = db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .select('users.email')
    .select(shownName.as('name'))
    .select(sql<boolean>`accepted_at is not null and users.totp_confirmed_at is not null`.as('has_second_factor'))
    .select((select) =>
      select
        .selectFrom('user_sessions')
        .select((one) => one.fn.max('last_seen_at').as('at'))
        .where('user_sessions.org_id', '=', by.orgId)
        .whereRef('user_sessions.user_id', '=', 'memberships.user_id')
        .as('last_seen_at'),
    )
    .where('memberships.org_id', '=', by.orgId)
  const { reach } = by
  if (reach === 'all') return query
  const held = sql`${reach.values.map((value) => value.toLowerCase())}::text[]`
  // Who sees part of an organisation sees themselves and those who see no more than that part.
  return query.where(
    sql<boolean>`(${by.actor} = 'user:' || memberships.user_id
      or ${reach.column} = 'department' and (
        level = 'department' and lower(departments::text)::text[] <@ ${held}
        or level = 'team' and lower(teams::text)::text[] <@ array(
          select lower(t.name) from teams t join departments d on d.org_id = t.org_id and d.id = t.department_id
          where t.org_id = ${by.orgId} and lower(d.name) = any(${held}))
        or level = 'own' and exists (select from agents a where a.org_id = ${by.orgId}
          and a.id = memberships.agent_id and lower(a.department) = any(${held})))
      or ${reach.column} = 'team' and (
        level = 'team' and lower(teams::text)::text[] <@ ${held}
        or level = 'own' and exists (select from agents a where a.org_id = ${by.orgId}
          and a.id = memberships.agent_id and lower(a.team) = any(${held}))))`,
  )
}

export type MemberFilter = { state?: string | undefined; search?: string | undefined; after?: string | null }

/** By when they came, oldest first; at most `limit`. */
export async function listMembers(db: DbOrTx, by: Principal, limit: number, filter: MemberFilter): Promise<Member[]> {
  let query = members(db, by).orderBy('memberships.user_id').limit(limit)
  if (filter.state) query = query.where('memberships.state', '=', filter.state)
  if (filter.after) query = query.where('memberships.user_id', '>', filter.after)
  if (filter.search) {
    const pattern = `%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    query = query.where(sql<boolean>`(users.email like ${pattern} or lower(${shownName}) like ${pattern})`)
  }
  return (await query.execute()) as Member[]
}

/** @throws Problem('not_found') also for whom `by` may not see */
export async function requireMember(db: DbOrTx, by: Principal, userId: string): Promise<Member> {
  const row = await members(db, by).where('memberships.user_id', '=', userId).executeTakeFirst()
  if (!row) throw notFound()
  return row as Member
}

/** Of what changeMember changes: an invitation that is accepted meanwhile stands in nobody's way. */
export const memberVersion = (member: Member) => versionOf(standingOf(member))

/**
 * New rights hold with the next request. Whoever changes somebody must hold what they had and what they get.
 * @throws Problem('conflict', 'changed_meanwhile') where `If-Match` names another version
 */
export async function changeMember(
  tx: Tx,
  call: Pick<Call, 'by' | 'headers' | 'requestId'>,
  userId: string,
  change: Partial<Standing>,
): Promise<Member> {
  const { by, requestId } = call
  const member = await lockMember(tx, by, userId)
  const standing = coherentStanding({ ...standingOf(member), ...change })
  await requireHeld(tx, by, standingOf(member))
  requireMatch(call, 'user', memberVersion(member))
  await requireMayGrant(tx, by, standing)
  if (member.role === 'owner' && standing.role !== 'owner') await requireOtherOwner(tx, by.orgId, userId)
  await update(tx, by.orgId, userId, standing)
  const data = { before: standingOf(member), after: standing }
  await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, action: 'user.change', target: userId, requestId, data }])
  return requireMember(tx, by, userId)
}

/** Ends what the person has open in this organisation, for good; in others nothing changes. */
export async function deactivateMember(tx: Tx, by: Principal, userId: string, requestId: string): Promise<Member> {
  const member = await lockMember(tx, by, userId)
  await requireHeld(tx, by, standingOf(member))
  if (member.role === 'owner') await requireOtherOwner(tx, by.orgId, userId)
  await update(tx, by.orgId, userId, { state: 'deactivated', invitation_hash: null })
  await endWhatIsOpen(tx, userId, { orgId: by.orgId })
  await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, action: 'user.deactivate', target: userId, requestId }])
  return requireMember(tx, by, userId)
}

/** Only who had once come in: who never accepted an invitation is invited anew. */
export async function reactivateMember(tx: Tx, by: Principal, userId: string, requestId: string): Promise<Member> {
  const member = await lockMember(tx, by, userId)
  await requireHeld(tx, by, standingOf(member))
  if (member.state !== 'deactivated') {
    throw new Problem('conflict', 'not_deactivated', 'This user is not deactivated.')
  }
  await update(tx, by.orgId, userId, { state: member.accepted_at ? 'active' : 'invited' })
  await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, action: 'user.reactivate', target: userId, requestId }])
  return requireMember(tx, by, userId)
}

/** All changes of one organisation's people follow one another: the last owner cannot leave twice at once. */
async function lockMember(tx: Tx, by: Principal, userId: string): Promise<Member> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`memberships ${by.orgId}`}, 0))`.execute(tx)
  return requireMember(tx, by, userId)
}

async function requireOtherOwner(tx: Tx, orgId: string, userId: string): Promise<void> {
  const other = await tx
    .selectFrom('memberships')
    .select('user_id')
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .where('state', '=', 'active')
    .where('user_id', '<>', userId)
    .limit(1)
    .executeTakeFirst()
  if (other) return
  const detail = 'This is the last owner of the organisation. Make somebody else an owner first.'
  throw new Problem('conflict', 'last_owner', detail)
}

async function update(tx: Tx, orgId: string, userId: string, set: object): Promise<void> {
  await tx
    .updateTable('memberships')
    .set({ ...set, updated_at: new Date() })
    .where('org_id', '=', orgId)
    .where('user_id', '=', userId)
    .execute()
}

export const standingOf = ({ role, level, departments, teams, agent_id, view_redactions }: Standing): Standing => ({
  role,
  level,
  departments,
  teams,
  agent_id,
  view_redactions,
})
