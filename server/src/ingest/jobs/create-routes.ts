// Making an ingest job over REST: from a file, a list in the body, an address, the promise of a file, or empty and open.

import { Readable } from 'node:stream'
import { type Org, orgReader, writeOnce } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { type Call, type Fields, type Route, route } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { type Store, storeKey } from '../../storage/index.ts'
import { keepIfAccepted } from '../stage-file.ts'
import type { Effects } from './job-changes.ts'
import {
  type FormFields,
  formFields,
  itemsMax,
  type NewJobFields,
  newJobFields,
  readFields,
  readNewJob,
  readOptions,
} from './job-fields.ts'
import { auth, shownJob, tag } from './job-routes.ts'
import { jobAnswer, jobPath } from './job-views.ts'
import { createJob, type NewJob } from './jobs.ts'
import type { IngestJob, Part } from './shapes.ts'

/** A file of many conversations, in the store. */
export type ReceivedArchive = {
  parts: Part[]
  source: 'zip' | 'list'
  sha256: string
  fileName: string | null
}

/** Where a promised file is to be sent. */
export type ArchiveTicket = { url: string; fields: Record<string, string>; expires_at: string; tus_url: string }

export type CreateInput = {
  db: Db
  store: Store
  secrets: Secrets
  timeZone: string
  batchBytesMax: number
  /** The form of a request, its file in the store; null where it has none. Nothing is left behind when it fails. */
  receiveArchive(call: Call): Promise<{ fields: Fields; warnings: string[]; archive: ReceivedArchive | null }>
  archiveTicket(job: IngestJob): ArchiveTicket
  /** As it is kept; null for a path on the client's own machine. @throws Problem('invalid') */
  checkFileUrl(orgId: string, url: string): Promise<string | null>
  requireWatcher(orgId: string, id: string): Promise<{ name: string }>
} & Pick<Effects, 'enqueueRun'>

export function createRoutes(input: CreateInput): Route[] {
  const { db, store, secrets } = input
  const readOrg = orgReader(db)

  /** Once for its Idempotency-Key. `content` is what makes two requests the same. */
  async function make(call: Call, content: object, given: Given, also?: (job: IngestJob) => object) {
    const { by, requestId } = call
    let isKept = false
    const answer = await writeOnce({ db, secrets }, call, content, async (tx: Tx) => {
      const job = await createJob(tx, { ...given, org_id: by.orgId, sent_by: by, request_id: requestId })
      if (job.state === 'received' || job.file_url !== null) await input.enqueueRun(tx, job)
      isKept = true
      const { source, name, state } = job
      const body = { ...(await shownJob(tx, job)), ...also?.(job) }
      const data = { source, name, state }
      return { answer: { status: 202, body }, action: 'ingest_job.create', target: job.id, data }
    })
    const { job_id: id } = answer.body as { job_id: string }
    return { answer: { ...answer, headers: { ...answer.headers, Location: jobPath({ id }) } }, isKept }
  }

  /** What every job has, whatever it is made from. */
  const common = async (org: Org, given: FormFields, name: string) => ({
    name: given.name ?? name,
    is_dry_run: given.dry_run ?? false,
    options: await readOptions(db, org, given, org.settings.time_zone ?? input.timeZone),
  })

  const fromFile = (call: Call, org: Org, form: Fields, warnings: string[], archive: ReceivedArchive) =>
    keepIfAccepted(store, archive.parts, async () => {
      const { parts, source, sha256, fileName } = archive
      const given = await common(org, readFields(formFields, form), fileName ?? 'Upload')
      return make(call, [form, sha256], { ...given, source, state: 'received', parts, warnings })
    })

  async function fromList(call: Call, org: Org, fields: NewJobFields, items: Fields[]) {
    const given = await common(org, fields, items.length === 1 ? '1 item' : `${items.length} items`)
    const bytes = Buffer.from(JSON.stringify(items))
    const part = { store_key: storeKey(org.id, 'batch', newId()), size_bytes: bytes.length }
    await store.put(part.store_key, Readable.from([bytes]), { sizeBytesMax: bytes.length })
    return keepIfAccepted(store, [part], () =>
      make(call, fields, { ...given, source: 'list', state: 'received', parts: [part] }),
    )
  }

  async function fromAddress(call: Call, org: Org, fields: NewJobFields, url: string) {
    const address = await input.checkFileUrl(org.id, url)
    if (address === null) throw notHere()
    const name = nameIn(address)
    const given = await common(org, fields, name)
    return make(call, fields, { ...given, source: sourceByName(name), state: 'uploading', file_url: address })
  }

  async function promised(call: Call, org: Org, fields: NewJobFields, fileName = 'Upload') {
    const given = { ...(await common(org, fields, fileName)), source: sourceByName(fileName) }
    return make(call, fields, { ...given, state: 'uploading' }, (job) => ({ upload: input.archiveTicket(job) }))
  }

  async function opened(call: Call, org: Org, fields: NewJobFields) {
    const { watcher_id: watcherId = null } = fields
    const watcher = watcherId === null ? null : await input.requireWatcher(org.id, watcherId)
    const given = await common(org, fields, watcher?.name ?? 'Single uploads')
    return make(call, fields, { ...given, source: watcher ? 'watch' : 'api', source_id: watcherId, state: 'open' })
  }

  async function create(call: Call, org: Org) {
    const { fields, warnings, archive } = await input.receiveArchive(call)
    if (archive) return fromFile(call, org, fields, warnings, archive)
    const given = readNewJob(fields)
    if (given.items) return fromList(call, org, given, given.items)
    if (given.file_url) return fromAddress(call, org, given, given.file_url)
    if (given.upload) return promised(call, org, given, given.upload.file_name)
    return opened(call, org, given)
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/ingest-jobs'],
      summary: 'Bring in many conversations at once',
      description:
        'As a form: the options, then `file`, a ZIP or a list (CSV, TSV, JSON, NDJSON). As JSON: the options and one of ' +
        `\`items\` (up to ${itemsMax}), \`file_url\`, \`upload\` and \`open\`. With \`dry_run\` the job ends as \`planned\` and says what would happen.`,
      tag,
      auth,
      body: newJobFields,
      bodyKinds: ['json', 'multipart'],
      fileBytesMax: input.batchBytesMax,
      answers: { 202: { description: 'The job; of a promised file also where to send it', schema: jobAnswer } },
      handle: async (call) => (await create(call, await readOrg(call.by.orgId))).answer,
    }),
  ]
}

type Given = Omit<NewJob, 'org_id' | 'id' | 'sent_by' | 'request_id'>

/** Until its first bytes tell. */
const sourceByName = (name: string): 'zip' | 'list' => (/\.(csv|tsv|json|ndjson|jsonl)$/i.test(name) ? 'list' : 'zip')

function nameIn(url: string): string {
  const part = url.split(/[?#]/, 1)[0]?.split('/').at(-1)
  return part?.slice(0, 300) || 'Download'
}

const notHere = () =>
  new Problem(
    'invalid',
    'not_an_address',
    'file_url is no address. Send the file itself, or an address such as https://…',
    {
      facts: { field: 'file_url' },
    },
  )
