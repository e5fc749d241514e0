// What takes conversations in, without doors: a database, a queue, and submissions made by hand. A second `process` on
// the same database shares nothing else with the first.

import { sql } from 'kysely'
import { createOrg } from '../src/access/index.ts'
import { accepting } from '../src/ingest/accept.ts'
import type { Accept, Accepted, NextStep, Submission } from '../src/ingest/shapes.ts'
import { enqueueRuns, pipelineJobs } from '../src/pipeline/run.ts'
import { type Db, openDb } from '../src/platform/db/db.ts'
import type { Answer } from '../src/platform/http/route.ts'
import { newId } from '../src/platform/ids.ts'
import { openQueue } from '../src/platform/jobs/queue.ts'
import { openLog } from '../src/platform/log.ts'
import { freshDatabase } from './database.ts'

export type Taken = Accepted & Pick<Answer, 'status'> & { headers?: Answer['headers'] | undefined }
export type TakeIn = (submission: Submission) => Promise<Taken>

export async function openAcceptance() {
  const database = await freshDatabase()
  const db = openDb({ url: database.url, connectionsMax: 8, as: 'owner' })
  const jobs = pipelineJobs({ workers: 2, callsInProgressMax: 10 })
  const log = openLog('silent')
  const queue = await openQueue({ url: database.url, jobs: [jobs.voice, jobs.chat], log, supervise: false })
  const enqueue: NextStep = (tx, conversations) => enqueueRuns(tx, queue, jobs, conversations)
  const pools: Db[] = []

  return {
    db,
    enqueue,
    org: async () => (await createOrg(db, { name: 'Test' })).id,
    process(next = enqueue): TakeIn {
      const pool = openDb({ url: database.url, connectionsMax: 4 })
      pools.push(pool)
      const accept: Accept = accepting({ db: pool, next })
      return async (submission) => {
        const { status, body, headers } = (await accept(submission)) as Answer & { body: Accepted }
        return { ...body, status, headers }
      }
    },
    /** How many rows the organisation has in each table, and its counters. */
    async rows(orgId: string) {
      const { rows } = await sql<Record<string, number>>`
        select
          (select count(*) from conversations where org_id = ${orgId}) as conversations,
          (select count(*) from recordings where org_id = ${orgId}) as recordings,
          (select count(*) from transcripts where org_id = ${orgId}) as transcripts,
          (select count(*) from events where org_id = ${orgId}) as events,
          (select count(*) from audit_events where org_id = ${orgId}) as audits,
          (select count(*) from pgboss.job where data ->> 'orgId' = ${orgId}) as jobs,
          (select count(*) from agents where org_id = ${orgId}) as agents,
          (select count(*) from idempotency_keys where org_id = ${orgId}) as keys,
          coalesce((select seq from event_counters where org_id = ${orgId}), 0) as seq`.execute(db)
      return rows[0] as Record<string, number>
    },
    async close() {
      await queue.stop()
      for (const one of [db, ...pools]) await one.destroy()
      await database.drop()
    },
  }
}

export type Acceptance = Awaited<ReturnType<typeof openAcceptance>>

type Given = Partial<Omit<Submission, 'arrival'>> & { arrival?: Partial<Submission['arrival']> }

/** A chat of one message; `given` changes what matters to a test. */
export function chat(orgId: string, { arrival, ...given }: Given = {}): Submission {
  const turn = {
    id: 't1',
    index: 0,
    participant_id: 'p1',
    role: 'customer',
    start_ms: 0,
    end_ms: 0,
    text: 'Good morning',
  }
  return {
    actor: 'key:test',
    reach: 'all',
    requestId: newId(),
    kind: 'conversation',
    createsAgents: false,
    // Most tests take the same message in many times.
    allowsDuplicate: true,
    item: null,
    recording: null,
    transcript: { participants: [], turns: [turn as never] },
    fetchUrl: null,
    idempotency: null,
    claim: null,
    answer: (accepted) => ({ status: 200, body: accepted }),
    ...given,
    arrival: {
      org_id: orgId,
      id: newId(),
      channel: 'chat',
      direction: 'inbound',
      source: 'chat',
      external_id: null,
      content_hash: 'one',
      agent_given: null,
      customer_ref: null,
      caller_number: null,
      called_number: null,
      team: null,
      department: null,
      tags: ['a', 'b "c", {d}'],
      metadata: {},
      warnings: [],
      language: null,
      started_at: new Date().toISOString(),
      ended_at: null,
      ...arrival,
    },
  }
}

/** A call with its recording. */
export const call = (orgId: string, { arrival, ...given }: Given = {}): Submission =>
  chat(orgId, {
    transcript: null,
    recording: {
      store_key: `calls/${orgId}/rec/${newId()}`,
      file_name: 'call.wav',
      content_type: 'audio/wav',
      size_bytes: 1,
      sha256: 'one',
    },
    ...given,
    arrival: { channel: 'voice', source: 'multipart', ...arrival },
  })
