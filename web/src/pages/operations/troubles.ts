// What is not well, from the figures: each with its name in the words of the page and the count that it speaks of.

import type { State } from './queries.ts'

/** Ten minutes: a stage that fails is tried again for two. */
const waitMaxS = 600
const diskFreeMinShare = 0.1
const connectionsMaxShare = 0.9

export type Trouble = {
  name:
    | 'noServer'
    | 'noWorker'
    | 'deadProcess'
    | 'waiting'
    | 'dueDeliveries'
    | 'breakers'
    | 'deadLetters'
    | 'failedJobs'
    | 'failingFolders'
    | 'failedLoads'
    | 'disk'
    | 'connections'
    | 'atLimit'
  count: number
}

export function troublesOf(state: State): Trouble[] {
  const { processes, queues, conversations, deliveries, ingest, database, limits } = state
  const alive = processes.filter(({ is_alive }) => is_alive)
  const isOld = (seconds: number | null) => (seconds ?? 0) > waitMaxS
  const tight = alive.filter(
    ({ disk_free_bytes: free, disk_size_bytes: size }) =>
      free !== null && size !== null && size > 0 && free / size < diskFreeMinShare,
  )
  const found: Trouble[] = [
    { name: 'noServer', count: alive.some(({ serves }) => serves) ? 0 : 1 },
    { name: 'noWorker', count: alive.some(({ works }) => works) ? 0 : 1 },
    { name: 'deadProcess', count: processes.length - alive.length },
    {
      name: 'waiting',
      count:
        queues.filter((one) => isOld(one.oldest_waiting_s)).length + (isOld(conversations.oldest_waiting_s) ? 1 : 0),
    },
    { name: 'dueDeliveries', count: isOld(deliveries.oldest_due_s) ? deliveries.pending : 0 },
    { name: 'breakers', count: deliveries.breakers_open },
    { name: 'deadLetters', count: deliveries.dead_letters_24h },
    { name: 'failedJobs', count: queues.reduce((sum, one) => sum + one.failed_24h, 0) },
    { name: 'failingFolders', count: ingest.remote_folders_failing },
    { name: 'failedLoads', count: ingest.failed_24h },
    { name: 'disk', count: tight.length },
    {
      name: 'connections',
      count: database.connections / database.connections_max > connectionsMaxShare ? database.connections : 0,
    },
    { name: 'atLimit', count: limits.organisations_at_limit },
  ]
  return found.filter(({ count }) => count > 0)
}
