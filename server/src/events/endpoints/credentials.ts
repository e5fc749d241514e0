// What an endpoint signs and authenticates with, opened from its sealed columns and kept in memory while the endpoint
// stays as it is. Whoever changes an endpoint counts its `revision` up (endpoint-changes.ts, secrets.ts).

import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { WebhookEndpoints } from '../../platform/db/schema.gen.ts'
import type { SealedColumn, Secrets } from '../../platform/secrets.ts'
import {
  brokerSecrets,
  clientKeys,
  customHeaders,
  formerSecrets,
  signingKeys,
  webhookSecrets,
} from './sealed-columns.ts'

export type EndpointRow = Selectable<WebhookEndpoints>
export type FormerSecret = { id: string; secret: Buffer; expires_at: Date }

export type Credentials = {
  /** That sign, newest first; none that has ended. */
  secrets: string[]
  /** Ed25519; null: the endpoint asked for none. */
  signingKey: KeyObject | null
  /** The endpoint's own, names as they were given. */
  headers: Record<string, string>
  /** PEM. */
  clientCertificate: { certificate: string; key: string } | null
  /** A broker's login. */
  brokerSecret: Record<string, string> | null
}

export type CredentialStore = {
  /**
   * @param former all that have not ended, in any order
   * @throws Problem('unavailable') while the key service does not answer, Problem('bug', 'secret_unreadable')
   */
  of(endpoint: EndpointRow, former: FormerSecret[]): Promise<Credentials>
}

type Opened = Omit<Credentials, 'secrets'> & { secret: string; former: { secret: string; endsAtMs: number }[] }

const keptMax = 1000

export function credentialStore(parts: { db: DbOrTx; secrets: Secrets }): CredentialStore {
  // In the order of use, the longest unused first.
  const kept = new Map<string, { revision: number; opened: Promise<Opened> }>()

  const take = (endpoint: EndpointRow, former: FormerSecret[]): Promise<Opened> => {
    const place = `${endpoint.org_id} ${endpoint.id}`
    let entry = kept.get(place)
    kept.delete(place)
    if (entry?.revision !== endpoint.revision) {
      entry = { revision: endpoint.revision, opened: open(parts, endpoint, former) }
      const mine = entry
      // What did not open is tried again at the next call.
      mine.opened.catch(() => {
        if (kept.get(place) === mine) kept.delete(place)
      })
      if (kept.size >= keptMax) kept.delete(kept.keys().next().value as string)
    }
    kept.set(place, entry)
    return entry.opened
  }

  return {
    async of(endpoint, former) {
      const opened = await take(endpoint, former)
      opened.former = opened.former.filter(({ endsAtMs }) => endsAtMs > Date.now())
      const { secret, former: live, ...rest } = opened
      return { ...rest, secrets: [secret, ...live.map((one) => one.secret)] }
    },
  }
}

async function open(
  { db, secrets }: { db: DbOrTx; secrets: Secrets },
  endpoint: EndpointRow,
  former: FormerSecret[],
): Promise<Opened> {
  const openIn = (column: SealedColumn, id: string, sealed: Buffer) =>
    secrets.open(db, { in: column, orgId: endpoint.org_id, id }, sealed)
  const openOwn = async (column: SealedColumn, sealed: Buffer | null) =>
    sealed === null ? null : await openIn(column, endpoint.id, sealed)
  // One after the other: `db` may be a transaction. The ids sort by time.
  const newestFirst = [...former].sort((a, b) => (a.id < b.id ? 1 : -1))
  const openedFormer: Opened['former'] = []
  for (const { id, secret, expires_at } of newestFirst) {
    openedFormer.push({ secret: await openIn(formerSecrets, id, secret), endsAtMs: expires_at.getTime() })
  }
  const secret = await openIn(webhookSecrets, endpoint.id, endpoint.secret)
  const signingKey = await openOwn(signingKeys, endpoint.signing_key)
  const headers = await openOwn(customHeaders, endpoint.headers)
  const clientKey = await openOwn(clientKeys, endpoint.client_key)
  const brokerSecret = await openOwn(brokerSecrets, endpoint.settings_secret)
  const { client_certificate: certificate } = endpoint
  return {
    secret,
    former: openedFormer,
    signingKey: signingKey === null ? null : keyOf(signingKey),
    headers: headers === null ? {} : JSON.parse(headers),
    clientCertificate: certificate !== null && clientKey !== null ? { certificate, key: clientKey } : null,
    brokerSecret: brokerSecret && JSON.parse(brokerSecret),
  }
}

const keyOf = (pkcs8: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' })
