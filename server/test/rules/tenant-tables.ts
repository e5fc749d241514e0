// What the database itself tells of the tables that hold organisations' rows, and rows of an organisation in all of them.

import { randomUUID } from 'node:crypto'
import type pg from 'pg'

export type TenantTable = {
  name: string
  /** The column that names the organisation: `id` of orgs, `org_id` elsewhere. */
  org: string
  key: string[]
  isForced: boolean
  policies: number
}

/** So that nothing that is made here falls due. */
const farOff = '2099-01-05T09:00:00Z'

export async function tenantTables(admin: pg.Client): Promise<TenantTable[]> {
  const { rows } = await admin.query<TenantTable>(`
    select c.relname as name, case when c.relname = 'orgs' then 'id' else 'org_id' end as org,
      c.relrowsecurity and c.relforcerowsecurity as "isForced",
      (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
      array(
        select a.attname::text from pg_index i, unnest(i.indkey) with ordinality k (n, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n
        where i.indrelid = c.oid and i.indisprimary order by place) as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and (c.relname = 'orgs' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped))
    order by 1`)
  return rows
}

/**
 * A row of the organisation in every table that has none, made by the columns' types: as the superuser, without triggers
 * and foreign keys. Words are `marker`, unless a check names what they may be.
 */
export async function fillEmptyTables(admin: pg.Client, orgId: string, marker: string): Promise<string[]> {
  const filled = []
  await admin.query(`set session_replication_role = replica`)
  for (const { name, org } of await tenantTables(admin)) {
    const { rowCount } = await admin.query(`select from "${name}" where "${org}" = $1 limit 1`, [orgId])
    if (rowCount) continue
    const { rows: columns } = await admin.query<{ name: string; type: string; must: boolean; said: string | null }>(
      `select a.attname as name, t.typname as type, a.attnotnull and not a.atthasdef and a.attidentity = '' as must,
         (select substring(pg_get_constraintdef(k.oid) from '''([^'']*)''') from pg_constraint k
          where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any (k.conkey) limit 1) as said
       from pg_attribute a join pg_type t on t.oid = a.atttypid
       where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
      [`"${name}"`],
    )
    const given = columns.filter((one) => one.must || one.type === 'text')
    const values = given.map((one) => (one.name === org ? orgId : (one.said ?? sampleOf(one.type, marker))))
    const places = given.map((one, index) => `$${index + 1}::text::${one.type}`)
    await admin.query(
      `insert into "${name}" (${given.map((one) => `"${one.name}"`).join(', ')}) values (${places.join(', ')})`,
      values,
    )
    filled.push(name)
  }
  await admin.query(`set session_replication_role = origin`)
  return filled
}

function sampleOf(type: string, marker: string): string {
  if (type.startsWith('_')) return '{}'
  if (type === 'uuid') return randomUUID()
  if (/^(int|float|numeric)/.test(type)) return '1'
  if (/^(timestamp|date)/.test(type)) return farOff
  if (/^json/.test(type)) return '{}'
  if (type === 'bool') return 'false'
  if (type === 'bytea') return '\\x00'
  if (type === 'inet') return '127.0.0.1'
  return marker
}

/** Uses of a key are counted in memory and written a minute later: those of before a walk would come in the midst of it. */
const writtenLater = ['api_key_secrets', 'api_key_usage']

/** All that the organisation has, as one text that changes when any of it does. */
export async function fingerprint(admin: pg.Client, orgId: string): Promise<string> {
  const sums = []
  for (const { name, org } of await tenantTables(admin)) {
    if (writtenLater.includes(name)) continue
    const { rows } = await admin.query<{ sum: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as sum
       from "${name}" t where "${org}" = $1`,
      [orgId],
    )
    sums.push(`${name} ${rows[0]?.sum}`)
  }
  return sums.join('\n')
}

/** Everything by which the organisation's rows can be asked for. */
export async function idsOf(admin: pg.Client, orgId: string): Promise<string[]> {
  const ids = new Set<string>()
  for (const { name, org, key } of await tenantTables(admin)) {
    for (const column of key) {
      const { rows } = await admin.query<{ id: string }>(
        `select distinct "${column}"::text as id from "${name}" where "${org}" = $1 limit 4`,
        [orgId],
      )
      for (const { id } of rows) if (/[-_a-zA-Z]/.test(id) || id.length > 3) ids.add(id)
    }
  }
  return [...ids]
}
