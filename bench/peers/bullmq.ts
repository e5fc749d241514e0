// BullMQ on a Redis of its own. Finished jobs are removed, so that it keeps less than the others do.

import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { cpuMsOf } from '../cpu.ts'
import type { Bench } from '../deliveries.ts'
import { inFlight, offerJobs, type Peer, type PeerJob, peerJob, runAsWorker, startPeerWorker } from './peer.ts'
import { type Fsync, startRedis } from './redis.ts'
import { signedPosts } from './signed-post.ts'

type Settings = { port: number; receiver: string; secret: string }

const name = 'deliveries'
const addSize = 1000

const at = (port: number) => ({ host: '127.0.0.1', port, maxRetriesPerRequest: null })

/** Null where there is no Redis. */
export async function bullMq(bench: Bench, receiver: string, secret: string, fsync: Fsync): Promise<Peer | null> {
  const redis = await startRedis(join(bench.dir, `redis-${fsync}`), fsync)
  if (!redis) return null
  const queue = new Queue(name, {
    connection: at(redis.port),
    defaultJobOptions: { removeOnComplete: true, attempts: 5 },
  })
  const settings: Settings = { port: redis.port, receiver, secret }
  return {
    name: `BullMQ, fsync ${fsync}`,
    async fill(count) {
      for (let made = 0; made < count; made += addSize) {
        const jobs = Array.from({ length: Math.min(addSize, count - made) }, (_, n) => ({
          name,
          data: peerJob(made + n),
        }))
        await queue.addBulk(jobs)
      }
    },
    offer: (perSecond, seconds) => offerJobs(perSecond, seconds, (job) => queue.add(name, job)),
    work: () => startPeerWorker(import.meta.filename, settings),
    storeCpuMs: () => cpuMsOf(redis.pid),
    async stop() {
      await queue.close()
      await redis.stop()
    },
  }
}

async function work({ port, receiver, secret }: Settings): Promise<void> {
  const post = signedPosts(receiver, secret)
  const worker = new Worker<PeerJob>(name, ({ data }) => post(data), { connection: at(port), concurrency: inFlight })
  worker.on('error', console.error)
  await worker.waitUntilReady()
  runAsWorker(() => worker.close())
}

if (process.argv[1] === import.meta.filename) await work(JSON.parse(process.argv[2] as string))
