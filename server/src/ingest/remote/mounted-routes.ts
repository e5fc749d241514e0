// Folders of this machine, opened for one organisation each by whoever runs the installation: theirs appear among its
// remote servers, as `mounted`. Two organisations never see the same file.

import { realpath, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { answerOnce, findOrg, idempotencyOf, writeAudit } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { isInFolder } from '../../platform/folder-nesting.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { name, serverAnswer, serverView } from './server-fields.ts'
import { createServer, deleteServer, requireServer, serversOf, type UsersOfServer } from './servers.ts'

const tag = 'Remote folders'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const byIds = Type.Object({ ...byId.properties, server_id: Type.String({ maxLength: 200 }) })
const body = Type.Object(
  {
    name,
    path: Type.String({ minLength: 1, maxLength: 1000, description: 'Absolute, in one of INDABA_MOUNTED_FOLDERS' }),
  },
  { examples: [{ name: 'Recorder', path: '/mnt/recordings' }] },
)
const connectionsMax = 2

export function mountedRoutes(parts: {
  db: Db
  secrets: Secrets
  mountedFolders: readonly string[]
  usersOf: UsersOfServer
}): Route[] {
  const { db, secrets, mountedFolders } = parts

  const orgOf = async ({ params }: Pick<Call<{ id: string }>, 'params'>): Promise<string> => {
    const org = await findOrg(db, requireUuid(params.id))
    if (!org) throw notFound()
    return org.id
  }

  return [
    route({
      method: 'POST',
      paths: ['/v1/organisations/:id/mounted-folders'],
      summary: 'Open a folder of this machine for an organisation',
      description: 'The folder, and all below it, is read by this organisation alone.',
      tag,
      auth: 'admin',
      params: byId,
      body,
      answers: {
        201: { description: 'The folder, as the organisation sees it among its remote servers', schema: serverAnswer },
        409: { description: 'The name is taken, or another organisation reads there' },
      },
      async handle(call) {
        const orgId = await orgOf(call)
        const given = strictFields(body, await call.fields())
        const path = await openedPath(mountedFolders, given.path)
        const { actor } = call.by
        return answerOnce(db, secrets, idempotencyOf(call, [orgId, given]), async (tx) => {
          await requireNobodyElse(tx, orgId, path)
          const server = await createServer(
            tx,
            secrets,
            { orgId, actor },
            {
              columns: {
                name: given.name.trim(),
                protocol: 'mounted',
                host: null,
                port: null,
                user_name: null,
                path,
                settings: {},
                host_key: null,
                connections_max: connectionsMax,
                bytes_per_second_max: null,
              },
              secrets: {},
            },
          )
          const entry = { action: 'remote_server.create', target: server.id, requestId: call.requestId }
          await writeAudit(tx, [{ orgId, actor, ...entry, data: { name: server.name, protocol: 'mounted', path } }])
          return { status: 201, body: serverView(server) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/organisations/:id/mounted-folders'],
      summary: 'List the folders of this machine that are open for an organisation',
      tag,
      auth: 'admin',
      params: byId,
      answers: { 200: { description: 'All of them', schema: Type.Object({ servers: Type.Array(serverAnswer) }) } },
      handle: async (call) => ok({ servers: (await serversOf(db, await orgOf(call), ['mounted'])).map(serverView) }),
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/organisations/:id/mounted-folders/:server_id'],
      summary: 'Close a folder of this machine for an organisation',
      tag,
      auth: 'admin',
      params: byIds,
      answers: { 204: { description: 'Closed' }, 409: { description: 'In use; the answer names the remote folders' } },
      async handle(call) {
        const orgId = await orgOf(call)
        const { protocol, id } = await requireServer(db, orgId, requireUuid(call.params.server_id))
        if (protocol !== 'mounted') throw notFound()
        await db.transaction().execute(async (tx) => {
          const { name, path } = await deleteServer(tx, orgId, id, parts.usersOf)
          const entry = { action: 'remote_server.delete', target: id, requestId: call.requestId }
          await writeAudit(tx, [{ orgId, actor: call.by.actor, ...entry, data: { name, protocol, path } }])
        })
        return { status: 204 }
      },
    }),
  ]
}

/** The folder itself, links followed. @throws Problem('invalid') that says what to mend */
async function openedPath(mountedFolders: readonly string[], path: string): Promise<string> {
  const wrong = (code: string, issue: string) =>
    new Problem('invalid', code, `path ${issue}.`, { facts: { field: 'path', issue } })
  if (mountedFolders.length === 0) {
    throw wrong('no_mounted_folders', 'cannot be opened: name the folders that may be, in INDABA_MOUNTED_FOLDERS')
  }
  const real = isAbsolute(path) && !path.includes('\0') ? await realpath(path).catch(() => null) : null
  const roots = await Promise.all(mountedFolders.map((one) => realpath(one).catch(() => null)))
  if (real === null || !(await stat(real)).isDirectory()) throw wrong('no_such_folder', 'is no folder that can be read')
  if (!roots.some((root) => root !== null && isInFolder(root, real))) {
    throw wrong('folder_not_opened', 'is in none of INDABA_MOUNTED_FOLDERS')
  }
  return real
}

/** Asked across organisations, by the administrator. @throws Problem('conflict', 'folder_taken') */
async function requireNobodyElse(tx: Tx, orgId: string, path: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('mounted folders'))`.execute(tx)
  const rows = await tx
    .selectFrom('remote_servers')
    .select(['org_id', 'path'])
    .where('protocol', '=', 'mounted')
    .where('org_id', '<>', orgId)
    .execute()
  const other = rows.find((one) => isInFolder(one.path, path) || isInFolder(path, one.path))
  if (!other) return
  const detail = `${other.path} is open for another organisation (${other.org_id}). Two organisations cannot have the same files.`
  throw new Problem('conflict', 'folder_taken', detail)
}
