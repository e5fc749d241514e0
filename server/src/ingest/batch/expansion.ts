// From what was found to the items of the job, and what is told about them. Which row is of which file is claims.ts.

import { breaths } from '../../platform/breaths.ts'
import { Problem } from '../../platform/problem.ts'
import { nameInUrl, shownName } from '../file-names.ts'
import type { Body } from '../flexible-body.ts'
import type { Expansion, Findings, Locator, NewItem, PeopleSaid } from '../jobs/shapes.ts'
import { type Claims, claimRows } from './claims.ts'
import { baseOf, extensionOf } from './entry-names.ts'
import { peopleIn } from './said.ts'
import type { FoundRow, Survey } from './survey.ts'

/** Of each kind of finding, and of warnings. */
const shownMax = 500

export type Expanded = Expansion & {
  /** Who is named, once for each item. */
  said: PeopleSaid[]
}

/** @throws Problem('invalid', 'nothing_to_take_in') */
export async function expand(
  found: Survey,
  { isArchive, defaults = {} }: { isArchive: boolean; defaults?: Body },
): Promise<Expanded> {
  const breath = breaths()
  const claims = claimRows(found, isArchive)
  const said: PeopleSaid[] = []
  const items: { at: number; item: NewItem }[] = []
  const ofAll = spoken(peopleIn(defaults))
  /** What a table says goes before what a chat says itself, and both before what is said of all. */
  const note = (fields: Body, itself: PeopleSaid | null = null) => {
    const who = { ...ofAll, ...spoken(itself), ...spoken(peopleIn(fields)) }
    if (Object.keys(who).length > 0) said.push({ agent: null, team: null, department: null, ...who })
  }
  const isAnyRow = found.rows.length > 0
  const findings: Findings = {}

  for (const entry of found.recordings) {
    const row = claims.of.get(entry)
    const item = newItem(entry.name, 'recording', { entry: entry.index }, entry.sizeBytes, row)
    if (!row && isAnyRow)
      item.warnings.push(`No row of a table names ${entry.name}; it is taken in with what is known of all.`)
    note(item.fields)
    items.push({ at: entry.index, item })
    await breath()
  }
  for (const { entry, chats } of found.chatFiles) {
    const row = claims.of.get(entry)
    for (const [chat, one] of chats.entries()) {
      const name = chats.length === 1 ? entry.name : `${entry.name} [${chat}]`
      const size = chats.length === 1 ? entry.sizeBytes : null
      const item = newItem(name, 'chat', { entry: entry.index, chat }, size, row)
      item.warnings.push(...one.warnings)
      item.failure ??= one.failure
      note(item.fields, one.said)
      items.push({ at: entry.index, item })
      await breath()
    }
  }
  for (const { entry, failure } of found.broken) {
    const kind = /json|sv/.test(extensionOf(entry.name)) ? 'chat' : 'recording'
    items.push({
      at: entry.index,
      item: { ...newItem(entry.name, kind, { entry: entry.index }, entry.sizeBytes), failure },
    })
  }
  items.sort((a, b) => a.at - b.at)
  const all = items.map(({ item }) => item)
  for (const { row, failure } of claims.rest) {
    const item = newItem(nameOfRow(row), 'recording', failure || !row.url ? {} : { url: row.url }, null, row)
    if (!failure) note(item.fields)
    all.push({ ...item, failure: item.failure ?? failure })
    await breath()
  }
  if (all.length === 0) throw nothing(found, isArchive)

  const withoutFile = claims.rest
    .filter(({ failure }) => failure?.code === 'no_file')
    .map(({ row }) => `${row.where}: ${row.file ?? 'names none'}`)
  const withoutRow = isAnyRow ? found.recordings.filter((entry) => !claims.of.has(entry)).map(({ name }) => name) : []
  if (withoutFile.length > 0) findings.rows_without_file = withoutFile.slice(0, shownMax)
  if (withoutRow.length > 0) findings.files_without_row = withoutRow.slice(0, shownMax)
  const ignored = [...found.ignored, ...found.said.flatMap(({ entry }) => (claims.used.has(entry) ? [] : [entry.name]))]
  if (ignored.length > 0) findings.ignored_files = ignored.slice(0, shownMax)
  return {
    items: all,
    warnings: warningsOf(found, claims, { withoutFile: withoutFile.length, withoutRow: withoutRow.length }),
    findings,
    said,
  }
}

const newItem = (
  name: string,
  kind: NewItem['kind'],
  locator: Locator,
  size: number | null,
  row?: FoundRow,
): NewItem => ({
  name: shownName(name) ?? 'without a name',
  kind,
  locator,
  fields: row?.fields ?? {},
  size_bytes: size,
  warnings: [...(row?.warnings ?? [])],
  failure: row?.failure ?? null,
})

/** What is not said may be said elsewhere. */
const spoken = (said: PeopleSaid | null): Partial<PeopleSaid> =>
  Object.fromEntries(Object.entries(said ?? {}).filter(([, value]) => value !== null))

/** An address may hold what gives access to it: the name in it is shown alone. */
function nameOfRow({ file, url, where }: FoundRow): string {
  if (file) return file
  if (!url || !URL.canParse(url)) return where
  return nameInUrl(url) ?? where
}

function warningsOf(found: Survey, claims: Claims, counts: { withoutFile: number; withoutRow: number }): string[] {
  const warnings = [...found.warnings, ...claims.warnings]
  if (counts.withoutFile + counts.withoutRow > 0) {
    const parts = [
      counts.withoutFile > 0 ? `${counts.withoutFile} rows name no file that is there` : '',
      counts.withoutRow > 0 ? `${counts.withoutRow} files have no row` : '',
    ]
    warnings.push(`Mismatch between .wav/.mp3 files and CSV entries: ${parts.filter(Boolean).join(', ')}.`)
  }
  warnings.push(...found.whys.slice(0, 20))
  const apart = found.said.filter(({ entry }) => !claims.used.has(entry)).map(({ entry }) => entry.name)
  if (apart.length > 0) {
    const names = `${apart.slice(0, 5).join(', ')}${apart.length > 5 ? ' and others' : ''}`
    warnings.push(`Neither a chat nor what is said of a recording without a row of its own: ${names} was not used.`)
  }
  return warnings.slice(0, shownMax)
}

function nothing(found: Survey, isArchive: boolean): Problem {
  const unnamed = found.unnamed.map(
    ({ name }) =>
      `${name} has no column that names recordings. Add one: filename for files in the same ZIP, or file_url for addresses.`,
  )
  const whys = [...found.whys, ...unnamed].slice(0, 3).join(' ')
  const names = found.ignored.slice(0, 5).map(baseOf).join(', ')
  const holds = names ? ` It holds ${names}${found.ignored.length > 5 ? ' and others' : ''}.` : ' It is empty.'
  const what = isArchive ? `The archive holds neither recordings nor chats.${whys ? '' : holds}` : ''
  return new Problem(
    'invalid',
    'nothing_to_take_in',
    [what, whys].filter(Boolean).join(' ') || 'There is nothing in it.',
  )
}
