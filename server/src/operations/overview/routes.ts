// The operator's page over REST: how the installation is doing, and what failed on every try.

import { type Static, Type } from 'typebox'
import { nilOrg, writeAudit } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { pageAnswer, pageQuery, pageSize, readCursor, writeCursor } from '../../platform/http/paging.ts'
import { type Answer, type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { isUuid, requireUuid } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { type FailedJob, failedJobs, type RemovedJob, removeFailed } from '../../platform/jobs/queue-tables.ts'
import { notFound } from '../../platform/problem.ts'
import { overview } from './overview.ts'
import { deadJobAnswer, overviewAnswer } from './overview-fields.ts'

const tag = 'Operations'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })

type Position = { at: string; id: string }
const isPosition = (value: unknown): value is Position => {
  const { at, id } = (value ?? {}) as Record<string, unknown>
  return typeof at === 'string' && !Number.isNaN(Date.parse(at)) && typeof id === 'string' && isUuid(id)
}

export function overviewRoutes(input: { db: Db; queue: Queue; version: string }): Route[] {
  const { db, queue } = input
  const look = overview(input)

  /** Takes a dead job out of the queue; what else is done with it is done by the same transaction. */
  const settle = (call: Call<{ id: string }>, action: string, also: (tx: Tx, job: RemovedJob) => Promise<void>) => {
    const { by, requestId } = call
    const id = requireUuid(call.params.id)
    // Jobs are of the installation; which organisation they are for is looked up.
    return everyOrg(() =>
      db.transaction().execute(async (tx): Promise<Answer> => {
        const found = await removeFailed(tx, id)
        if (!found) throw notFound()
        await also(tx, found)
        const [shown] = await shownJobs(tx, [found])
        const data = { job: found.job, attempts: found.attempts }
        await writeAudit(tx, [{ orgId: nilOrg, actor: by.actor, action, target: id, requestId, data }])
        return ok(shown)
      }),
    )
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/operations'],
      summary: 'How the installation is doing',
      description:
        'For operators: counts over all organisations and processes, nothing that people said. Looked at every three seconds at most.',
      tag,
      auth: 'operations:read',
      answers: { 200: { description: 'Queues, stages, processes, deliveries, storage', schema: overviewAnswer } },
      handle: async () => ok(await look(), { 'Cache-Control': 'no-store' }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/operations/dead-jobs'],
      summary: 'List jobs that failed on every try',
      description: 'Kept for seven days. What such a job was to do for a conversation, the conversation itself tells.',
      tag,
      auth: 'operations:read',
      query: Type.Object({
        limit: pageQuery.limit,
        cursor: Type.Optional(Type.String({ maxLength: 500 })),
        job: Type.Optional(Type.String({ maxLength: 200, description: 'Of this name alone' })),
      }),
      answers: {
        200: {
          description: 'The newest failure first',
          schema: pageAnswer('dead_jobs', deadJobAnswer),
        },
      },
      async handle({ query }) {
        const limit = pageSize(query.limit)
        const after = query.cursor === undefined ? null : readCursor(query.cursor, isPosition)
        // Of the installation.
        return everyOrg(async () => {
          const found = await failedJobs(db, { limit: limit + 1, after, job: query.job })
          const rows = found.slice(0, limit)
          const last = found.length > limit ? rows.at(-1) : undefined
          const next_cursor = last ? writeCursor({ at: last.failed_at.toISOString(), id: last.id }) : null
          return ok({ dead_jobs: await shownJobs(db, rows), next_cursor })
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/operations/dead-jobs/:id/retry'],
      summary: 'Try a dead job again, with all its tries',
      description:
        'It does what is still to be done: where its failure was already settled, as of a conversation that has failed, it ends without doing anything.',
      tag,
      auth: 'operations:manage',
      params: byId,
      answers: { 200: { description: 'As it was; it is in the queue now', schema: deadJobAnswer } },
      handle: (call) =>
        settle(call, 'dead_job.retry', (tx, { job: name, input: data, priority, group }) => {
          const again = { input: data, priority, ...(group ? { group } : {}) }
          return queue.enqueue(tx, { name }, [again])
        }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/operations/dead-jobs/:id'],
      summary: 'Discard a dead job',
      tag,
      auth: 'operations:manage',
      params: byId,
      answers: { 200: { description: 'As it was', schema: deadJobAnswer } },
      handle: (call) => settle(call, 'dead_job.discard', async () => {}),
    }),
  ]
}

async function shownJobs(db: Db | Tx, jobs: FailedJob[]): Promise<Static<typeof deadJobAnswer>[]> {
  const groups = [...new Set(jobs.flatMap(({ group }) => (group && isUuid(group) ? [group] : [])))]
  const orgs = groups.length
    ? await db.selectFrom('orgs').select(['id', 'alias']).where('id', 'in', groups).execute()
    : []
  const aliases = new Map(orgs.map(({ id, alias }) => [id, alias]))
  return jobs.map(({ id, job, group, created_at, failed_at, attempts, error }) => ({
    id,
    job,
    customer_id: aliases.get(group ?? '') ?? null,
    created_at: created_at.toISOString(),
    failed_at: failed_at.toISOString(),
    attempts,
    error,
  }))
}
