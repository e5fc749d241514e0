// Changing keys while the program runs: data keys are wrapped with the present key, values are sealed with the newest
// data key, and data keys that nothing needs are removed. Each row is changed only if it still is what was read, so
// several processes may do this at once, and what was interrupted goes on where it stood.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { Problem } from '../../platform/problem.ts'
import { magic } from '../../platform/sealed-value.ts'
import type { SealedColumn } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { nilOrg } from '../orgs.ts'
import { addDataKey, unwrapDataKey, type WrappedKey, type Wrappers, wrapContext } from './data-keys.ts'
import { installationSecrets, type OpenSecrets } from './open-secrets.ts'

/** Rows at a time. */
const pageRows = 200
/** Longer than an idempotent answer is kept (24 h) and than any process can still seal with an older key. */
const keepOldHours = 48
/** A data key that was renewed in this time is not renewed again: a renewal that was interrupted goes on. */
const renewedHours = 1

export type Done = { done: number; failed: number }
export type Report = {
  /** Data keys that were wrapped with another key. */
  wrapped: Done
  /** Values that were sealed with an older data key, or before there were any. */
  sealed: Done
  /** Data keys that nothing is sealed with any more. */
  removed: number
}

export type RewrapInput = {
  db: Db
  secrets: OpenSecrets
  wrappers: Wrappers
  columns: readonly SealedColumn[]
}

export type Watcher = {
  /** As the audit names who wants it. */
  actor: string
  /** What cannot be opened: it stays as it is, and is counted. */
  warn(err: unknown, what: string): void
  /** After each page, with what was done so far. */
  progress?(step: string, so: Done): void
}

/**
 * Brings everything under the present keys.
 * @throws Problem('unavailable', 'key_service_unavailable'): what is done is done, the rest is for another time
 */
export const rewrapSecrets = (input: RewrapInput, watcher: Watcher): Promise<Report> =>
  // Work for the whole installation.
  everyOrg(async () => {
    input.secrets.lookAgain()
    const wrapped = await rewrapKeys(input, watcher)
    const sealed = { done: 0, failed: 0 }
    for (const column of listed(input.columns)) {
      const { done, failed } = await resealColumn(input, column, watcher)
      sealed.done += done
      sealed.failed += failed
    }
    const report = { wrapped, sealed, removed: await removeUnused(input) }
    if (wrapped.done + sealed.done + report.removed > 0) await record(input, watcher, 'secrets.rewrap', report)
    return report
  })

/** A new data key for every owner, to be followed by `rewrapSecrets`. @returns how many were made */
export const renewDataKeys = (input: RewrapInput, watcher: Watcher): Promise<number> =>
  // Work for the whole installation.
  everyOrg(async () => {
    const { db, wrappers } = input
    let made = 0
    for (let after = ''; ; ) {
      const { rows } = await sql<{ org_id: string; version: number }>`
        select org_id, max(version) as version from data_keys where org_id::text > ${after} group by org_id
        having not bool_or(version > 1 and created_at > now() - make_interval(hours => ${renewedHours}))
        order by org_id::text limit ${pageRows}`.execute(db)
      for (const { org_id, version } of rows) {
        if (await addDataKey(db, wrappers[0], org_id, version + 1)) made++
      }
      const last = rows.at(-1)
      if (!last) break
      after = last.org_id
      watcher.progress?.('new data keys', { done: made, failed: 0 })
    }
    if (made > 0) await record(input, watcher, 'data_keys.renew', { made })
    return made
  })

/** Of the whole run: each row is changed by itself, so that it can be interrupted anywhere. */
const record = ({ db, wrappers }: RewrapInput, { actor }: Watcher, action: string, data: Record<string, unknown>) =>
  db
    .transaction()
    .execute((tx) => writeAudit(tx, [{ orgId: nilOrg, actor, action, target: wrappers[0].id, requestId: null, data }]))

const listed = (columns: readonly SealedColumn[]) =>
  [installationSecrets, ...columns].filter((column): column is SealedColumn & { id: string } => column.id !== null)

async function rewrapKeys({ db, wrappers }: RewrapInput, { warn, progress }: Watcher): Promise<Done> {
  const so = { done: 0, failed: 0 }
  const [present] = wrappers
  for (let after = { org_id: '', version: 0 }; ; ) {
    const { rows } = await sql<WrappedKey & { org_id: string }>`
      select org_id, version, kek_id, wrapped from data_keys
      where kek_id <> ${present.id} and (org_id::text, version) > (${after.org_id}, ${after.version}::int)
      order by org_id::text, version limit ${pageRows}`.execute(db)
    for (const row of rows) {
      try {
        const key = await unwrapDataKey(wrappers, row.org_id, row)
        const wrapped = await present.wrap(key, wrapContext(row.org_id, row.version))
        const { numAffectedRows } = await sql`
          update data_keys set kek_id = ${present.id}, wrapped = ${wrapped}
          where org_id = ${row.org_id} and version = ${row.version} and wrapped = ${row.wrapped}`.execute(db)
        if (numAffectedRows === 1n) so.done++
      } catch (err) {
        if (err instanceof Problem && err.code === 'key_service_unavailable') throw err
        so.failed++
        warn(err, `data key ${row.version} of ${row.org_id}`)
      }
    }
    const last = rows.at(-1)
    if (!last) return so
    after = last
    progress?.('data keys', so)
  }
}

const ownerOf = (column: SealedColumn) => (column.isOfOrg ? sql.ref('t.org_id') : sql`${nilOrg}::uuid`)
/** As `sealValue` writes it. */
const header = (version: ReturnType<typeof sql>) => sql`${magic}::bytea || int4send(${version})`

async function resealColumn(
  { db, secrets }: RewrapInput,
  column: SealedColumn & { id: string },
  { warn, progress }: Watcher,
): Promise<Done> {
  const so = { done: 0, failed: 0 }
  const value = sql.ref(`t.${column.column}`)
  const id = sql`${sql.ref(`t.${column.id}`)}::text`
  const owner = ownerOf(column)
  for (let after = { org_id: '', id: '' }; ; ) {
    const { rows } = await sql<{ place: string; org_id: string; id: string; sealed: Buffer }>`
      select t.ctid::text as place, ${owner}::text as org_id, ${id} as id, ${value} as sealed
      from ${sql.table(column.table)} t
      where ${value} is not null and (${owner}::text, ${id}) > (${after.org_id}, ${after.id})
        and substring(${value} from 1 for 8) is distinct from
          (select ${header(sql`max(k.version)`)} from data_keys k where k.org_id = ${owner})
      order by 2, 3 limit ${pageRows}`.execute(db)
    for (const row of rows) {
      const place = { in: column, orgId: row.org_id, id: row.id }
      try {
        const sealed = await secrets.seal(db, place, await secrets.open(db, place, row.sealed))
        const { numAffectedRows } = await sql`
          update ${sql.table(column.table)} t set ${sql.ref(column.column)} = ${sealed}
          where t.ctid = ${row.place}::tid and ${value} = ${row.sealed}`.execute(db)
        if (numAffectedRows === 1n) so.done++
      } catch (err) {
        if (err instanceof Problem && err.code === 'key_service_unavailable') throw err
        so.failed++
        warn(err, `${column.table}.${column.column} of ${row.id}`)
      }
    }
    const last = rows.at(-1)
    if (!last) return so
    after = last
    progress?.(`values of ${column.table}`, so)
  }
}

/** What a value is still sealed with stays, whatever its age. */
async function removeUnused({ db, columns }: RewrapInput): Promise<number> {
  const inUse = listed(columns).map(
    (column) => sql`exists (
      select 1 from ${sql.table(column.table)} t
      where ${ownerOf(column)} = k.org_id
        and substring(${sql.ref(`t.${column.column}`)} from 1 for 8) = ${header(sql`k.version`)})`,
  )
  const { numAffectedRows } = await sql`
    delete from data_keys k
    where exists (
      select 1 from data_keys newer
      where newer.org_id = k.org_id and newer.version > k.version
        and newer.created_at < now() - make_interval(hours => ${keepOldHours}))
      and not (${sql.join(inUse, sql` or `)})`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
