// What is done with a file once its outcome is known: moved or deleted, with its side-car and marker. Done again when the
// program was killed in between; a file that has changed since it was read is never touched.

import type { Db } from '../../platform/db/db.ts'
import { RemoteFailure, type RemoteFolder } from '../../platform/remote/folder.ts'
import { targetOf } from './after-paths.ts'
import { filesDue, noteDone, noteOutcomes } from './file-outcomes.ts'
import { type Folder, findFolder } from './folders.ts'
import { isSameVersion } from './look.ts'
import type { SeenFile } from './remote-files.ts'

const atOnce = 200

export type Tidying = {
  /** What became of one item, or of all that is still to be seen to. Never fails for what the server does not let us do. */
  settle(signal: AbortSignal, item?: { job_id: string; position: number }): Promise<void>
}

/** For one run: what the server has refused once is not asked of it again for every file. */
export function tidying(
  db: Db,
  remote: RemoteFolder,
  { folder: opened, timeZone, warn }: { folder: Folder; timeZone: string; warn: (text: string) => unknown },
): Tidying {
  let folder = opened
  let isRefused = false

  async function settleAll(signal: AbortSignal, item?: { job_id: string; position: number }): Promise<void> {
    // The rule may have been taken back since this run began, or the folder led elsewhere.
    const now = await findFolder(db, opened.org_id, opened.id)
    if (!now || now.server_id !== opened.server_id || now.path !== opened.path) return
    folder = now
    await noteOutcomes(db, folder, item)
    let after: string | null = null
    do {
      const due: SeenFile[] = isRefused
        ? []
        : await filesDue(db, folder, { after, limit: atOnce, ...(item ? { item } : {}) })
      for (const file of due) {
        if (isRefused) return
        await settleFile(file, signal)
      }
      after = due.length === atOnce ? (due.at(-1)?.path ?? null) : null
    } while (after !== null)
  }

  async function settleFile(file: SeenFile, signal: AbortSignal): Promise<void> {
    try {
      const isGone = await tidy(file, signal)
      await noteDone(db, file, { isGone })
    } catch (err) {
      signal.throwIfAborted()
      if (!(err instanceof RemoteFailure)) throw err
      isRefused = true
      const to = wayOf(file)
      await warn(`Files are not ${to === null ? 'deleted' : `moved to ${to}`} afterwards: ${err.detail}`)
    }
  }

  /** Where it goes; null: it is deleted. */
  const wayOf = ({ state }: SeenFile): string | null => {
    const { rule, to = null, failed_to = null } = folder.afterwards
    if (state === 'failed') return failed_to
    return rule === 'move' ? to : null
  }

  async function tidy(file: SeenFile, signal: AbortSignal): Promise<boolean> {
    const { rule, failed_to } = folder.afterwards
    // The rule may have changed since.
    if (file.state === 'failed' ? !failed_to : rule === 'leave') return false
    const now = await remote.stat(file.path, signal)
    if (!now) return true
    // Another file under its name: the next sync sees to it.
    if (!isSameVersion(file, now)) return false
    const to = wayOf(file)
    // The file itself last: as long as it is there, all of it is done again.
    for (const path of [...file.companions, file.path]) {
      if (to === null) await remote.remove(path, signal)
      else if (path === file.path || (await remote.stat(path, signal))) {
        await remote.move(path, targetOf(to, path, new Date(), timeZone), signal)
      }
    }
    return true
  }

  return { settle: settleAll }
}
