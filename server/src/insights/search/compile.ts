// A filter as a condition of SQL, for lists, search, reports and figures: over `c`, a row of conversations, and the
// tables that it needs beside it. What a filter means is told by the matcher of platform/filter; here is the same for
// PostgreSQL, as whoever asks may see it. Whose conversations are meant is the caller's matter (conversationsWithin).

import { type RawBuilder, sql } from 'kysely'
import { isUnmasked, type Viewer } from '../../conversations/index.ts'
import { parseFilter } from '../../platform/filter/parser.ts'
import type { FilterNode } from '../../platform/filter/syntax-tree.ts'
import { comparisonSql } from './comparison.ts'
import { columnOf, fieldAt, fieldTypes, type Table } from './fields.ts'
import { isAboutWords, type Reader, wordCondition } from './words.ts'

export type Compiled = {
  /** True for what fits, false or null for what does not. */
  where: RawBuilder<boolean>
  tables: ReadonlySet<Table>
  /** Words that all that fits has: a condition on `d` alone, which an index answers; null where none are needed. */
  words: RawBuilder<boolean> | null
  /** `where` without `words`, and what it needs; null where there is nothing else. */
  rest: { where: RawBuilder<boolean>; tables: ReadonlySet<Table> } | null
  /** Of `where`, what an index of conversations in order of their start may begin with. */
  indexed: RawBuilder<boolean>
}

/** @throws Problem('invalid', 'invalid_filter') with the position, and the names that there are */
export const readFilter = (text: string): FilterNode => parseFilter(text, { fields: fieldTypes })
/** What stands in a search box. @throws as readFilter does */
export const readQuery = (text: string): FilterNode => parseFilter(text, { fields: fieldTypes, bareField: 'text' })

/** A filter for this viewer. @throws Problem('invalid', 'invalid_filter') */
export const compileFilter = (by: Viewer, filter: string): Compiled => compileNode(by, readFilter(filter))

export function compileNode(by: Viewer, node: FilterNode): Compiled {
  const reader = { orgId: by.orgId, isUnmasked: isUnmasked(by) }
  const tables = new Set<Table>()
  const conditions: RawBuilder<boolean>[] = []
  const indexed: RawBuilder<boolean>[] = []
  let words: RawBuilder<boolean> | null = null
  const all = node.kind === 'and' ? node.nodes : [node]
  const spoken = all.filter(isAboutWords)
  if (spoken.length > 0) {
    const found = wordCondition(
      spoken.length === 1 ? (spoken[0] as FilterNode) : { kind: 'and', nodes: spoken },
      reader,
    )
    if (found.isRequired) words = found.where
    else {
      tables.add('d')
      conditions.push(found.where)
    }
  }
  for (const one of all.filter((one) => !isAboutWords(one))) {
    const condition = conditionOf(one, reader, tables)
    conditions.push(condition)
    if (one.kind === 'comparison' && one.operator !== ':' && fieldAt(one.path).field.isIndexed) indexed.push(condition)
  }
  return {
    where: allOf([...conditions, ...(words ? [words] : [])]),
    tables: words ? new Set<Table>([...tables, 'd']) : tables,
    words,
    rest: conditions.length > 0 ? { where: allOf(conditions), tables } : null,
    indexed: allOf(indexed),
  }
}

export const allOf = (conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> =>
  conditions.length === 0 ? sql`true` : sql`(${sql.join([...conditions], sql` and `)})`

/** No third truth value comes out of a NOT: what is not there fits no comparison, and NOT turns that round. */
function conditionOf(node: FilterNode, reader: Reader, tables: Set<Table>): RawBuilder<boolean> {
  if (isAboutWords(node)) {
    tables.add('d')
    return wordCondition(node, reader).where
  }
  if (node.kind === 'not') return sql`not coalesce(${conditionOf(node.node, reader, tables)}, false)`
  if (node.kind !== 'comparison') {
    const all = node.nodes.map((one) => conditionOf(one, reader, tables))
    return sql`(${sql.join(all, node.kind === 'and' ? sql` and ` : sql` or `)})`
  }
  const { field, inner } = fieldAt(node.path)
  const read = columnOf(field, reader.isUnmasked)
  for (const table of read.tables) tables.add(table)
  return sql`(${comparisonSql(node, field, read.column, inner)})`
}

/** Beside `conversations c`. Each conversation stays one row. */
export function joinsFor(tables: ReadonlySet<Table>): RawBuilder<unknown> {
  const joins = [
    ...(tables.has('f')
      ? [sql`left join conversation_facts f on f.org_id = c.org_id and f.conversation_id = c.id`]
      : []),
    ...(tables.has('d') ? [sql`left join search_words d on d.org_id = c.org_id and d.conversation_id = c.id`] : []),
    // Who was found to be another one is shown as that one.
    ...(tables.has('a')
      ? [
          sql`left join agents g on g.org_id = c.org_id and g.id = c.agent_id
            left join agents a on a.org_id = c.org_id and a.id = coalesce(g.merged_into, g.id)`,
        ]
      : []),
  ]
  return joins.length === 0 ? sql`` : sql.join(joins, sql` `)
}

/** The ids of what fits, as a sub-select: for whoever reads other tables than conversations. */
export function idsFitting({ orgId }: Pick<Viewer, 'orgId'>, { where, tables }: Compiled): RawBuilder<string> {
  return sql`(select c.id from conversations c ${joinsFor(tables)} where c.org_id = ${orgId} and ${where})`
}
