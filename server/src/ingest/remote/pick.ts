// Which of the files that were seen are complete, and what is known of each: from its name, and from what lies beside it.

import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import type { RemoteFiles } from '../../platform/db/schema.gen.ts'
import { compilePattern } from '../../platform/path-pattern.ts'
import { Problem } from '../../platform/problem.ts'
import type { RemoteFolder } from '../../platform/remote/folder.ts'
import { sideBySide } from '../../platform/side-by-side.ts'
import type { NewItem } from '../jobs/shapes.ts'
import type { Folder } from './folders.ts'
import { blockingCodes, markerSuffixes } from './look.ts'
import { type FolderKey, filesAt, putOff, type SeenFile } from './remote-files.ts'
import { later } from './schedule.ts'
import {
  folderOf,
  mergeFields,
  readMetadataTable,
  readSidecar,
  type Said,
  sidecarEndings,
  sidecarPaths,
  stemOf,
  tableNames,
  tablePaths,
} from './sidecars.ts'

export type Picked = { file: SeenFile; item: NewItem; companions: string[] }
export type Found = {
  picked: Picked[]
  /** There may be more that are complete. */
  isMore: boolean
  /** Some are only not long enough the same. */
  areSettling: boolean
}

const sidecarsAtOnce = 4
const atOnce = 500
const putOffMs = 10 * 60_000

/** `room`: how many at most. `startedAt`: of the look before, by the clock of the database. */
export async function pickFiles(
  db: Db,
  remote: RemoteFolder,
  { folder, startedAt, room, signal }: { folder: Folder; startedAt: Date; room: number; signal: AbortSignal },
): Promise<Found> {
  const key: FolderKey = { orgId: folder.org_id, folderId: folder.id }
  const found = await completeFiles(db, folder, startedAt, room + 1)
  const picked: Picked[] = []
  let isAnySettling = await areAnySettling(db, folder, startedAt)
  for (let start = 0; start < Math.min(found.length, room); start += atOnce) {
    const files = found.slice(start, Math.min(start + atOnce, room))
    const describe = await describing(db, remote, { folder, key, files, startedAt, signal })
    const waiting: { path: string; code: string; reason: string }[] = []
    await sideBySide(files, sidecarsAtOnce, async (file) => {
      const described = await describe(file)
      if (described === 'settling') isAnySettling = true
      else if ('code' in described) waiting.push({ path: file.path, ...described })
      else picked.push(described)
    })
    await putOff(db, key, waiting, later(startedAt, putOffMs))
  }
  // In the order that they were found in: oldest first.
  const order = new Map(found.map(({ path }, index) => [path, index]))
  picked.sort((a, b) => (order.get(a.file.path) as number) - (order.get(b.file.path) as number))
  return { picked, isMore: found.length > room, areSettling: isAnySettling }
}

const steadySql = ({ complete_when: rule }: Folder, startedAt: Date) =>
  rule.rule === 'steady'
    ? sql`f.steady_since <= ${startedAt}::timestamptz - make_interval(secs => ${rule.steady_seconds})`
    : sql`true`

async function completeFiles(db: Db, folder: Folder, startedAt: Date, limit: number): Promise<SeenFile[]> {
  const { complete_when: rule } = folder
  const stem = sql`regexp_replace(f.path, '\.[^./]*$', '')`
  const own = sql`regexp_replace(f.path, '[^/]*$', '')`
  const isThere = (paths: RawBuilder<unknown>[]) => sql`exists (
    select from remote_files m where m.org_id = f.org_id and m.folder_id = f.folder_id and m.gone_at is null
      and m.path = any (array[${sql.join(paths)}]))`
  const isMarked =
    rule.rule === 'marker'
      ? isThere(markerSuffixes(rule.suffix).flatMap((end) => [f(sql`f.path`, end), f(stem, end)]))
      : sql`true`
  const isDescribed =
    folder.sidecars === 'required'
      ? isThere([
          ...sidecarEndings.flatMap((ending) => [f(sql`f.path`, ending), f(stem, ending)]),
          ...tableNames.map((name) => f(own, name)),
        ])
      : sql`true`
  const { rows } = await sql<Selectable<RemoteFiles>>`
    select f.* from remote_files f
    where f.org_id = ${folder.org_id} and f.folder_id = ${folder.id} and f.state = 'watching' and f.gone_at is null
      and (f.code is null or f.code <> all (${[...blockingCodes]}::text[]))
      and (f.wait_until is null or f.wait_until <= ${startedAt})
      and ${steadySql(folder, startedAt)} and ${isMarked} and ${isDescribed}
    order by coalesce(f.modified_at, f.first_seen_at), f.path limit ${limit}`.execute(db)
  return rows as unknown as SeenFile[]
}

const f = (start: RawBuilder<unknown>, end: string) => sql`${start} || ${end}::text`

async function areAnySettling(db: Db, folder: Folder, startedAt: Date): Promise<boolean> {
  if (folder.complete_when.rule !== 'steady') return false
  const { rows } = await sql`
    select from remote_files f where f.org_id = ${folder.org_id} and f.folder_id = ${folder.id}
      and f.state = 'watching' and f.gone_at is null and f.code is null and not (${steadySql(folder, startedAt)})
    limit 1`.execute(db)
  return rows.length > 0
}

/** What is said of each of these files. */
async function describing(
  db: Db,
  remote: RemoteFolder,
  {
    folder,
    key,
    files,
    startedAt,
    signal,
  }: { folder: Folder; key: FolderKey; files: SeenFile[]; startedAt: Date; signal: AbortSignal },
) {
  const pattern = compilePattern(folder.pattern)
  const { complete_when: rule, sidecars } = folder
  const folders = [...new Set(files.map(({ path }) => folderOf(path)))]
  const beside =
    sidecars === 'off'
      ? new Map<string, SeenFile>()
      : await filesAt(db, key, [...files.flatMap(({ path }) => sidecarPaths(path)), ...folders.flatMap(tablePaths)])
  const markers = rule.rule === 'marker' ? files.flatMap(({ path }) => markersOf(path, rule.suffix)) : []
  const marked = await filesAt(db, key, markers)
  const present = (from: Map<string, SeenFile>, paths: string[]) =>
    paths.flatMap((path) => from.get(path) ?? []).find(({ gone_at }) => gone_at === null)
  const steadyMs = rule.rule === 'steady' ? rule.steady_seconds * 1000 : 0

  /** Of each table once, also when it cannot be read. */
  const tables = new Map<string, ReturnType<typeof readMetadataTable>>()
  const tableAt = (path: string) => {
    const known = tables.get(path)
    if (known) return known
    const reading = readMetadataTable(remote, path, signal)
    reading.catch(() => undefined)
    tables.set(path, reading)
    return reading
  }

  return async (file: SeenFile): Promise<Picked | { code: string; reason: string } | 'settling'> => {
    const sidecar = present(beside, sidecarPaths(file.path))
    if (sidecar && sidecar.steady_since.getTime() > startedAt.getTime() - steadyMs) return 'settling'
    const table = sidecar ? undefined : present(beside, tablePaths(folderOf(file.path)))
    let said: Said | null = null
    try {
      if (sidecar) said = await readSidecar(remote, sidecar.path, signal)
      else if (table) said = (await tableAt(table.path))(file.path)
    } catch (err) {
      if (!(err instanceof Problem)) throw err
      return { code: err.code, reason: `It waits for its metadata: ${err.detail}` }
    }
    if (sidecars === 'required' && !said) {
      const place = table ? `${table.path} has no row for it` : 'there is none'
      return { code: 'no_sidecar', reason: `It waits for its metadata: ${place}.` }
    }
    const marker = present(marked, rule.rule === 'marker' ? markersOf(file.path, rule.suffix) : [])
    const companions = [sidecar, marker].flatMap((one) => (one ? [one.path] : []))
    return { file, companions, item: itemOf(file, pattern.match(file.path), said) }
  }
}

/** `call.wav.done` and `call.done`. */
const markersOf = (path: string, suffix: string) =>
  [path, stemOf(path)].flatMap((start) => markerSuffixes(suffix).map((end) => start + end))

function itemOf(
  file: SeenFile,
  fromName: ReturnType<ReturnType<typeof compilePattern>['match']>,
  said: Said | null,
): NewItem {
  const { path, size_bytes, modified_at } = file
  const fields = mergeFields(fromName?.fields ?? {}, said?.fields ?? {})
  const warnings = [...(fromName?.warnings ?? []), ...(said?.warnings ?? [])]
  const locator = { path, size_bytes, modified_at: modified_at?.toISOString() ?? null }
  return { name: path, kind: 'recording', locator, fields, size_bytes, warnings, failure: said?.failure ?? null }
}
