// Ingest jobs over REST: which there are, how far they are, and what became of each of their items.

import { Type } from 'typebox'
import { orgReader } from '../../access/index.ts'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { cursorPages, isRowId, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import { errorsCsv } from './errors-csv.ts'
import { tallies } from './item-figures.ts'
import { listItems } from './items.ts'
import { requireSeen } from './job-changes.ts'
import { filterQuery, readFilter } from './job-filter.ts'
import { itemAnswer, itemView, jobAnswer, jobView } from './job-views.ts'
import { getJob, listJobs } from './jobs.ts'
import { endedId, type Progresses } from './progress.ts'
import type { IngestJob } from './shapes.ts'

export const tag = 'Ingest jobs'
export const auth = 'calls:write'
export const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const strict = { additionalProperties: false }
const cursor = Type.Optional(Type.String({ maxLength: 200, description: '`next_cursor` of the page before' }))
const pageOf = cursorPages('i', isRowId)
const pageOfItems = cursorPages('p', (value): value is number => Number.isSafeInteger(value))

/** Shows a job with its counts of now. */
export async function shownJob(db: DbOrTx, job: IngestJob) {
  const tally = (await tallies(db, job.org_id, [job.id])).get(job.id)
  if (!tally) throw notFound()
  return jobView(job, tally.counts, tally.pace)
}

export type JobCall = Omit<Call, 'params'> & { params: { id: string } }

/** The job that is asked for. @throws Problem('not_found') */
export const seenJob = async (db: Db, { by, params }: Pick<JobCall, 'by' | 'params'>): Promise<IngestJob> =>
  requireSeen(await getJob(db, by.orgId, requireUuid(params.id)), by)

const keyOf = ({ org_id: orgId, id: jobId }: IngestJob) => ({ orgId, jobId })

export function jobRoutes(input: { db: Db; timeZone: string; progress: Progresses }): Route[] {
  const { db, progress } = input
  const readOrg = orgReader(db)

  return [
    route({
      method: 'GET',
      paths: ['/v1/ingest-jobs'],
      summary: 'List bulk loads, newest first',
      description: 'However they came. Whoever has access to a part of the organisation sees those that they made.',
      tag,
      auth,
      query: Type.Object({ ...filterQuery, cursor, limit: pageQuery.limit }, strict),
      answers: {
        200: {
          description: 'Jobs with their counts',
          schema: pageAnswer('jobs', jobAnswer),
        },
      },
      async handle({ by, query }) {
        const org = await readOrg(by.orgId)
        const filter = readFilter(query, org.settings.time_zone ?? input.timeZone)
        const actor = by.reach === 'all' ? null : by.actor
        const { rows, next_cursor } = await pageOf(
          query,
          (page) => listJobs(db, by.orgId, { ...filter, actor }, page),
          ({ id }) => id,
        )
        const tally = await tallies(
          db,
          by.orgId,
          rows.map(({ id }) => id),
        )
        const jobs = rows.flatMap((job) => {
          const { counts, pace } = tally.get(job.id) ?? {}
          return counts && pace ? [jobView(job, counts, pace)] : []
        })
        return ok({ jobs, next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/ingest-jobs/:id'],
      summary: 'Read a bulk load: its state, counts, findings and progress',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The job', schema: jobAnswer } },
      handle: async (call) => ok(await shownJob(db, await seenJob(db, call))),
    }),
    route({
      method: 'GET',
      paths: ['/v1/ingest-jobs/:id/items'],
      summary: 'What became of each item of a bulk load, in its order',
      tag,
      auth,
      params: byId,
      query: Type.Object({ state: Type.Optional(itemAnswer.properties.state), cursor, limit: pageQuery.limit }, strict),
      answers: {
        200: {
          description: 'Items',
          schema: pageAnswer('items', itemAnswer),
        },
      },
      async handle(call) {
        const { state, ...page } = call.query
        const key = keyOf(await seenJob(db, call))
        const { rows, next_cursor } = await pageOfItems(
          page,
          ({ limit, last }) => listItems(db, key, { states: state && [state], after: last, limit }),
          ({ position }) => position,
        )
        return ok({ items: rows.map(itemView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/ingest-jobs/:id/errors.csv'],
      summary: 'The failed items of a bulk load, with reasons and what was said of them, as a CSV',
      description: 'Mend it and send it again: its `error_…` columns are left out when it is read.',
      tag,
      auth,
      params: byId,
      query: Type.Object(
        {
          separator: Type.Optional(
            Type.Enum([',', ';'], {
              default: ',',
              description: '`;` for a spreadsheet whose decimal sign is the comma',
            }),
          ),
        },
        strict,
      ),
      answers: { 200: { description: 'The table', contentType: 'text/csv' } },
      async handle(call) {
        const job = await seenJob(db, call)
        return ok(errorsCsv(db, keyOf(job), call.query.separator), {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="errors-${job.id}.csv"`,
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/ingest-jobs/:id/progress'],
      summary: 'Follow a bulk load, as server-sent events',
      description:
        'Events: `progress` with the counts when they change, `item` for each failure, and `ended` with the job, after ' +
        'which the stream ends. `Last-Event-ID` resumes; failures of the last ten seconds before may come again. A ' +
        'stream lasts 15 minutes at most: then come again.',
      tag,
      auth,
      params: byId,
      answers: {
        200: { description: 'The events', contentType: 'text/event-stream' },
        204: { description: 'The job has ended, and the client was told so', contentType: [] },
        429: { description: 'Too many streams of your organisation' },
      },
      async handle(call) {
        const job = await seenJob(db, call)
        const given = call.headers['last-event-id']
        const lastEventId = typeof given === 'string' ? given : null
        // Clients that come back by themselves stop at 204 (WHATWG HTML §9.2.3).
        if (lastEventId === endedId && job.ended_at !== null) return { status: 204 }
        return ok(progress.open(keyOf(job), { lastEventId, signal: call.signal }), {
          'Content-Type': 'text/event-stream; charset=utf-8',
          'Cache-Control': 'no-store',
          // For nginx, which would hold events back.
          'X-Accel-Buffering': 'no',
        })
      },
    }),
  ]
}
