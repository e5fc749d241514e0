// What somebody prefers to see, in every browser and organisation alike: what there is, and the rows.

import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isTimeZone } from '../../platform/dates.ts'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const listsMax = 20
const columnsMax = 50
const localeCharsMax = 35

const fields = {
  theme: Type.Enum(['light', 'dark', 'auto']),
  density: Type.Enum(['compact', 'normal', 'spacious']),
  locale: orNull(
    Type.String({ maxLength: localeCharsMax, description: 'Of numbers and times, as en-ZA; null: of the browser' }),
  ),
  time_zone: orNull(Type.String({ maxLength: 100, description: 'null: of the organisation' })),
  start_page: orNull(
    Type.String({ maxLength: 200, pattern: '^/(?!/)[\\w./?=&%:-]*$', description: 'Within the dashboard; null: home' }),
  ),
  columns: Type.Record(
    Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$' }),
    Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: columnsMax }),
    { description: `Columns of each list, in their order; at most ${listsMax} lists` },
  ),
}

export const preferencesAnswer = Type.Object(fields)
export const preferencesBody = Type.Partial(Type.Object(fields), {
  additionalProperties: false,
  examples: [{ theme: 'dark', columns: { calls: ['started_at', 'agent', 'sentiment'] } }],
})

export type Preferences = Static<typeof preferencesAnswer>

const defaults: Preferences = {
  theme: 'auto',
  density: 'normal',
  locale: null,
  time_zone: null,
  start_page: null,
  columns: {},
}

export async function readPreferences(db: DbOrTx, userId: string): Promise<Preferences> {
  const row = await db
    .selectFrom('user_preferences')
    .select('preferences')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return known((row?.preferences ?? {}) as Partial<Preferences>)
}

/**
 * What is named replaces what was. Of `columns`, list by list: an empty list is forgotten.
 * @throws Problem('invalid', 'invalid_request') for a locale or time zone that is none, and for too many lists
 */
export async function changePreferences(
  db: Db,
  userId: string,
  change: Static<typeof preferencesBody>,
): Promise<Preferences> {
  requireReal(change)
  return db.transaction().execute(async (tx) => {
    await tx
      .insertInto('user_preferences')
      .values({ user_id: userId })
      .onConflict((on) => on.doNothing())
      .execute()
    const held = await tx
      .selectFrom('user_preferences')
      .select('preferences')
      .where('user_id', '=', userId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const before = known(held.preferences as Partial<Preferences>)
    const columns = Object.entries({ ...before.columns, ...change.columns }).filter(([, list]) => list.length > 0)
    if (columns.length > listsMax) throw invalid('columns', `At most ${listsMax} lists.`)
    const after = { ...before, ...change, columns: Object.fromEntries(columns) }
    await tx
      .updateTable('user_preferences')
      .set({ preferences: JSON.stringify(after), updated_at: new Date() })
      .where('user_id', '=', userId)
      .execute()
    return after
  })
}

/** What an earlier version has stored and this one does not know falls back to what is usual. */
function known(stored: Partial<Preferences>): Preferences {
  const named = Object.entries(fields).flatMap(([name, schema]) => {
    const value = stored[name as keyof Preferences]
    return value !== undefined && Value.Check(schema, value) ? [[name, value]] : []
  })
  return { ...defaults, ...Object.fromEntries(named) }
}

function requireReal({ locale, time_zone }: Static<typeof preferencesBody>): void {
  if (locale && !isLocale(locale)) throw invalid('locale', 'Send a language tag, such as en-ZA.')
  if (time_zone && !isTimeZone(time_zone))
    throw invalid('time_zone', 'Send a name of a time zone, such as Africa/Maseru.')
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}`, { facts: { field, issue } })
