// Remote folders over REST: set up, paused, synced at once, and what was seen in them.

import { Type } from 'typebox'
import { orgReader, writeAudit, writeOnce } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, isRowId, pageAnswer, pageQuery } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Queue } from '../../platform/jobs/queue.ts'
import { compilePattern } from '../../platform/path-pattern.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { countItems } from '../jobs/items.ts'
import { readOptions } from '../jobs/job-fields.ts'
import { getJob } from '../jobs/jobs.ts'
import {
  fileAnswer,
  fileCounts,
  fileState,
  fileView,
  folderAnswer,
  folderChangeBody,
  folderView,
  type GivenFolder,
  newFolderBody,
  readFolderChange,
  readNewFolder,
  testPatternBody,
} from './folder-fields.ts'
import {
  changeFolder,
  createFolder,
  deleteFolder,
  type Folder,
  type FolderSettings,
  listFolders,
  lockFolder,
  requireFolder,
} from './folders.ts'
import { countFiles, forgetPlace, listFiles } from './remote-files.ts'
import { nextSync } from './schedule.ts'
import { requireServer } from './servers.ts'
import { enqueueSync } from './sync.ts'

const tag = 'Remote folders'
const auth = 'ingest:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const pageFields = {
  limit: pageQuery.limit,
  cursor: Type.Optional(Type.String({ maxLength: 5000, description: '`next_cursor` of the page before' })),
}
const foldersPage = cursorPages('i', isRowId)
const filesPage = cursorPages('p', (value): value is string => typeof value === 'string')

export function folderRoutes(parts: { db: Db; secrets: Secrets; queue: () => Queue; timeZone: string }): Route[] {
  const { db } = parts
  const readOrg = orgReader(db)

  const zoneOf = async (orgId: string) => (await readOrg(orgId)).settings.time_zone ?? parts.timeZone

  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  const known = ({ by, params }: Pick<Call<{ id: string }>, 'by' | 'params'>) =>
    requireFolder(db, by.orgId, requireUuid(params.id))

  /** What is checked against what the organisation has; outside of the transaction that writes it. */
  async function lookedUp(orgId: string, { settings, options }: GivenFolder): Promise<Partial<FolderSettings>> {
    await requireServer(db, orgId, settings.server_id).catch((err) => {
      if (!(err instanceof Problem) || err.kind !== 'not_found') throw err
      const detail = 'server_id: there is no such remote server. POST /v1/remote-servers sets one up.'
      throw new Problem('invalid', 'unknown_server', detail, { facts: { field: 'server_id' } })
    })
    if (!options) return {}
    return { options: await readOptions(db, await readOrg(orgId), options, await zoneOf(orgId)) }
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/remote-folders'],
      summary: 'Set up a remote folder',
      description: 'It is synced at once, and then by its schedule.',
      tag,
      auth,
      body: newFolderBody,
      answers: { 201: { description: 'The folder', schema: folderAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const { orgId } = call.by
        const fields = await call.fields()
        const given = readNewFolder(fields)
        const settings = { ...given.settings, ...(await lookedUp(orgId, given)) }
        return writeOnce(parts, call, fields, async (tx) => {
          const folder = await createFolder(tx, call.by, settings, new Date())
          const answer = { status: 201, body: folderView(folder) }
          return { answer, action: 'remote_folder.create', target: folder.id, data: factsOf(folder) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/remote-folders'],
      summary: 'List remote folders with their health',
      tag,
      auth,
      query: Type.Object(pageFields),
      answers: {
        200: {
          description: 'Oldest first',
          schema: pageAnswer('folders', folderAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await foldersPage(
          query,
          ({ limit, last }) => listFolders(db, by.orgId, { limit, after: last }),
          ({ id }) => id,
        )
        return ok({ folders: rows.map(folderView), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/remote-folders/test-pattern'],
      summary: 'Try out a pattern',
      description: 'What each path gives, `null` for those that do not fit.',
      tag,
      auth,
      body: testPatternBody,
      answers: {
        200: {
          description: 'In the order of the names',
          schema: Type.Object({
            results: Type.Array(
              Type.Object({
                name: Type.String(),
                fields: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
                warnings: Type.Array(Type.String()),
              }),
            ),
          }),
        },
      },
      async handle(call) {
        const { pattern, names } = strictFields(testPatternBody, await call.fields())
        const compiled = compilePattern(pattern)
        const results = names.map((name) => {
          const { fields = null, warnings = [] } = compiled.match(name.replace(/^\/+/, '')) ?? {}
          return { name, fields, warnings }
        })
        return ok({ results })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/remote-folders/:id'],
      summary: 'Read a remote folder: health, files by state, last job',
      tag,
      auth,
      params: byId,
      answers: {
        200: {
          description: 'The folder',
          schema: Type.Object({
            ...folderAnswer.properties,
            files: fileCounts,
            last_job: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
          }),
        },
      },
      async handle(call) {
        const folder = await known(call)
        const key = { orgId: folder.org_id, folderId: folder.id }
        return ok({ ...folderView(folder), files: await countFiles(db, key), last_job: await lastJob(folder) })
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/remote-folders/:id'],
      summary: 'Change or pause a remote folder',
      description:
        'What is named replaces what was. Files that were taken in already stay so under a new pattern. Another path or server is another place, where all is looked at anew.',
      tag,
      auth,
      params: byId,
      body: folderChangeBody,
      answers: { 200: { description: 'The folder', schema: folderAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const folder = await known(call)
        const { orgId } = call.by
        const fields = await call.fields()
        const found = await lookedUp(orgId, readFolderChange(settingsOf(folder), fields))
        const timeZone = await zoneOf(orgId)
        return writeOnce(parts, call, fields, async (tx) => {
          const before = await lockFolder(tx, orgId, folder.id)
          const settings = { ...readFolderChange(settingsOf(before), fields).settings, ...found }
          const isResumed = settings.is_active && !before.is_active
          const now = new Date()
          const isMoved = settings.server_id !== before.server_id || settings.path !== before.path
          if (isMoved) await forgetPlace(tx, orgId, { folderId: before.id })
          const isSooner = isResumed || isMoved || fields.schedule !== undefined
          const next = isResumed || isMoved ? now : nextSync(settings.schedule, timeZone, now)
          const after = await changeFolder(tx, before, settings, isSooner ? next : before.next_sync_at)
          const data = { before: factsOf(before), after: factsOf(after) }
          return { answer: ok(folderView(after)), action: 'remote_folder.change', target: folder.id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/remote-folders/:id'],
      summary: 'Delete a remote folder',
      description:
        'What was taken in stays. What is known of its files is forgotten; the files themselves are not touched.',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        await db.transaction().execute(async (tx) => {
          const folder = await lockFolder(tx, by.orgId, id)
          await deleteFolder(tx, folder)
          const entry = { action: 'remote_folder.delete', target: id, requestId, data: factsOf(folder) }
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, ...entry }])
        })
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/remote-folders/:id/sync'],
      summary: 'Sync a remote folder now',
      tag,
      auth,
      params: byId,
      answers: {
        202: {
          description: '`is_new` is false when a sync was queued or under way already',
          schema: Type.Object({ is_new: Type.Boolean() }),
        },
        409: { description: 'It is paused' },
      },
      async handle(call) {
        await known(call)
        const { orgId, actor } = call.by
        const isNew = await db.transaction().execute(async (tx) => {
          const folder = await lockFolder(tx, orgId, requireUuid(call.params.id))
          if (!folder.is_active) {
            const detail = 'The remote folder is paused. Set is_active to true to sync it.'
            throw new Problem('conflict', 'folder_paused', detail)
          }
          if (!(await enqueueSync(tx, parts.queue(), folder))) return false
          const entry = { action: 'remote_folder.sync', target: folder.id, requestId: call.requestId }
          await writeAudit(tx, [{ orgId, actor, ...entry }])
          return true
        })
        return { status: 202, body: { is_new: isNew } }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/remote-folders/:id/files'],
      summary: 'What was seen in a remote folder, and what became of it',
      tag,
      auth,
      params: byId,
      query: Type.Object({ state: Type.Optional(fileState), ...pageFields }),
      answers: {
        200: {
          description: 'In order of path',
          schema: pageAnswer('files', fileAnswer),
        },
      },
      async handle(call) {
        const folder = await known(call)
        const { state, ...page } = call.query
        const { rows, next_cursor } = await filesPage(
          page,
          ({ limit, last }) =>
            listFiles(db, { orgId: folder.org_id, folderId: folder.id }, { state, after: last, limit }),
          ({ path }) => path,
        )
        return ok({ files: rows.map((file) => fileView(folder, file)), next_cursor })
      },
    }),
  ]

  async function lastJob({ org_id: orgId, last_job_id: jobId }: Folder) {
    const job = jobId === null ? null : await getJob(db, orgId, jobId)
    if (!job) return null
    const { id, state, created_at, ended_at } = job
    const counts = job.counts ?? (await countItems(db, { orgId, jobId: id }))
    return { job_id: id, state, counts, created_at, ended_at, links: { self: `/v1/ingest-jobs/${id}` } }
  }
}

const settingNames = Object.keys(folderChangeBody.properties) as (keyof FolderSettings)[]

const settingsOf = (folder: Folder): FolderSettings =>
  Object.fromEntries(settingNames.map((name) => [name, folder[name]])) as unknown as FolderSettings

/** For the audit: what people are called by the options is their business. */
const factsOf = (folder: Folder): Record<string, unknown> => {
  const { options, ...facts } = settingsOf(folder)
  return { ...facts, unknown_people: options.unknown_people ?? null }
}
