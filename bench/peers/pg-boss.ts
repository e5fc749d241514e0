// pg-boss on the same PostgreSQL, in a schema of its own. Settings as its documentation has them for much work: batches,
// several workers, notifications, and the next batch at once while there is more. Outcomes do not wait for the disk, as
// ours do not; jobs do. Heartbeats, so that it notices a killed worker about as soon as we do.

import { PgBoss } from 'pg-boss'
import type { Bench } from '../deliveries.ts'
import { inFlight, offerJobs, type Peer, type PeerJob, peerJob, runAsWorker, startPeerWorker } from './peer.ts'
import { signedPosts } from './signed-post.ts'

type Settings = { url: string; receiver: string; secret: string }

const queue = 'deliveries'
/** Measured: 25, with eight workers that each notification wakes, is slower in every figure; 100 drains slower. */
const batchSize = 50
const insertSize = 1000
const heartbeatSeconds = 20

const common = { schema: 'pgboss_peer', schedule: false, useListenNotify: true }

export async function pgBoss(bench: Bench, receiver: string, secret: string): Promise<Peer> {
  const boss = new PgBoss({ ...common, connectionString: bench.url, max: 10, supervise: false })
  boss.on('error', console.error)
  await boss.start()
  await boss.createQueue(queue, { notify: true, heartbeatSeconds, retryLimit: 5 })
  const settings: Settings = { url: bench.url, receiver, secret }
  return {
    name: 'pg-boss',
    async fill(count) {
      for (let made = 0; made < count; made += insertSize) {
        const jobs = Array.from({ length: Math.min(insertSize, count - made) }, (_, n) => ({ data: peerJob(made + n) }))
        await boss.insert(queue, jobs)
      }
    },
    offer: (perSecond, seconds) => offerJobs(perSecond, seconds, (job) => boss.send(queue, job)),
    work: () => startPeerWorker(import.meta.filename, settings),
    storeCpuMs: () => bench.databaseCpuMs(),
    forget: () => boss.deleteAllJobs(queue),
    stop: () => boss.stop({ graceful: false }),
  }
}

async function work({ url, receiver, secret }: Settings): Promise<void> {
  const options = '-c synchronous_commit=off'
  const supervision = { supervise: true, superviseIntervalSeconds: 10, monitorIntervalSeconds: 10 }
  const boss = new PgBoss({ ...common, ...supervision, connectionString: url, options, max: 10 })
  boss.on('error', console.error)
  await boss.start()
  const post = signedPosts(receiver, secret)
  await boss.work<PeerJob>(
    queue,
    { batchSize, localConcurrency: inFlight / batchSize, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
    async (jobs) => {
      await Promise.all(jobs.map(({ data }) => post(data)))
    },
  )
  runAsWorker(() => boss.stop({ graceful: true, timeout: 5000 }))
}

if (process.argv[1] === import.meta.filename) await work(JSON.parse(process.argv[2] as string))
