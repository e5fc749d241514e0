// The table of rules.

import { sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { EventRule, OperationRule, Rule } from './shapes.ts'

const rulesMax = 200

export async function listRules(
  db: DbOrTx,
  orgId: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<Rule[]> {
  const { rows } = await sql<Rule>`
    select * from alert_rules where org_id = ${orgId} and (${after}::uuid is null or id > ${after}::uuid)
    order by id limit ${limit}`.execute(db)
  return rows
}

export async function requireRule(db: DbOrTx, orgId: string, id: string, isHeld = false): Promise<Rule> {
  const { rows } = await sql<Rule>`
    select * from alert_rules where org_id = ${orgId} and id = ${id} ${isHeld ? sql`for update` : sql``}`.execute(db)
  const [rule] = rows
  if (!rule) throw notFound()
  return rule
}

export async function activeEventRules(db: DbOrTx, orgId: string): Promise<EventRule[]> {
  const { rows } = await sql<EventRule>`
    select * from alert_rules where org_id = ${orgId} and source = 'event' and state = 'active' order by id`.execute(db)
  return rows
}

export async function activeOperationRules(db: DbOrTx, orgIds: string[]): Promise<OperationRule[]> {
  const { rows } = await sql<OperationRule>`
    select * from alert_rules where org_id = any (${orgIds}::uuid[]) and source = 'operation' and state = 'active'
    order by org_id, id`.execute(db)
  return rows
}

/** Of these, by id; those that are gone are left out. */
export async function rulesById(db: DbOrTx, orgId: string, ids: string[]): Promise<Map<string, Rule>> {
  const { rows } = await sql<Rule>`
    select * from alert_rules where org_id = ${orgId} and id = any (${ids}::uuid[])`.execute(db)
  return new Map(rows.map((rule) => [rule.id, rule]))
}

type Columns = Partial<Omit<EventRule, 'source'> & Omit<OperationRule, 'source'>> & { source?: Rule['source'] }
export type NewRule = Columns & Pick<Rule, 'org_id' | 'id' | 'name' | 'source' | 'severity'>

/** @throws Problem('conflict') when the name is taken, or there are too many */
export async function createRule(tx: Tx, rule: NewRule): Promise<Rule> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from alert_rules where org_id = ${rule.org_id}`.execute(tx)
  if ((rows[0]?.n ?? 0) >= rulesMax) {
    throw new Problem('conflict', 'too_many_rules', `There are ${rulesMax} rules already. Delete one first.`)
  }
  await requireFreeName(tx, rule)
  await insertRules(tx, [rule])
  return requireRule(tx, rule.org_id, rule.id)
}

/** Of rules whose names are known to be free. */
export async function insertRules(tx: Tx, rules: NewRule[]): Promise<void> {
  for (const rule of rules) {
    const { since_seq, ...given } = rule
    await insertRows(tx, 'alert_rules', [
      { ...defaults, ...given, since_seq: since_seq ?? (await newestSeq(tx, rule.org_id)) },
    ])
  }
}

const defaults = {
  state: 'active',
  types: [],
  at_least: 1,
  within_s: 600,
  for_s: 0,
  cooldown_s: 3600,
  mail_to: [],
  mail_roles: [],
  mails_since: '-infinity',
  mails: 0,
  created_at: 'now',
  updated_at: 'now',
}

/** What was not looked at while the rule rested, or by another condition, stays so. In a transaction that holds the rule. */
export async function changeRule(tx: Tx, before: Rule, change: Columns): Promise<Rule> {
  if (change.name !== undefined) await requireFreeName(tx, { ...before, name: change.name })
  const isRevived = before.state === 'paused' && change.state === 'active'
  const isOther = ['types', 'filter', 'group_by', 'at_least', 'within_s', 'metric'].some((name) => name in change)
  const columns = {
    ...change,
    ...(isRevived || isOther ? { since_seq: await newestSeq(tx, before.org_id) } : {}),
    updated_at: new Date(),
  }
  if (isRevived || isOther) {
    await sql`delete from alert_pending where org_id = ${before.org_id} and rule_id = ${before.id}`.execute(tx)
  }
  await tx
    .updateTable('alert_rules')
    .set(columns)
    .where('org_id', '=', before.org_id)
    .where('id', '=', before.id)
    .execute()
  return requireRule(tx, before.org_id, before.id)
}

export async function deleteRule(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx.deleteFrom('alert_rules').where('org_id', '=', orgId).where('id', '=', id).execute()
}

async function requireFreeName(tx: Tx, { org_id, id, name }: Pick<Rule, 'org_id' | 'id' | 'name'>): Promise<void> {
  const { rows } = await sql`
    select from alert_rules where org_id = ${org_id} and id <> ${id} and lower(name) = lower(${name})`.execute(tx)
  if (rows.length > 0) throw new Problem('conflict', 'name_taken', `There is a rule named ${name} already.`)
}

/** Of the last event of the organisation. */
async function newestSeq(tx: DbOrTx, orgId: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select event_seq as seq from event_counters where org_id = ${orgId}`.execute(tx)
  return rows[0]?.seq ?? 0
}
