// Remote servers over REST: set up, tried out, changed. No answer holds what is needed to log in.

import { Type } from 'typebox'
import { writeAudit, writeOnce } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Extra, OpenServers } from './open-server.ts'
import { forgetPlace } from './remote-files.ts'
import {
  examples,
  newServerBody,
  placeOf,
  readNewServer,
  readServerChange,
  readServerTest,
  serverAnswer,
  serverChangeBody,
  serverTestBody,
  serverView,
} from './server-fields.ts'
import { trialAnswer, trials } from './server-trial.ts'
import {
  changeServer,
  createServer,
  deleteServer,
  listServers,
  lockServer,
  requireServer,
  type Server,
  type ServerSecrets,
  secretNames,
  type UsersOfServer,
} from './servers.ts'

const tag = 'Remote folders'
const auth = 'ingest:manage'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const pageOf = cursorPages('i', isRowId)
const write = Type.Optional(
  Type.Boolean({ description: 'Also make and remove a small file, as moving files needs it' }),
)
const savedTestBody = Type.Object(
  {
    path: Type.Optional(Type.String({ maxLength: 1000, description: 'A folder in the one that the server opens' })),
    write,
  },
  { examples: [{ path: 'incoming' }] },
)
const newTestBody = Type.Object({ ...serverTestBody.properties, write }, { examples: [examples.server] })

export function serverRoutes(parts: {
  db: Db
  secrets: Secrets
  servers: OpenServers
  usersOf: UsersOfServer
}): Route[] {
  const { db, secrets, servers } = parts
  const tryOut = trials()

  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  const known = ({ by, params }: Pick<Call<{ id: string }>, 'by' | 'params'>) =>
    requireServer(db, by.orgId, requireUuid(params.id))

  /** What is kept of a request must not help to guess what is secret in it. */
  const contentOf = (fields: object) => ({
    hash: secrets.hash('idempotency', JSON.stringify(fields)).toString('base64'),
  })

  return [
    route({
      method: 'POST',
      paths: ['/v1/remote-servers'],
      summary: 'Set up a remote server',
      description:
        'FTP, FTPS, SFTP or a bucket. What is needed to log in is kept sealed and in no later answer. Try it out with `/v1/remote-servers/test` first.',
      tag,
      auth,
      body: newServerBody,
      answers: { 201: { description: 'The server', schema: serverAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const given = readNewServer(await call.fields())
        await servers.checkDestination(given.columns)
        return writeOnce({ db, secrets }, call, contentOf(given), async (tx) => {
          const server = await createServer(tx, secrets, call.by, given)
          const answer = { status: 201, body: serverView(server) }
          return { answer, action: 'remote_server.create', target: server.id, data: factsOf(server) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/remote-servers'],
      summary: 'List remote servers',
      tag,
      auth,
      query: Type.Object(cursorQuery),
      answers: {
        200: {
          description: 'Oldest first',
          schema: pageAnswer('servers', serverAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          { limit: query.limit, cursor: query.cursor || undefined },
          ({ limit, last }) => listServers(db, by.orgId, { limit, after: last }),
          ({ id }) => id,
        )
        return ok({ servers: rows.map(serverView), next_cursor })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/remote-servers/:id'],
      summary: 'Read a remote server',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The server', schema: serverAnswer } },
      handle: async (call) => ok(serverView(await known(call))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/remote-servers/:id'],
      summary: 'Change a remote server',
      description:
        'Null takes back what was set. Another host, port, protocol or endpoint needs what one logs in with again, and forgets the pinned host key and certificate. A changed host key is accepted by setting `host_key`.',
      tag,
      auth,
      params: byId,
      body: serverChangeBody,
      answers: { 200: { description: 'The server', schema: serverAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const server = await known(call)
        const { id } = server
        const fields = await call.fields()
        await servers.checkDestination(readServerChange(server, fields).columns)
        return writeOnce({ db, secrets }, call, contentOf(fields), async (tx) => {
          const before = await lockServer(tx, call.by.orgId, id)
          const given = readServerChange(before, fields)
          const after = await changeServer(tx, secrets, before, given)
          if (placeOf(after) !== placeOf(before)) await forgetPlace(tx, call.by.orgId, { serverId: id })
          const data = {
            before: factsOf(before),
            after: factsOf(after),
            secrets_changed: secretNames.filter((one) => isChanged(before, given, one)),
          }
          return { answer: ok(serverView(after)), action: 'remote_server.change', target: id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/remote-servers/:id'],
      summary: 'Delete a remote server that no remote folder uses',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' }, 409: { description: 'In use; the answer names the folders' } },
      async handle({ by, params, requestId }) {
        const id = requireUuid(params.id)
        await db.transaction().execute(async (tx) => {
          const gone = await deleteServer(tx, by.orgId, id, parts.usersOf)
          const entry = { action: 'remote_server.delete', target: id, requestId, data: factsOf(gone) }
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, ...entry }])
        })
        return { status: 204 }
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/remote-servers/test'],
      summary: 'Try out settings that are not saved',
      description:
        'Connects, logs in, looks into the folder and reads a file, within 30 seconds, and says of each step how it went. Fingerprints of host keys and certificates are shown, to be pinned.',
      tag,
      auth,
      body: newTestBody,
      answers: { 200: { description: 'Each step up to the first that fails', schema: trialAnswer } },
      async handle(call) {
        const { write: isWritten, ...settings } = strictFields(newTestBody, await call.fields())
        const { columns, secrets: held } = readServerTest(settings)
        return ok(await tryOut(call, (extra) => servers.openSettings(columns, held, extra), isWritten ?? false))
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/remote-servers/:id/test'],
      summary: 'Try out a remote server',
      description: 'As `/v1/remote-servers/test`, with what is stored. Trusts the host key if none is trusted yet.',
      tag,
      auth,
      params: byId,
      body: savedTestBody,
      answers: { 200: { description: 'Each step up to the first that fails', schema: trialAnswer } },
      async handle(call) {
        const { id } = await known(call)
        const { path = '', write: isWritten } = strictFields(savedTestBody, await call.fields())
        const open = (extra: Extra) => servers.openServer(call.by.orgId, id, { path, ...extra })
        return ok(await tryOut(call, open, isWritten ?? false))
      },
    }),
  ]
}

const isChanged = (
  before: Server,
  given: { secrets: ServerSecrets; keeps: readonly string[] },
  name: keyof ServerSecrets,
) => given.secrets[name] !== undefined || (before.secrets_held.includes(name) && !given.keeps.includes(name))

/** For the audit. */
const factsOf = ({ name, protocol, host, port, user_name, path, settings, host_key, ...limits }: Server) => ({
  name,
  protocol,
  host,
  port,
  user_name,
  path,
  ...settings,
  host_key,
  connections_max: limits.connections_max,
  bytes_per_second_max: limits.bytes_per_second_max,
})
