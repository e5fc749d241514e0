// What there is to search by, for who writes a filter: the fields, and values that they have in the newest conversations
// within the reach of who asks. Nothing is suggested that masks hide.

import { sql } from 'kysely'
import { conversationsWithin, isUnmasked, type Viewer } from '../../conversations/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import { parseFilter } from '../../platform/filter/parser.ts'
import { folded } from '../../platform/filter/values.ts'
import { Problem } from '../../platform/problem.ts'
import { joinsFor } from './compile.ts'
import { columnOf, type Field, fieldAt, fields, fieldTypes } from './fields.ts'
import { sortNames } from './sort.ts'

const newestMax = 2000
const namesMax = 200
const valuesMax = 20
const valueCharsMax = 200

const newest = (by: Viewer) => sql`(
  select * from conversations
  where org_id = ${by.orgId} and status <> 'awaiting_upload' and ${conversationsWithin(by)}
  order by started_at desc limit ${newestMax})`

export async function describeFields(db: DbOrTx, by: Viewer) {
  const shown = isUnmasked(by)
  const names = await metadataNames(db, by)
  const described = Object.entries(fields).filter(([name]) => name !== 'metadata')
  return [
    ...described.map(([name, field]) => describe(name, field, shown)),
    ...names.map((name) => describe(`metadata.${quotedName(name)}`, fields.metadata as Field, shown)),
  ]
}

function describe(name: string, { type, describes, masked }: Field, isUnmasked: boolean) {
  const operators =
    type === 'words'
      ? [':']
      : type === 'number' || type === 'time' || type === 'mixed'
        ? ['=', '!=', '<', '<=', '>', '>=', ':']
        : ['=', '!=', ':']
  return {
    name,
    type: typeof type === 'object' ? 'word' : type,
    description: describes,
    operators,
    values: typeof type === 'object' ? type : [],
    is_sortable: sortNames.includes(name),
    is_masked: !isUnmasked && masked !== undefined,
  }
}

const quotedName = (name: string) =>
  /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_-]*$/u.test(name)
    ? name
    : `"${name.replaceAll(/["\\*]/g, (char) => `\\${char}`)}"`

async function metadataNames(db: DbOrTx, by: Viewer): Promise<string[]> {
  const { column, tables } = columnOf(fields.metadata as Field, isUnmasked(by))
  const { rows } = await sql<{ name: string }>`
    select name from (
      select jsonb_object_keys(case jsonb_typeof(${column}) when 'object' then ${column} end) as name
      from ${newest(by)} c ${joinsFor(new Set(tables))}
    ) names where length(name) <= ${valueCharsMax} group by name order by count(*) desc, name limit ${namesMax}`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

/** The commonest first. @throws Problem('invalid') for a field that is none, or whose values are not for listing */
export async function valuesOf(
  db: DbOrTx,
  by: Viewer,
  { field: name, prefix = '' }: { field: string; prefix?: string | undefined },
): Promise<string[]> {
  const { path } = requireField(name)
  const { field, inner } = fieldAt(path)
  if (typeof field.type === 'object') return field.type.filter((word) => word.startsWith(folded(prefix)))
  if (field.type === 'boolean') return ['true', 'false'].filter((word) => word.startsWith(folded(prefix)))
  if (!['text', 'list', 'mixed'].includes(field.type) || field.isUuid) return []
  const { column, tables } = columnOf(field, isUnmasked(by))
  const isMasked = column !== field.column
  const values =
    field.type === 'mixed'
      ? sql`(select e.value #>> '{}' as value from search_values(${column}, ${inner}::text[]) e
          where jsonb_typeof(e.value) in ('string', 'number', 'boolean'))`
      : field.type === 'list'
        ? sql`(select value from ${isMasked ? sql`jsonb_array_elements_text(${column})` : sql`unnest(${column})`} as value)`
        : sql`(select ${column} as value)`
  const begins = `${folded(prefix).replaceAll(/[\\%_]/g, (char) => `\\${char}`)}%`
  const { rows } = await sql<{ value: string }>`
    select v.value from ${newest(by)} c ${joinsFor(new Set(tables))} cross join lateral ${values} v
    where v.value is not null and v.value <> '' and length(v.value) <= ${valueCharsMax}
      and search_folded(v.value) like ${begins}
    group by v.value order by count(*) desc, v.value limit ${valuesMax}`.execute(db)
  return rows.map(({ value }) => value)
}

/** As it is written in a filter. */
function requireField(name: string): { path: string[] } {
  const node = parseFilter(`${name} : *`)
  if (node.kind !== 'comparison') throw new Problem('invalid', 'invalid_field', 'field: send the name of one field.')
  parseFilter(`${name} = null`, { fields: { ...fieldTypes, ...wordless } })
  return node
}

/** Words are not compared with null; here they are fields like others, without values. */
const wordless = Object.fromEntries(
  Object.entries(fieldTypes).map(([name, type]) => [name, type === 'words' ? 'text' : type] as const),
)
