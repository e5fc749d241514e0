// The floor: the least that a sender over PostgreSQL can do and still lose nothing. One table, claimed with a lease by
// several loops, POSTed, deleted. No retry, order, log, fairness or endpoint. What a sender with those can be compared with.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Bench } from '../deliveries.ts'
import { inFlight, offerJobs, type Peer, type PeerJob, peerJob, runAsWorker, startPeerWorker } from './peer.ts'
import { signedPosts } from './signed-post.ts'

type Settings = { url: string; receiver: string; secret: string }

const loops = 4
const leaseS = 20
const idleMs = 2
const insertSize = 1000

export async function plainTable(bench: Bench, receiver: string, secret: string): Promise<Peer> {
  const pool = new pg.Pool({ connectionString: bench.url, max: 10 })
  await pool.query(`
    create table plain_jobs (id uuid primary key, path text not null, body text not null,
      due_at timestamptz not null default now());
    create index on plain_jobs (due_at)`)
  const put = (jobs: PeerJob[]) =>
    pool.query('insert into plain_jobs (id, path, body) select * from unnest($1::uuid[], $2::text[], $3::text[])', [
      jobs.map(({ id }) => id),
      jobs.map(({ path }) => path),
      jobs.map(({ body }) => body),
    ])
  return {
    name: 'a plain table',
    async fill(count) {
      for (let made = 0; made < count; made += insertSize)
        await put(Array.from({ length: Math.min(insertSize, count - made) }, (_, n) => peerJob(made + n)))
    },
    offer: (perSecond, seconds) => offerJobs(perSecond, seconds, (job) => put([job])),
    work: () => startPeerWorker(import.meta.filename, { url: bench.url, receiver, secret } satisfies Settings),
    storeCpuMs: () => bench.databaseCpuMs(),
    async stop() {
      await pool.query('drop table plain_jobs')
      await pool.end()
    },
  }
}

const claim = `
  update plain_jobs set due_at = now() + interval '${leaseS} s'
  where id in (select id from plain_jobs where due_at <= now() order by due_at limit $1 for update skip locked)
  returning id, path, body`

async function work({ url, receiver, secret }: Settings): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: loops, options: '-c synchronous_commit=off' })
  const post = signedPosts(receiver, secret)
  let isStopping = false
  const loop = async () => {
    while (!isStopping) {
      const { rows } = await pool.query<PeerJob>({ name: 'claim', text: claim, values: [inFlight / loops] })
      await Promise.all(rows.map(post))
      if (rows.length > 0) await pool.query('delete from plain_jobs where id = any ($1)', [rows.map(({ id }) => id)])
      else await delay(idleMs)
    }
  }
  const ended = Promise.all(Array.from({ length: loops }, loop))
  runAsWorker(async () => {
    isStopping = true
    await ended
    await pool.end()
  })
}

if (process.argv[1] === import.meta.filename) await work(JSON.parse(process.argv[2] as string))
