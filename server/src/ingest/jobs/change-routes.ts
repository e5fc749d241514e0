// Changing ingest jobs over REST: start, cancel, retry, close, delete. What each of them does is told in job-changes.ts.

import { type Static, Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { type Effects, jobChanges } from './job-changes.ts'
import { readFields, retryFields, startFields } from './job-fields.ts'
import { auth, byId, type JobCall, seenJob, shownJob, tag } from './job-routes.ts'
import { jobAnswer } from './job-views.ts'
import { getJob } from './jobs.ts'
import { readPeople } from './people-field.ts'
import type { JobOptions } from './shapes.ts'

const byPosition = Type.Object({ ...byId.properties, position: byId.properties.id })
const noFields = Type.Object({})
const conflict = { 409: { description: 'Not in the state that the job is in' } }
const shown = { description: 'The job', schema: jobAnswer }

/** `said` makes two requests the same; `told` goes into the audit, which names of people stay out of. */
type Change = { name: string; said?: object; told?: object; status?: number }

export function changeRoutes(input: { db: Db; secrets: Secrets } & Effects): Route[] {
  const { db, secrets } = input
  const changes = jobChanges(input)

  /** Once for its Idempotency-Key, with its audit row. Answers the job as it is then, and what `work` answers. */
  const change = (
    call: JobCall,
    { name, said = {}, told = {}, status = 200 }: Change,
    work: (tx: Tx) => Promise<unknown>,
  ) =>
    writeOnce({ db, secrets }, call, said, async (tx) => {
      const id = requireUuid(call.params.id)
      const more = (await work(tx)) as object | undefined
      const job = await getJob(tx, call.by.orgId, id)
      const answer: Answer = job ? { status, body: { ...(await shownJob(tx, job)), ...more } } : { status: 204 }
      return { answer, action: `ingest_job.${name}`, target: id, data: { ...told, ...more } }
    })

  const retry = (call: JobCall, which: { codes?: string[]; position?: number }, options: Partial<JobOptions> = {}) =>
    change(call, { name: 'retry', said: { which, options }, told: which, status: 202 }, async (tx) => ({
      retried: await changes.retry(tx, call.by, call.params.id, which, options),
    }))

  /** Whom names stand for is checked. */
  const readChange = async (call: JobCall, { people, ...given }: Static<typeof startFields>) => {
    const options: Partial<JobOptions> = { ...given }
    if (people) options.people = await readPeople(db, call.by.orgId, people)
    return options
  }

  const withoutFields = (name: 'cancel' | 'close', summary: string) =>
    route({
      method: 'POST',
      paths: [`/v1/ingest-jobs/:id/${name}`],
      summary,
      tag,
      auth,
      params: byId,
      answers: { 200: shown, ...conflict },
      async handle(call) {
        await seenJob(db, call)
        strictFields(noFields, await call.fields())
        return change(call, { name }, (tx) => changes[name](tx, call.by, call.params.id))
      },
    })

  return [
    route({
      method: 'POST',
      paths: ['/v1/ingest-jobs/:id/start'],
      summary: 'Do for real what a dry run has planned',
      tag,
      auth,
      params: byId,
      body: startFields,
      answers: { 202: shown, ...conflict },
      async handle(call) {
        await seenJob(db, call)
        const options = await readChange(call, readFields(startFields, await call.fields()))
        const { people: _, ...told } = options
        return change(call, { name: 'start', said: options, told, status: 202 }, (tx) =>
          changes.start(tx, call.by, call.params.id, options),
        )
      },
    }),
    withoutFields('cancel', 'Cancel a bulk load: what waits is not taken in; what is in stays'),
    route({
      method: 'POST',
      paths: ['/v1/ingest-jobs/:id/retry'],
      summary: 'Try failed items once more',
      description:
        'All of them, or those that failed with one of `codes`; options that are sent count from now on. 409 `source_gone` when what was sent is no longer kept.',
      tag,
      auth,
      params: byId,
      body: retryFields,
      answers: { 202: { ...shown, description: 'The job, with how many items are `retried`' }, ...conflict },
      async handle(call) {
        await seenJob(db, call)
        const { codes, ...given } = readFields(retryFields, await call.fields())
        return retry(call, codes ? { codes } : {}, await readChange(call, given))
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/ingest-jobs/:id/items/:position/retry'],
      summary: 'Try one failed item once more',
      tag,
      auth,
      params: byPosition,
      answers: { 202: shown, ...conflict },
      async handle(call) {
        await seenJob(db, call)
        strictFields(noFields, await call.fields())
        // Nothing has such a position that is no number.
        if (!/^\d{1,9}$/.test(call.params.position)) throw notFound()
        return retry(call, { position: Number(call.params.position) })
      },
    }),
    withoutFields('close', 'Close an open job: nothing more will be added to it'),
    route({
      method: 'DELETE',
      paths: ['/v1/ingest-jobs/:id'],
      summary: 'Forget a bulk load that has ended, with its items; the conversations stay',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Forgotten' }, ...conflict },
      async handle(call) {
        await seenJob(db, call)
        return change(call, { name: 'delete' }, (tx) => changes.remove(tx, call.by, call.params.id))
      },
    }),
  ]
}
