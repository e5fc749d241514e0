// What the OAuth library remembers between requests, in PostgreSQL: interactions, grants, codes, tokens; and the
// applications, which it calls clients. Of what a holder sends only a keyed hash is kept.

import { AsyncLocalStorage } from 'node:async_hooks'
import { sql } from 'kysely'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Db, DbOrTx, Tx } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import { isUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { type AuditEntry, writeAudit } from '../audit/write.ts'
import { type Application, storedSecret } from './applications.ts'
import { isLoopback } from './redirect-uris.ts'

export type Records = {
  adapter(model: string): Adapter
  /** What the library writes during `work` is audited as of this request. */
  during<T>(requestId: string, work: () => Promise<T>): Promise<T>
  /** What the library writes during `work` goes into this transaction. */
  within<T>(tx: Tx, work: () => Promise<T>): Promise<T>
}

/** How a token is found. The length of what a stranger sends does not matter: it is hashed. */
export const tokenHash = (secrets: Secrets, token: string): Buffer => secrets.hash('oauth record', token)

/** `client`: it gave its token back. `reuse`: a code or refresh token came twice. `user`: somebody took it back. */
export type RevokeReason = 'client' | 'reuse' | 'user'

export function oauthRecords(parts: {
  db: Db
  secrets: Secrets
  /** Called after tokens were ended, so that what is cached of them can be forgotten. */
  onRevoked: () => void
  /** Why the library ends a grant in the request of now. */
  reason: () => RevokeReason
  /** The error for a code or refresh token that two requests tried to use at once. */
  alreadyUsed: () => Error
}): Records {
  const { db, secrets, onRevoked, reason, alreadyUsed } = parts
  const current = new AsyncLocalStorage<Tx>()
  const requests = new AsyncLocalStorage<string>()
  const requestId = () => requests.getStore() ?? null
  const hash = (id: string) => tokenHash(secrets, id)

  // Whose a client, code or token is, is what is looked up: no organisation can be told before.
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const tx = current.getStore()
    return tx ? work(tx) : everyOrg(() => db.transaction().execute(work))
  }
  const read = <T>(work: (db: DbOrTx) => Promise<T>): Promise<T> => {
    const tx = current.getStore()
    return tx ? work(tx) : everyOrg(() => work(db))
  }

  const recordsOf = (model: string): Adapter => ({
    async upsert(id, { jti: _, ...payload }, expiresInS) {
      const clientId = payload.clientId ?? (payload.params?.client_id as string | undefined)
      const grantId = model === 'Grant' ? id : (payload.grantId ?? null)
      const expiresAt = sql<Date>`now() + make_interval(secs => ${expiresInS ?? 0})`
      await inTransaction(async (tx) => {
        const { rows } = await sql<{ org_id: string }>`
          insert into oauth_records (org_id, model, id_hash, application_id, user_id, grant_id, payload, expires_at)
          select org_id, ${model}, ${hash(id)}, id, ${payload.accountId ?? null}::uuid, ${grantId}::uuid,
            ${JSON.stringify(payload)}::jsonb, ${expiresAt}
          from oauth_applications where id = ${clientId ?? null}::uuid
          on conflict (id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at
          returning org_id`.execute(tx)
        const [row] = rows
        if (!row) throw new Problem('conflict', 'application_gone', 'The application was deleted meanwhile.')
        const entry = auditOf(model, payload)
        if (entry) await writeAudit(tx, [{ orgId: row.org_id, requestId: requestId(), ...entry }])
      })
    },

    async find(id) {
      const { rows } = await read((tx) =>
        sql<{ payload: AdapterPayload; consumed: number | null }>`
          select r.payload, extract(epoch from r.consumed_at)::int as consumed
          from oauth_records r join oauth_applications a on a.org_id = r.org_id and a.id = r.application_id
          where r.id_hash = ${hash(id)} and r.model = ${model} and a.is_active
            -- What a grant has given ends with it.
            and (r.grant_id is null or exists (
              select from oauth_records g where g.org_id = r.org_id and g.model = 'Grant' and g.grant_id = r.grant_id
            ))`.execute(tx),
      )
      const [row] = rows
      return row && { ...row.payload, jti: id, ...(row.consumed === null ? {} : { consumed: row.consumed }) }
    },

    /** Two requests with one code: the library has looked before, and both times it was good. One of them comes first. */
    async consume(id) {
      const which = sql`id_hash = ${hash(id)} and model = ${model}`
      const used = await inTransaction(
        async (tx) =>
          (
            await sql`
              update oauth_records set consumed_at = now() where ${which} and consumed_at is null returning 1`.execute(
              tx,
            )
          ).rows.length > 0,
      )
      if (used) return
      // In a transaction of its own: the update has locked the row although it did not change it, and whoever ends the
      // grant at this moment wants the grant first.
      await inTransaction(async (tx) => {
        const { rows } = await sql<{ grant_id: string | null }>`
          select grant_id from oauth_records where ${which}`.execute(tx)
        await endGrant(tx, rows[0]?.grant_id ?? null, { reason: 'reuse', requestId: requestId() })
      })
      onRevoked()
      throw alreadyUsed()
    },

    async destroy(id) {
      if (model === 'Grant') await recordsOf(model).revokeByGrantId(id)
      else {
        await inTransaction((tx) => endRecord(tx, model, hash(id), requestId()))
        if (issued.includes(model)) onRevoked()
      }
    },

    async revokeByGrantId(grantId) {
      await inTransaction((tx) => endGrant(tx, grantId, { reason: reason(), requestId: requestId() }))
      onRevoked()
    },

    // Of flows that are not served.
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  })

  return {
    adapter(model) {
      if (model === 'Client') return applicationsFor(read)
      // Who is signed in is known from the sessions of users; the library's own session begins and ends with a flow.
      if (model === 'Session') return { ...recordsOf(model), ...forgetful }
      return recordsOf(model)
    },
    during: (id, work) => requests.run(id, work),
    within: (tx, work) => current.run(tx, work),
  }
}

const forgetful = { upsert: async () => {}, find: async () => undefined, destroy: async () => {} }

/** The library's view of an application; null for one that is switched off. */
function applicationsFor(read: <T>(work: (db: DbOrTx) => Promise<T>) => Promise<T>): Adapter {
  const refuse = async () => {
    throw new Problem('bug', 'not_served', 'Applications are changed through the API.')
  }
  return {
    async find(id) {
      if (!isUuid(id)) return undefined
      const row = await read((db) =>
        db
          .selectFrom('oauth_applications')
          .innerJoin('orgs', 'orgs.id', 'oauth_applications.org_id')
          .selectAll('oauth_applications')
          .where('oauth_applications.id', '=', id)
          .where('oauth_applications.is_active', '=', true)
          .where('orgs.is_active', '=', true)
          .executeTakeFirst(),
      )
      return row && clientOf(row as Application)
    },
    upsert: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  }
}

/** RFC 7591 §2. */
function clientOf(application: Application): AdapterPayload {
  const { id, name, kind, redirect_uris, acts_alone, scopes, org_id } = application
  const hasUsers = redirect_uris.length > 0
  return {
    client_id: id,
    client_name: name,
    redirect_uris,
    response_types: hasUsers ? ['code'] : [],
    grant_types: [
      ...(hasUsers ? ['authorization_code', 'refresh_token'] : []),
      ...(acts_alone ? ['client_credentials'] : []),
    ],
    application_type: kind === 'public' && redirect_uris.some(isLoopback) ? 'native' : 'web',
    token_endpoint_auth_method: kind === 'public' ? 'none' : 'client_secret_basic',
    ...(kind === 'public' ? {} : { client_secret: storedSecret(application) }),
    indaba_scopes: scopes,
    indaba_org: org_id,
  } as AdapterPayload
}

/** Ends a grant, if there is one, with all that came from it. */
export async function endGrant(
  tx: Tx,
  grantId: string | null,
  { reason, actor, requestId }: { reason: RevokeReason; actor?: string; requestId: string | null },
): Promise<void> {
  if (!grantId || !isUuid(grantId)) return
  // The grant first: whoever else ends it waits here.
  const { rows } = await sql<{ org_id: string; application_id: string; user_id: string }>`
    delete from oauth_records where grant_id = ${grantId}::uuid and model = 'Grant'
    returning org_id, application_id, user_id`.execute(tx)
  await sql`delete from oauth_records where grant_id = ${grantId}::uuid`.execute(tx)
  const [grant] = rows
  if (!grant) return
  const entry = { action: 'oauth.grant.revoke', target: grantId, data: { reason, user_id: grant.user_id } }
  const client = `client:${grant.application_id}`
  await writeAudit(tx, [{ orgId: grant.org_id, actor: actor ?? client, requestId, ...entry }])
}

const issued = ['AccessToken', 'ClientCredentials']

async function endRecord(tx: Tx, model: string, idHash: Buffer, requestId: string | null): Promise<void> {
  const { rows } = await sql<{ org_id: string; application_id: string }>`
    delete from oauth_records where id_hash = ${idHash} and model = ${model}
    returning org_id, application_id`.execute(tx)
  const [row] = rows
  // A token of a grant is followed by its grant, whose end is told.
  if (!row || model !== 'ClientCredentials') return
  const entry = { action: 'oauth.token.revoke', target: row.application_id, requestId }
  await writeAudit(tx, [{ orgId: row.org_id, actor: `client:${row.application_id}`, ...entry }])
}

function auditOf(model: string, payload: AdapterPayload): Omit<AuditEntry, 'orgId' | 'requestId'> | null {
  if (!issued.includes(model)) return null
  return {
    actor: `client:${payload.clientId}`,
    action: 'oauth.token.issue',
    target: payload.grantId ?? null,
    data: { scope: payload.scope ?? '', ...(payload.accountId ? { user_id: payload.accountId } : {}) },
  }
}

/** What has run out, and grants that nothing can be had from any more. For all organisations. */
export async function forgetExpiredOauth(db: Db): Promise<void> {
  await sql`delete from oauth_records where expires_at < now()`.execute(db)
  await sql`
    delete from oauth_records g where model = 'Grant' and created_at < now() - make_interval(hours => ${unusedHours})
      and not exists (select from oauth_records r where r.grant_id = g.grant_id and r.model <> 'Grant')`.execute(db)
}

const unusedHours = 1
