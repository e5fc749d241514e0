// Remote servers of an organisation: where recordings are fetched from, and what is needed to log in there. Secrets are
// sealed at rest and are never shown again. How one is spoken to is the business of open-server.ts.

import { type Selectable, sql } from 'kysely'
import { writeAudit } from '../../access/index.ts'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import type { RemoteServers } from '../../platform/db/schema.gen.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { SealedColumn, Secrets } from '../../platform/secrets.ts'

export type Protocol = 'ftp' | 'ftps' | 'ftps_implicit' | 'sftp' | 's3' | 'mounted'

export const secretNames = ['password', 'private_key', 'passphrase', 'secret_access_key'] as const
export type SecretName = (typeof secretNames)[number]
export type ServerSecrets = { [Name in SecretName]?: string }

export type ServerSettings = {
  bucket?: string
  region?: string
  endpoint?: string | null
  force_path_style?: boolean
  /** `AB:CD:…` */
  certificate_sha256?: string | null
}

export type ServerColumns = {
  name: string
  protocol: Protocol
  host: string | null
  port: number | null
  user_name: string | null
  path: string
  settings: ServerSettings
  host_key: string | null
  connections_max: number
  bytes_per_second_max: number | null
}

export type Server = ServerColumns &
  Pick<Selectable<RemoteServers>, 'org_id' | 'id' | 'created_by' | 'created_at' | 'updated_at'> & {
    secrets_held: SecretName[]
  }

/** Names of the remote folders that use it. */
export type UsersOfServer = (tx: Tx, orgId: string, serverId: string) => Promise<string[]>

/** Each may hold connections open. */
const serversMax = 100
const uniqueViolation = '23505'

export const serverSecrets: SealedColumn = { table: 'remote_servers', column: 'secret', isOfOrg: true, id: 'id' }
const placeOf = (orgId: string, id: string) => ({ in: serverSecrets, orgId, id })

const servers = (db: DbOrTx, orgId: string) => db.selectFrom('remote_servers').selectAll().where('org_id', '=', orgId)

const asServer = ({ secret: _, ...row }: Selectable<RemoteServers>): Server => ({
  ...row,
  protocol: row.protocol as Protocol,
  settings: row.settings as ServerSettings,
  secrets_held: row.secrets_held as SecretName[],
})

/** Oldest first. */
export async function listServers(
  db: DbOrTx,
  orgId: string,
  page: { limit: number; after: string | null },
): Promise<Server[]> {
  let query = servers(db, orgId).orderBy('id').limit(page.limit)
  if (page.after) query = query.where('id', '>', page.after)
  return (await query.execute()).map(asServer)
}

export async function serversOf(db: DbOrTx, orgId: string, protocols: readonly Protocol[]): Promise<Server[]> {
  if (protocols.length === 0) return []
  return (await servers(db, orgId).where('protocol', 'in', protocols).orderBy('id').execute()).map(asServer)
}

/** @throws Problem('not_found') */
export async function requireServer(db: DbOrTx, orgId: string, id: string): Promise<Server> {
  const row = await servers(db, orgId).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return asServer(row)
}

/**
 * What it is logged in with, in clear: for the connection alone. Only with the settings that it was stored with: a new login
 * must not go to the old host. @throws Problem('unavailable', 'server_changed')
 */
export async function openServerSecrets(db: DbOrTx, secrets: Secrets, server: Server): Promise<ServerSecrets> {
  const { org_id: orgId, id, updated_at } = server
  const row = await db
    .selectFrom('remote_servers')
    .select('secret')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where(sql`date_trunc('milliseconds', updated_at)`, '=', updated_at)
    .executeTakeFirst()
  if (!row)
    throw new Problem('unavailable', 'server_changed', 'The settings of the server were changed just now. Try again.')
  return row.secret ? JSON.parse(await secrets.open(db, placeOf(orgId, id), row.secret)) : {}
}

/** @throws Problem('conflict', 'name_taken' | 'too_many_servers') */
export async function createServer(
  tx: Tx,
  secrets: Secrets,
  by: { orgId: string; actor: string },
  given: { columns: ServerColumns; secrets: ServerSecrets },
): Promise<Server> {
  const { orgId, actor } = by
  const { count } = await tx
    .selectFrom('remote_servers')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('org_id', '=', orgId)
    .executeTakeFirstOrThrow()
  if (count >= serversMax) {
    const detail = `There are ${serversMax} remote servers already. Delete one that is no longer needed.`
    throw new Problem('conflict', 'too_many_servers', detail)
  }
  const id = newId()
  const row = await tx
    .insertInto('remote_servers')
    .values({
      org_id: orgId,
      id,
      created_by: actor,
      ...stored(given.columns),
      ...(await sealed(tx, secrets, orgId, id, given.secrets)),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) throw nameTaken(given.columns.name)
  return asServer(row)
}

/** `keeps`: of the secrets that are stored, those that stay. @throws Problem('conflict', 'name_taken') */
export async function changeServer(
  tx: Tx,
  secrets: Secrets,
  server: Server,
  given: { columns: ServerColumns; secrets: ServerSecrets; keeps: readonly SecretName[] },
): Promise<Server> {
  const { org_id: orgId, id } = server
  const held = await openServerSecrets(tx, secrets, server)
  const kept = Object.fromEntries(given.keeps.map((one) => [one, held[one]]))
  const row = await tx
    .updateTable('remote_servers')
    .set({
      ...stored(given.columns),
      ...(await sealed(tx, secrets, orgId, id, { ...kept, ...given.secrets })),
      updated_at: new Date(),
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch((err) => {
      throw err.code === uniqueViolation ? nameTaken(given.columns.name) : err
    })
  return asServer(row)
}

/** The row, held until the transaction ends. @throws Problem('not_found') */
export async function lockServer(tx: Tx, orgId: string, id: string): Promise<Server> {
  const row = await servers(tx, orgId).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw notFound()
  return asServer(row)
}

/** @throws Problem('not_found'), Problem('conflict', 'server_in_use') that names the folders */
export async function deleteServer(tx: Tx, orgId: string, id: string, usersOf: UsersOfServer): Promise<Server> {
  const server = await lockServer(tx, orgId, id)
  const folders = await usersOf(tx, orgId, id)
  if (folders.length > 0) {
    const detail = `The server is used by ${folders.map((one) => `“${one}”`).join(', ')}. Delete those remote folders first, or give them another server.`
    throw new Problem('conflict', 'server_in_use', detail, { facts: { remote_folders: folders } })
  }
  await tx.deleteFrom('remote_servers').where('org_id', '=', orgId).where('id', '=', id).execute()
  return server
}

/**
 * Trusts the first host key that is met, and no other from then on.
 * @returns the key that is trusted now, which may be one that was met elsewhere at the same moment
 */
export async function pinHostKey(db: Db, server: Server, met: string): Promise<string | null> {
  const { org_id: orgId, id, host, port } = server
  return db.transaction().execute(async (tx) => {
    const now = await lockServer(tx, orgId, id)
    // Somebody has changed it while the connection was made: that one says nothing of the new destination.
    if (now.host !== host || now.port !== port || now.protocol !== 'sftp') return null
    if (now.host_key !== null) return now.host_key
    await tx
      .updateTable('remote_servers')
      .set({ host_key: met, updated_at: new Date() })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .execute()
    const data = { name: now.name, host, port, host_key: met }
    await writeAudit(tx, [
      { orgId, actor: 'system', action: 'remote_server.trust_host_key', target: id, requestId: null, data },
    ])
    return met
  })
}

const stored = ({ settings, ...columns }: ServerColumns) => ({ ...columns, settings: JSON.stringify(settings) })

async function sealed(tx: Tx, secrets: Secrets, orgId: string, id: string, given: ServerSecrets) {
  const held = secretNames.filter((one) => given[one] !== undefined)
  const secret = held.length === 0 ? null : await secrets.seal(tx, placeOf(orgId, id), JSON.stringify(given))
  return { secret, secrets_held: [...held] }
}

function nameTaken(name: string): Problem {
  return new Problem('conflict', 'name_taken', `There is a remote server called “${name}” already.`, {
    facts: { field: 'name' },
  })
}
