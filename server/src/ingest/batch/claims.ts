// Which row of which table is of which file, and what becomes of rows that are of none.

import type { Reason } from '../jobs/shapes.ts'
import { callRow } from './call-rows.ts'
import type { Entry } from './contents.ts'
import { folderOf, stemOf } from './entry-names.ts'
import { indexFiles, type Match } from './row-matching.ts'
import type { FoundRow, Survey } from './survey.ts'

export type Claims = {
  of: Map<Entry, FoundRow>
  /** Rows that are an item of their own: an address, or a failure. */
  rest: { row: FoundRow; failure: Reason | null }[]
  /** Files with what was said of another file. */
  used: Set<Entry>
  warnings: string[]
}

export function claimRows(found: Survey, isArchive: boolean): Claims {
  const claims: Claims = { of: new Map(), rest: [], used: new Set(), warnings: [] }
  const index = indexFiles([...found.recordings, ...found.chatFiles.map(({ entry }) => entry)])
  const fail = (row: FoundRow, code: string, why: string) =>
    claims.rest.push({ row, failure: { code, reason: `${row.where}: ${why}` } })

  for (const row of found.rows) {
    const match = row.file === null ? null : index.find(row.folder, row.file)
    if (match && 'file' in match) claim(claims, fail, match.file, row)
    else if (row.url !== null && URL.canParse(row.url)) claims.rest.push({ row, failure: null })
    else if (row.url !== null) fail(row, 'invalid_url', 'the address of the recording is not one.')
    else if (match) fail(row, 'ambiguous_file', severalText(row, match))
    else fail(row, 'no_file', row.file === null ? 'the row names no recording.' : noFileText(row.file, isArchive))
  }
  const recordings = indexFiles(found.recordings)
  for (const { name, rows } of found.unnamed) {
    const matches = rows.map((row) => ({ row, match: byCallId(recordings, row) }))
    if (!matches.some(({ match }) => match !== null)) {
      claims.warnings.push(
        `${name} has no column that names recordings (filename, file_url), and no recording is called by an id in it: its rows were not used.`,
      )
      continue
    }
    for (const { row, match } of matches) {
      if (match && 'file' in match) claim(claims, fail, match.file, row)
      else if (match) fail(row, 'ambiguous_file', severalText(row, match))
      else fail(row, 'no_file', 'no recording is called by the id of this call.')
    }
  }
  for (const { entry, fields } of found.said) {
    const match = recordings.findByStem(folderOf(entry.name), stemOf(entry.name))
    const beside = match && 'file' in match && folderOf(match.file.name) === folderOf(entry.name) ? match.file : null
    if (!beside || claims.of.has(beside)) continue
    claims.used.add(entry)
    claims.of.set(beside, { ...callRow(entry.name, Object.entries(fields)), where: entry.name, folder: '' })
  }
  return claims
}

function claim(
  claims: Claims,
  fail: (row: FoundRow, code: string, why: string) => void,
  file: Entry,
  row: FoundRow,
): void {
  const earlier = claims.of.get(file)
  if (earlier) fail(row, 'row_repeated', `${file.name} was named before, by ${earlier.where}.`)
  else claims.of.set(file, row)
}

function byCallId(index: ReturnType<typeof indexFiles<Entry>>, { fields, folder }: FoundRow): Match<Entry> {
  const id = fields.interaction_id
  return typeof id === 'string' || typeof id === 'number' ? index.findByStem(folder, String(id)) : null
}

const severalText = ({ file }: FoundRow, { several }: { several: string[] }) =>
  `several files are called ${file ?? 'by this id'}: ${several.slice(0, 3).join(', ')}. Name the folder too.`

const noFileText = (file: string, isArchive: boolean) =>
  isArchive
    ? `there is no file ${file} in the archive.`
    : `a table alone brings no recordings. Send a ZIP that holds it together with ${file}, or name an address in a column file_url.`
