// The files of a remote folder as the contents of an ingest job: each is read from its server when its turn comes. Which
// files they are was found out by the sync that made the job.

import { findOrg } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { Problem } from '../../platform/problem.ts'
import { RemoteFailure } from '../../platform/remote/folder.ts'
import type { IngestItem, IngestJob, ItemContent, Source } from '../jobs/shapes.ts'
import { tidying } from './after.ts'
import { changedCode, goneCode } from './file-outcomes.ts'
import { findFolder, warnOf } from './folders.ts'
import { isSameVersion } from './look.ts'
import type { OpenServers } from './open-server.ts'
import { noteTime } from './remote-files.ts'
import { nameOf } from './sidecars.ts'

export function remoteSource(input: { db: Db; openServer: OpenServers['openServer']; timeZone: string }): Source {
  const { db } = input
  return {
    async open(job: IngestJob, signal: AbortSignal) {
      const folder = job.source_id === null ? null : await findFolder(db, job.org_id, job.source_id)
      if (!folder) {
        const detail = 'The remote folder was deleted, so its files cannot be read any more.'
        throw new Problem('not_found', 'folder_deleted', detail)
      }
      const key = { orgId: folder.org_id, folderId: folder.id }
      const remote = await input.openServer(folder.org_id, folder.server_id, { path: folder.path })
      const org = await findOrg(db, folder.org_id)
      const timeZone = org?.settings.time_zone ?? input.timeZone
      const tidy = tidying(db, remote, { folder, timeZone, warn: (text) => warnOf(db, folder, text) })

      async function read(item: IngestItem, signal: AbortSignal): Promise<ItemContent> {
        const { path, ...listed } = fileOf(item)
        try {
          const now = await remote.stat(path, signal)
          if (!now) throw new Problem('not_found', goneCode, 'The file is not there any more.')
          if (!isSameVersion(listed, now)) {
            const detail = 'The file has changed since it was listed. It is taken in when it stays the same.'
            throw new Problem('invalid', changedCode, detail)
          }
          if (listed.modified_at === null && now.modifiedAt !== null) {
            await noteTime(db, key, item, now.modifiedAt)
          }
          const stream = await remote.open(path, { signal })
          return { kind: 'recording', stream, fileName: nameOf(path), contentType: null, modifiedAt: now.modifiedAt }
        } catch (err) {
          signal.throwIfAborted()
          throw err instanceof RemoteFailure ? problemOf(err) : err
        }
      }

      return {
        async expand() {
          throw new Problem('bug', 'nothing_to_expand', 'The items of a remote folder are known from the start.')
        },
        read,
        settled: ({ job_id, position }) => tidy.settle(signal, { job_id, position }),
        close: () => remote.close(),
      }
    },
  }
}

/** As the sync wrote it (pick.ts). */
function fileOf({ locator }: IngestItem): { path: string; size_bytes: number; modified_at: Date | null } {
  if (!('path' in locator)) throw new Problem('bug', 'no_path', 'The item does not say which file it is.')
  const { path, size_bytes, modified_at } = locator
  return { path, size_bytes, modified_at: modified_at === null ? null : new Date(modified_at) }
}

/** A refusal to read this file is its own; what is wrong with the connection may be mended by the next try. */
const problemOf = (err: RemoteFailure): Problem =>
  err.isPermanent && err.step === 'read'
    ? new Problem('forbidden', 'not_readable', err.detail, { cause: err })
    : new Problem('upstream', 'remote_failed', err.detail, { cause: err })
