// One look at a remote folder: lists it, and writes down what is there, what is new, what has changed and what is gone.
// Which of it is complete, and what is then done, is for others.

import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { compilePattern, type PathPattern, pathCharsMax } from '../../platform/path-pattern.ts'
import type { RemoteFile, RemoteFolder } from '../../platform/remote/folder.ts'
import { fixedPartOf } from './after-paths.ts'
import type { Folder } from './folders.ts'
import {
  type FolderKey,
  filesAt,
  noteGone,
  noteReturned,
  noteSights,
  pathBytesMax,
  presentPaths,
  type SeenFile,
  type Sight,
} from './remote-files.ts'
import { isMetadataName } from './sidecars.ts'

const batchFiles = 1000
const filesMax = 500_000
const warningsMax = 10

/** Names that programs give to what they are still writing. */
const temporary = /\.(part|partial|tmp|temp|filepart|crdownload|download|writing|uploading|inprogress)$|~$/i

export type Look = {
  /** Of the listing, by the clock of the database. */
  startedAt: Date
  warnings: string[]
}

/** `syncId`: the folder must still have it, or another process has begun anew and this one writes nothing more. */
export async function look(
  db: Db,
  remote: RemoteFolder,
  { folder, syncId, signal }: { folder: Folder; syncId: string; signal: AbortSignal },
): Promise<Look> {
  const key: FolderKey = { orgId: folder.org_id, folderId: folder.id }
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  const startedAt = rows[0]?.now as Date
  const warnings = new Set<string>()
  const warn = (text: string) => void (warnings.size < warningsMax && warnings.add(text))
  const judge = judgeOf(folder)
  const seen = new Set<string>()
  /** Instead of the path: half a million of them may be a kilobyte each. */
  const markOf = (path: string) => hash('sha256', path, 'base64url')

  const write = (work: (tx: Tx) => Promise<void>) =>
    db.transaction().execute(async (tx) => {
      await requireOurs(tx, folder, syncId)
      await work(tx)
    })

  async function note(batch: RemoteFile[]): Promise<void> {
    const known = await filesAt(
      db,
      key,
      batch.map(({ path }) => path),
    )
    const changed: Sight[] = []
    const returned: string[] = []
    for (const file of batch) {
      const sight = { ...file, ...judge(file) }
      const before = known.get(file.path)
      if (!before || isOther(before, sight)) changed.push(sight)
      else if (before.gone_at) returned.push(file.path)
    }
    if (changed.length === 0 && returned.length === 0) return
    await write(async (tx) => {
      await noteSights(tx, key, changed)
      await noteReturned(tx, key, returned)
    })
  }

  let batch: RemoteFile[] = []
  const ownFolders = [folder.afterwards.to, folder.afterwards.failed_to].flatMap((to) => (to ? [fixedPartOf(to)] : []))
  const options = { depthMax: folder.depth, signal, filesMax, onWarning: warn }
  for await (const file of remote.list(options)) {
    const mark = markOf(file.path)
    if (seen.has(mark) || ownFolders.some((own) => file.path.startsWith(`${own}/`))) continue
    if (!isHoldable(file.path)) {
      warn(`A name is longer than ${pathCharsMax} characters, or is no text, and was left out.`)
      continue
    }
    seen.add(mark)
    batch.push(file)
    if (batch.length < batchFiles) continue
    await note(batch)
    batch = []
  }
  await note(batch)

  let after: string | null = null
  do {
    const paths: string[] = await presentPaths(db, key, { after, limit: batchFiles })
    after = paths.at(-1) ?? null
    const gone = paths.filter((path) => !seen.has(markOf(path)))
    if (gone.length > 0) await write((tx) => noteGone(tx, key, gone))
  } while (after !== null)
  return { startedAt, warnings: [...warnings] }
}

/** Another process has begun a sync of the folder, or it was deleted: this one writes nothing more. */
export class SyncSuperseded extends Error {}

/** @throws SyncSuperseded when this is not the folder's present sync */
export async function requireOurs(tx: Tx, { org_id, id }: Folder, syncId: string): Promise<void> {
  const { rows } = await sql`
    select from remote_folders where org_id = ${org_id} and id = ${id} and sync_id = ${syncId} for share`.execute(tx)
  if (rows.length === 0) throw new SyncSuperseded()
}

const isHoldable = (path: string) =>
  path.length <= pathCharsMax && Buffer.byteLength(path) <= pathBytesMax && path.isWellFormed() && !path.includes('\0')

/** Another version of the file, or one that is judged otherwise than before, since the rules have changed. */
function isOther(before: SeenFile, now: Sight): boolean {
  if (!isSameVersion(before, now)) return before.state !== 'queued'
  if (before.state === 'gone') return true
  if (before.state !== 'watching' && before.state !== 'ignored') return false
  // Codes of what waits for its side-car are not given at first sight.
  return before.state !== now.state || (before.code !== now.code && (now.code !== null || isFirstSight(before.code)))
}

/** A time that is not known says nothing. */
export const isSameVersion = (one: Pick<SeenFile, 'size_bytes' | 'modified_at'>, other: RemoteFile): boolean =>
  one.size_bytes === other.sizeBytes &&
  (one.modified_at === null || other.modifiedAt === null || one.modified_at.getTime() === other.modifiedAt.getTime())

/** As it was set, and in capitals. */
export const markerSuffixes = (suffix: string): string[] => [...new Set([suffix, suffix.toUpperCase()])]

type Judgement = Pick<Sight, 'state' | 'code' | 'reason'>

const judgements = {
  temporary_name: ['watching', 'Its name says that it is still being written.'],
  empty: ['watching', 'It is empty.'],
  hidden: ['ignored', 'A name in its path begins with a dot.'],
  marker: ['ignored', 'It marks the file of the same name as complete.'],
  metadata: ['ignored', 'It is read together with the recording of the same name.'],
  pattern: ['ignored', 'Its path does not fit the pattern.'],
  too_old: ['ignored', 'It was last changed before the time in `since`.'],
} as const satisfies Record<string, readonly [Judgement['state'], string]>

/** Nothing is done with such a file until it is seen otherwise. */
export const blockingCodes = ['temporary_name', 'empty'] as const satisfies (keyof typeof judgements)[]

const isFirstSight = (code: string | null) => code !== null && Object.hasOwn(judgements, code)

function judgeOf({ pattern, complete_when, sidecars, since }: Folder): (file: RemoteFile) => Judgement {
  const compiled: PathPattern = compilePattern(pattern)
  const suffixes = complete_when.rule === 'marker' ? markerSuffixes(complete_when.suffix) : []
  const codeOf = ({ path, sizeBytes, modifiedAt }: RemoteFile): keyof typeof judgements | null => {
    if (/(^|\/)\./.test(path)) return 'hidden'
    if (temporary.test(path)) return 'temporary_name'
    if (suffixes.some((suffix) => path.endsWith(suffix))) return 'marker'
    if (sidecars !== 'off' && isMetadataName(path)) return 'metadata'
    if (!compiled.match(path)) return 'pattern'
    if (since && modifiedAt && modifiedAt < since) return 'too_old'
    return sizeBytes === 0 ? 'empty' : null
  }
  return (file) => {
    const code = codeOf(file)
    if (code === null) return { state: 'watching', code, reason: null }
    const [state, reason] = judgements[code]
    return { state, code, reason }
  }
}
