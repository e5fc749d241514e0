// The table of reports and exports: how one is asked for, found, finished and let go. What is in the file is others' matter.

import { sql } from 'kysely'
import { isUnmasked, type Viewer } from '../../conversations/index.ts'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import { storeKey } from '../../storage/index.ts'
import type { Document, DocumentKind, DocumentState } from './shapes.ts'

/** Of one organisation: more are asked for than are being made. */
const unfinishedMax = 100

export const fileKey = ({ org_id, id }: Pick<Document, 'org_id' | 'id'>): string => storeKey(org_id, 'document', id)

type New = Pick<Document, 'org_id' | 'kind' | 'name' | 'format' | 'definition' | 'created_by'> &
  Partial<Pick<Document, 'schedule_id' | 'due_at'>>

/** @returns null where this run of the schedule was asked for already */
export async function createDocument(tx: Tx, given: New): Promise<Document | null> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from documents where org_id = ${given.org_id} and state in ('queued', 'running')`.execute(tx)
  if ((rows[0]?.n ?? 0) >= unfinishedMax && !given.schedule_id) {
    const detail = `${unfinishedMax} reports and exports are being made already. Wait for some of them.`
    throw new Problem('limited', 'too_many_documents', detail, { retryAfterS: 30 })
  }
  const id = newId()
  const row = {
    schedule_id: null,
    due_at: null,
    ...given,
    id,
    state: 'queued',
    made_reach: 'all',
    made_unmasked: true,
    warnings: [],
    created_at: new Date().toISOString(),
  }
  await insertRows(tx, 'documents', [row], sql`on conflict do nothing`)
  return findDocument(tx, given.org_id, id)
}

/** For the program itself, whoever asked for it. */
export async function findDocument(db: DbOrTx, orgId: string, id: string): Promise<Document | null> {
  const { rows } = await sql<Document>`select * from documents where org_id = ${orgId} and id = ${id}`.execute(db)
  return rows[0] ?? null
}

/**
 * Who sees the whole organisation unmasked sees every document. Others see their own, while they still see all that they
 * saw when it was made.
 */
function shownTo(by: Viewer) {
  const isAll = by.reach === 'all'
  if (isAll && isUnmasked(by)) return sql<boolean>`true`
  const reach = by.reach
  const covers = isAll
    ? sql`true`
    : sql`(made_reach ->> 'column' = ${reach === 'all' ? '' : reach.column}
        and made_reach -> 'values' <@ ${JSON.stringify(reach === 'all' ? [] : reach.values)}::jsonb)`
  const isUnfinished = sql`state in ('queued', 'running')`
  return sql<boolean>`(created_by = ${by.actor} and (${isUnfinished} or (${covers}
    and (not made_unmasked or ${isUnmasked(by)}))))`
}

/** @throws Problem('not_found') also for what `by` may not see */
export async function requireDocument(db: DbOrTx, by: Viewer, kind: DocumentKind, id: string): Promise<Document> {
  const { rows } = await sql<Document>`
    select * from documents where org_id = ${by.orgId} and id = ${id} and kind = ${kind} and ${shownTo(by)}`.execute(db)
  const [found] = rows
  if (!found) throw notFound()
  return found
}

type Page = { limit: number; last: string | null; state?: DocumentState | undefined; schedule?: string | undefined }

/** The newest first. */
export async function listDocuments(db: DbOrTx, by: Viewer, kind: DocumentKind, page: Page): Promise<Document[]> {
  const { rows } = await sql<Document>`
    select * from documents
    where org_id = ${by.orgId} and kind = ${kind} and ${shownTo(by)}
      and (${page.last}::uuid is null or id < ${page.last}::uuid)
      and (${page.state ?? null}::text is null or state = ${page.state ?? null})
      and (${page.schedule ?? null}::uuid is null or schedule_id = ${page.schedule ?? null}::uuid)
    order by id desc limit ${page.limit}`.execute(db)
  return rows
}

type Change = Partial<
  Pick<
    Document,
    | 'name'
    | 'state'
    | 'made_reach'
    | 'made_unmasked'
    | 'row_count'
    | 'size_bytes'
    | 'started_at'
    | 'completed_at'
    | 'expires_at'
  > & { warnings: string[]; failure: Document['failure'] }
>

/** @returns null where it is gone */
export async function changeDocument(
  db: DbOrTx,
  { org_id, id }: Pick<Document, 'org_id' | 'id'>,
  change: Change,
): Promise<Document | null> {
  const { warnings, failure, made_reach, ...columns } = change
  const row = await db
    .updateTable('documents')
    .set({
      ...columns,
      ...(made_reach ? { made_reach: JSON.stringify(made_reach) } : {}),
      ...(warnings ? { warnings: JSON.stringify(warnings) } : {}),
      ...(failure === undefined ? {} : { failure: failure && JSON.stringify(failure) }),
    })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return (row as Document | undefined) ?? null
}

export async function deleteDocument(tx: Tx, { org_id, id }: Pick<Document, 'org_id' | 'id'>): Promise<void> {
  await tx.deleteFrom('documents').where('org_id', '=', org_id).where('id', '=', id).execute()
}

/** Records of what is over are kept for a year. */
const recordDays = 365
const atOnce = 500

/** Over every organisation: what is over, with its file still there. */
export async function expiredDocuments(db: DbOrTx): Promise<Pick<Document, 'org_id' | 'id'>[]> {
  const { rows } = await sql<Pick<Document, 'org_id' | 'id'>>`
    select org_id, id from documents where state = 'completed' and expires_at <= now() limit ${atOnce}`.execute(db)
  return rows
}

export async function forgetOldDocuments(db: DbOrTx): Promise<void> {
  await sql`
    delete from documents where state in ('expired', 'failed')
      and created_at < now() - make_interval(days => ${recordDays})`.execute(db)
}

/** Before the rows of an organisation are deleted. */
export async function fileKeysOf(tx: Tx, orgId: string): Promise<string[]> {
  const { rows } = await sql<Pick<Document, 'org_id' | 'id'>>`
    select org_id, id from documents where org_id = ${orgId} and state in ('running', 'completed')`.execute(tx)
  return rows.map(fileKey)
}
