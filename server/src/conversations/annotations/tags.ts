// The tags of an organisation: what they are called and look like. Conversations bear their names (`conversations.tags`);
// how those follow when a tag changes is tag-bearers.ts.

import { type Selectable, sql } from 'kysely'
import { colours } from '../../access/index.ts'
import { type DbOrTx, insertRows, type Tx } from '../../platform/db/db.ts'
import type { Tags } from '../../platform/db/schema.gen.ts'
import { versionOf } from '../../platform/http/etag.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'

export type Tag = Selectable<Tags>

/** Of those that people make; senders may say more. */
export const tagCharsMax = 30
/** Names beyond it stay on their conversations alone: who sends a new one with each call fills no list. */
const tagsMax = 2000

export const tagColours = colours

/** The same name has the same colour in every organisation. */
function colourOf(name: string): string {
  let sum = 0
  for (const letter of name.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521
  return colours[sum % colours.length] as string
}

/** @throws Problem('invalid', 'invalid_request') */
export function readTagName(given: string): string {
  const name = given.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  if (name.length > 0 && [...name].length <= tagCharsMax) return name
  const detail = `name: must have 1 to ${tagCharsMax} characters.`
  throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'name' } })
}

/** By id, oldest first, without those that were deleted. */
export async function listTags(db: DbOrTx, orgId: string, page: { limit: number; after: string | null }) {
  let query = db.selectFrom('tags').selectAll().where('org_id', '=', orgId).where('deleted_at', 'is', null)
  if (page.after) query = query.where('id', '>', page.after)
  return query.orderBy('id').limit(page.limit).execute()
}

/** @throws Problem('not_found') */
export async function requireTag(db: DbOrTx, orgId: string, id: string, { isDeleted = false } = {}): Promise<Tag> {
  const tag = await db
    .selectFrom('tags')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('deleted_at', isDeleted ? 'is not' : 'is', null)
    .executeTakeFirst()
  if (!tag) throw notFound()
  return tag
}

/** By the names of conversations, whatever their case. */
export async function tagsNamed(db: DbOrTx, orgId: string, names: readonly string[]): Promise<Map<string, Tag>> {
  if (names.length === 0) return new Map()
  const rows = await db
    .selectFrom('tags')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`lower(name) = any(array(select lower(n) from unnest(${[...names]}::text[]) as n))`)
    .execute()
  return new Map(rows.map((tag) => [tag.name.toLowerCase(), tag]))
}

/** @throws Problem('conflict', 'tag_exists') */
export async function createTag(tx: Tx, orgId: string, given: { name: string; colour?: string | undefined }) {
  const { name, colour = colourOf(name) } = given
  return tx
    .insertInto('tags')
    .values({ org_id: orgId, id: newId(), name, colour })
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuseTaken)
}

export const tagVersion = ({ name, colour }: Tag) => versionOf({ name, colour })

/** `was`: as it was read. @throws Problem('conflict', 'tag_exists' | 'changed_meanwhile') */
export async function changeTag(
  tx: Tx,
  was: Tag,
  change: Partial<Pick<Tag, 'name' | 'colour' | 'deleted_at'>>,
): Promise<Tag> {
  const isRenamed = change.name !== undefined && change.name.toLowerCase() !== was.name.toLowerCase()
  const former = [...was.former_names, was.name.toLowerCase()].filter((one) => one !== change.name?.toLowerCase())
  const changed = await tx
    .updateTable('tags')
    .set({ ...change, ...(isRenamed ? { former_names: [...new Set(former)] } : {}), updated_at: new Date() })
    .where('org_id', '=', was.org_id)
    .where('id', '=', was.id)
    .where('name', '=', was.name)
    .where('colour', '=', was.colour)
    .where(sql<boolean>`deleted_at is not distinct from ${was.deleted_at}`)
    .returningAll()
    .executeTakeFirst()
    .catch(refuseTaken)
  if (changed) return changed
  throw new Problem('conflict', 'changed_meanwhile', 'Somebody else changed this tag just now. Read it again.')
}

/** PostgreSQL's unique_violation. */
function refuseTaken(error: { code?: string }): never {
  if (error.code !== '23505') throw error
  throw new Problem('conflict', 'tag_exists', 'There is a tag of this name already.', { cause: error })
}

/**
 * The names that conversations bear, as the organisation spells them: a name that nobody knows is a tag from now on; one
 * that a tag had before is that tag. To be called after takeSequence, as a change of tags waits in that order, too.
 * @returns by position, each name once
 */
export async function settleTags(tx: Tx, given: { org_id: string; tags: string[] }[]): Promise<string[][]> {
  const said = new Map<string, { org_id: string; id: string; name: string; colour: string }>()
  const keyOf = (orgId: string, name: string) => `${orgId} ${name.toLowerCase()}`
  for (const { org_id, tags } of given) {
    for (const name of tags) {
      const key = keyOf(org_id, name)
      if (!said.has(key)) said.set(key, { org_id, id: newId(), name, colour: colourOf(name) })
    }
  }
  if (said.size === 0) return given.map(() => [])
  const { rows } = await sql<{ org_id: string; given: string; name: string | null; count: number }>`
    select k.org_id, k.name as given, t.name, (select count(*) from tags c where c.org_id = k.org_id) as count
    from json_to_recordset(${JSON.stringify([...said.values()])}::json) as k (org_id uuid, name text)
    left join lateral (
      select name from tags where org_id = k.org_id and deleted_at is null
        and (lower(name) = lower(k.name) or lower(k.name) = any(former_names))
      order by lower(name) = lower(k.name) desc limit 1
    ) t on true`.execute(tx)
  const known = new Map(rows.map((row) => [keyOf(row.org_id, row.given), row]))
  const fresh = [...said].filter(([key]) => {
    const row = known.get(key)
    return row?.name === null && row.count < tagsMax
  })
  await insertRows(
    tx,
    'tags',
    fresh.map(([, tag]) => ({ ...tag, former_names: [], created_at: new Date(), updated_at: new Date() })),
    sql`on conflict do nothing`,
  )
  const spelled = (orgId: string, name: string) => {
    const key = keyOf(orgId, name)
    return known.get(key)?.name ?? said.get(key)?.name ?? name
  }
  return given.map(({ org_id, tags }) => [...new Set(tags.map((name) => spelled(org_id, name)))])
}
