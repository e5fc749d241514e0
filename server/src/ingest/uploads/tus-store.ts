// What the tus library asks of a place for uploads, over our own table and store, for one request of one organisation.

import { DataStore, type Locker, Upload as TusUpload } from '@tus/server'
import type { Db } from '../../platform/db/db.ts'
import type { Call } from '../../platform/http/route.ts'
import { notFound } from '../../platform/problem.ts'
import type { Store } from '../../storage/index.ts'
import type { Announce } from './announce.ts'
import { type PartLimits, writeArriving } from './arriving.ts'
import { endUpload } from './unused.ts'
import { elsewhere, getUpload, lifeMs, type Upload } from './uploads.ts'

export type TusParts = { db: Db; store: Store; announce: Announce; partLimits?: PartLimits | undefined }

export function tusStore({ db, store, announce, partLimits }: TusParts, call: Call): DataStore {
  const keyOf = (id: string) => ({ org_id: call.by.orgId, id })

  async function find(id: string): Promise<Upload> {
    const upload = await getUpload(db, keyOf(id))
    if (!upload) throw notFound()
    return upload
  }

  return Object.assign(new DataStore(), {
    extensions: ['creation', 'creation-with-upload', 'termination', 'expiration'],
    getExpiration: () => lifeMs,

    async create(given: TusUpload) {
      await announce(call, { id: given.id, size_bytes: given.size ?? 0, metadata: given.metadata ?? {} })
      return given
    },

    async getUpload(id: string) {
      const upload = await find(id)
      return new TusUpload({
        id,
        size: upload.size_bytes,
        offset: upload.offset_bytes,
        metadata: upload.metadata,
        // Each part that arrives puts the end off; the library counts from here.
        creation_date: new Date(upload.expires_at.getTime() - lifeMs).toISOString(),
      })
    },

    async write(stream: AsyncIterable<Uint8Array>, id: string, offset: number) {
      const upload = await find(id)
      if (upload.offset_bytes !== offset) throw elsewhere()
      return writeArriving({ db, store, ...(partLimits ? { limits: partLimits } : {}) }, upload, stream)
    },

    async remove(id: string) {
      await endUpload({ db, store }, keyOf(id), { code: 'upload_given_up', reason: 'Its sender gave the upload up.' })
    },
  })
}

/** The row's own lease locks, over all processes; the library's lock would hold readers off as well. */
export const noLocker: Locker = { newLock: () => ({ lock: async () => {}, unlock: async () => {} }) }
