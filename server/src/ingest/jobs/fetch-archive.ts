// The archive that a job's `file_url` names, brought into the store.

import { storeKey } from '../../storage/index.ts'
import { fetchInto } from '../fetch-into.ts'
import type { IngestJob, Part } from './shapes.ts'

/** Under the job's own id: what a killed try left is written over. */
export const archiveFetch =
  (into: Parameters<typeof fetchInto>[0], sizeBytesMax: number) =>
  async ({ org_id: orgId, id, file_url: url }: IngestJob, signal: AbortSignal): Promise<Part> => {
    const key = storeKey(orgId, 'batch', id)
    const { stored } = await fetchInto(into, { orgId, url: url ?? '', key, sizeBytesMax, signal })
    return { store_key: key, size_bytes: stored.sizeBytes }
  }
