// The quarterly review of access: everybody and everything that can get in, when it last did, and what deserves a look.
// Reads what users, keys, tokens and oauth own; only the decisions are its own.

import { sql } from 'kysely'
import type { DbOrTx, Tx } from '../platform/db/db.ts'
import type { Principal } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { notFound } from '../platform/problem.ts'
import { roleScopes } from './permissions.ts'
import { beyondReach } from './teams/names.ts'

const unusedDays = 90
const adminUnusedDays = 30

export const marks = {
  unused: `not used for ${unusedDays} days`,
  over_privileged: `more than it seems to need: administrators who did not sign in for ${adminUnusedDays} days, and programs with scopes beyond the integration role`,
  no_second_factor: 'a person who signs in without a second factor',
  no_expiry: 'a key or token without an end',
} as const

export type Mark = keyof typeof marks

export type Decision = { decision: 'keep' | 'change' | 'remove'; note: string | null; actor: string; at: Date }

export type Subject = {
  /** `user:<id>`, `key:<id>`, `token:<id>`, `application:<id>` */
  subject: string
  kind: 'user' | 'key' | 'token' | 'application'
  name: string
  email: string | null
  role: string | null
  level: string | null
  /** What the level names. */
  departments: string[]
  teams: string[]
  scopes: string[]
  created_at: Date
  last_used_at: Date | null
  has_second_factor: boolean | null
  marks: Mark[]
  /** The newest of this review. */
  decision: Decision | null
}

/** The quarter of a time, in UTC: `2026-Q4`. */
export const reviewOf = (at: Date): string => `${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / 3) + 1}`

/** Of the whole organisation: who sees only a part of it cannot review it. @throws Problem('forbidden', 'beyond_reach') */
export async function reviewAccess(db: DbOrTx, by: Principal, now: Date): Promise<Subject[]> {
  if (by.reach !== 'all') throw beyondReach('Reviewing access needs access to the whole organisation.')
  const { orgId } = by
  const [users, keys, tokens, applications, decisions] = await Promise.all([
    readUsers(db, orgId),
    readKeys(db, orgId),
    readTokens(db, orgId),
    readApplications(db, orgId),
    readDecisions(db, orgId, reviewOf(now)),
  ])
  return [...users, ...keys, ...tokens, ...applications].map(({ expires, ...one }) => ({
    ...one,
    marks: marksOf({ ...one, expires }, now),
    decision: decisions.get(one.subject) ?? null,
  }))
}

type Found = Omit<Subject, 'marks' | 'decision'> & { expires: boolean }

/**
 * Sessions are forgotten when they end; the audit remembers their start. Of the account of somebody who was only invited
 * nothing is shown.
 */
async function readUsers(db: DbOrTx, orgId: string): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select 'user:' || m.user_id as subject, 'user' as kind,
      coalesce(case when m.state = 'invited' then m.invited_name else u.name end, u.email) as name, u.email, m.role,
      m.level, m.departments, m.teams, '{}'::text[] as scopes, m.created_at, true as expires,
      greatest(s.seen_at, a.started_at) as last_used_at,
      case when m.state <> 'invited' then u.totp_confirmed_at is not null end as has_second_factor
    from memberships m join users u on u.id = m.user_id
    left join (select user_id, max(last_seen_at) as seen_at from user_sessions where org_id = ${orgId} group by 1) s
      on s.user_id = m.user_id
    left join (select actor, max(at) as started_at from audit_events
        where org_id = ${orgId} and action = 'session.start' group by 1) a on a.actor = 'user:' || m.user_id
    where m.org_id = ${orgId} and m.state <> 'deactivated' order by m.user_id`.execute(db)
  return rows.map((row) => ({
    ...row,
    scopes: [...(Object.entries(roleScopes).find(([r]) => r === row.role)?.[1] ?? [])],
  }))
}

async function readKeys(db: DbOrTx, orgId: string): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select 'key:' || k.id as subject, 'key' as kind, k.name, null as email, null as role, 'organisation' as level,
      '{}'::text[] as departments, '{}'::text[] as teams,
      case when k.is_admin then array_append(k.scopes, 'admin') else k.scopes end as scopes, k.created_at,
      k.expires_at is not null as expires, max(s.last_used_at) as last_used_at, null as has_second_factor
    from api_keys k left join api_key_secrets s on s.org_id = k.org_id and s.key_id = k.id
    where k.org_id = ${orgId} and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    group by k.org_id, k.id order by k.created_at, k.id`.execute(db)
  return rows
}

/** Refresh tokens of integrations; those of users end with their users. */
async function readTokens(db: DbOrTx, orgId: string): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select 'token:' || t.id as subject, 'token' as kind, t.name, null as email, null as role, 'organisation' as level,
      '{}'::text[] as departments, '{}'::text[] as teams, t.scopes, t.created_at, t.expires_at is not null as expires,
      t.last_used_at, null as has_second_factor
    from refresh_tokens t
    where t.org_id = ${orgId} and t.user_id is null and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())
    order by t.id`.execute(db)
  return rows
}

async function readApplications(db: DbOrTx, orgId: string): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select 'application:' || p.id as subject, 'application' as kind, p.name, null as email, null as role, null as level,
      '{}'::text[] as departments, '{}'::text[] as teams, p.scopes, p.created_at, true as expires,
      (select max(r.created_at) from oauth_records r where r.org_id = p.org_id and r.application_id = p.id) as last_used_at,
      null as has_second_factor
    from oauth_applications p where p.org_id = ${orgId} and p.is_active order by p.id`.execute(db)
  return rows
}

const daysMs = 86_400_000
const integration: readonly string[] = roleScopes.integration

function marksOf(one: Found, now: Date): Mark[] {
  const restedMs = now.getTime() - (one.last_used_at ?? one.created_at).getTime()
  const isAdministrator = one.role === 'owner' || one.role === 'admin'
  const isOver =
    one.kind === 'user'
      ? isAdministrator && restedMs > adminUnusedDays * daysMs
      : one.scopes.some((scope) => !integration.includes(scope))
  const found: Record<Mark, boolean> = {
    unused: restedMs > unusedDays * daysMs,
    over_privileged: isOver,
    no_second_factor: one.has_second_factor === false,
    no_expiry: !one.expires,
  }
  return (Object.keys(marks) as Mark[]).filter((mark) => found[mark])
}

async function readDecisions(db: DbOrTx, orgId: string, review: string): Promise<Map<string, Decision>> {
  const { rows } = await sql<Decision & { subject: string }>`
    select distinct on (subject) subject, decision, note, actor, at from access_review_decisions
    where org_id = ${orgId} and review = ${review} order by subject, at desc, id desc`.execute(db)
  return new Map(rows.map(({ subject, ...decision }) => [subject, decision]))
}

/** One more on the same subject stands beside the earlier one. @throws Problem('not_found') for what is not reviewed now */
export async function recordDecision(
  tx: Tx,
  by: Principal,
  given: { review: string; subject: string; decision: Decision['decision']; note: string | null },
  now: Date,
): Promise<Decision> {
  if (given.review !== reviewOf(now)) throw notFound()
  const subjects = await reviewAccess(tx, by, now)
  if (!subjects.some(({ subject }) => subject === given.subject)) throw notFound()
  const row = { ...given, actor: by.actor, at: now }
  await tx
    .insertInto('access_review_decisions')
    .values({ org_id: by.orgId, id: newId(), ...row })
    .execute()
  const { decision, note, actor, at } = row
  return { decision, note, actor, at }
}
