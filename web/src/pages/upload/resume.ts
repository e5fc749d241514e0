// Recordings that were on their way when a window was closed: the bulk load that still waits for them, and what of it is in.

import { Upload as TusUpload } from 'tus-js-client'
import { api, told } from '../../api/client.ts'
import { asFailure } from '../../api/failure.ts'
import { pathOf } from './item-places.ts'
import type { Item } from './queries.ts'

export const endpoint = '/v1/uploads'

export type Begun = { jobId: string; items: Item[] }

/** The newest, without those that a window is sending to: `isOurs` of this one. @throws Failure where the server does not say */
export async function begunJob(recordings: File[], isOurs: (jobId: string) => boolean): Promise<Begun | null> {
  const before = (await Promise.all(recordings.map(uploadsBefore))).flat()
  const jobIds = before.toSorted((one, other) => other.begunAt - one.begunAt).map(({ jobId }) => jobId)
  for (const jobId of new Set(jobIds)) {
    if (isOurs(jobId) || (await isHeld(jobId))) continue
    if (await isOpen(jobId)) return { jobId, items: await itemsOf(jobId) }
  }
  return null
}

const lockName = (jobId: string) => `indaba-upload-${jobId}`

/** Tells other windows, until this one is closed. Browsers have locks for https and localhost alone. */
export function holdJob(jobId: string): void {
  void navigator.locks?.request(lockName(jobId), () => new Promise(() => undefined))
}

async function isHeld(jobId: string): Promise<boolean> {
  const locks = await navigator.locks?.query()
  return locks?.held?.some(({ name }) => name === lockName(jobId)) ?? false
}

/** What this browser remembers of a file, by its name, size and date; the path tells files of one name apart. */
async function uploadsBefore(file: File): Promise<{ jobId: string; begunAt: number }[]> {
  const found = await new TusUpload(file, { endpoint }).findPreviousUploads()
  return found.flatMap(({ metadata: { ingest_job_id: jobId, item_name: name }, creationTime }) =>
    jobId && name === pathOf(file) ? [{ jobId, begunAt: Date.parse(creationTime) }] : [],
  )
}

/** One that was deleted, or is of somebody else, waits for nothing either. */
async function isOpen(id: string): Promise<boolean> {
  try {
    return (await told(api.GET('/v1/ingest-jobs/{id}', { params: { path: { id } } }))).state === 'open'
  } catch (error) {
    if (asFailure(error).kind === 'not_found') return false
    throw error
  }
}

async function itemsOf(id: string): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = null
  do {
    const query = { limit: 200, ...(cursor === null ? {} : { cursor }) }
    const page: { items: Item[]; next_cursor: string | null } = await told(
      api.GET('/v1/ingest-jobs/{id}/items', { params: { path: { id }, query } }),
    )
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return items
}
