// Lets in whoever holds an access token, on every API: with what was granted, as long as the application may still have
// it, and its user too.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Credential } from '../authenticate.ts'
import { type Again, parseProof, proofOf } from '../proof.ts'
import { memberOf } from './members.ts'
import { tokenHash } from './records.ts'

/** What was ended on another machine works here no longer than this. */
const cacheMs = 500
const cachedMax = 10_000
/** 256 bits, as the library makes them: nothing else is looked up. */
const form = /^[\w-]{43}$/

export type OauthCredential = {
  credential: Credential
  again: Again
  /** After a change made here: it holds at once in this process. */
  forget(): void
}

export function oauthCredential(parts: { db: Db; secrets: Secrets; publicUrl: () => string }): OauthCredential {
  let cache = new Map<string, { by: Principal | null; until: number }>()

  async function check(token: string): Promise<Principal | null> {
    const mine = cache
    const known = mine.get(token)
    if (known && known.until > Date.now()) return known.by
    const found = await look(tokenHash(parts.secrets, token))
    // What is not ours is not remembered: strangers must not push out those who hold tokens.
    if (!found) return null
    if (mine.size >= cachedMax) mine.clear()
    mine.set(token, { by: found.by, until: Math.min(Date.now() + cacheMs, found.expiresAt.getTime()) })
    return found.by
  }

  async function look(hash: Buffer): Promise<{ by: Principal | null; expiresAt: Date } | null> {
    const { db, publicUrl } = parts
    // Whose it is, is what is looked up.
    const { rows } = await everyOrg(() => activeToken(hash, publicUrl()).execute(db))
    const [row] = rows
    if (!row) return null
    const granted = row.granted.split(' ').filter((one) => row.allowed.includes(one))
    const expiresAt = row.expires_at
    const proof = proofOf('access', hash.toString('base64url'))
    if (row.model === 'ClientCredentials') {
      const actor = `client:${row.application_id}`
      const isAllowed = row.acts_alone
      const by: Principal = { actor, orgId: row.org_id, isAdmin: false, scopes: granted, reach: 'all', proof }
      return { by: isAllowed ? by : null, expiresAt }
    }
    const member = row.user_id === null ? null : await memberOf(db, row.org_id, row.user_id)
    const by = member && { ...member, scopes: member.scopes.filter((one) => granted.includes(one)), proof }
    return { by, expiresAt }
  }

  return {
    async credential(given) {
      for (const text of given) {
        const by = form.test(text) ? await check(text) : null
        if (by) return by
      }
      return null
    },
    async again(proof) {
      const [hash] = parseProof('access', proof) ?? []
      return hash ? ((await look(Buffer.from(hash, 'base64url')))?.by ?? null) : null
    },
    forget() {
      // A look-up that is under way writes what it found into the old map, where nobody reads it.
      cache = new Map()
    },
  }
}

type Row = {
  org_id: string
  application_id: string
  model: string
  user_id: string | null
  expires_at: Date
  granted: string
  allowed: string[]
  acts_alone: boolean
}

const activeToken = (hash: Buffer, audience: string) => sql<Row>`
  select r.org_id, r.application_id, r.model, r.user_id, r.expires_at,
    coalesce(r.payload->>'scope', '') as granted, a.scopes as allowed, a.acts_alone
  from oauth_records r
  join oauth_applications a on a.org_id = r.org_id and a.id = r.application_id and a.is_active
  join orgs o on o.id = r.org_id and o.is_active
  where r.id_hash = ${hash} and r.model in ('AccessToken', 'ClientCredentials')
    and r.expires_at > now() and r.payload->>'aud' = ${audience}
    and (r.grant_id is null or exists (
      select from oauth_records g where g.org_id = r.org_id and g.model = 'Grant' and g.grant_id = r.grant_id
    ))`
