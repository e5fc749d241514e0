// What the routes of endpoints work with.

import type { TakeOne } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { AddressGuard } from '../../platform/outbound/address-guard.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Send } from '../delivery/attempt.ts'
import type { CredentialStore } from './credentials.ts'

export type EndpointParts = {
  db: Db
  secrets: Secrets
  guard: AddressGuard
  credentials: CredentialStore
  /** By kind of endpoint. */
  sendOver: Partial<Record<string, Send>>
  takeOne: TakeOne
  /** Of new addresses, in the whole installation; an organisation may ask it of itself. */
  demandsVerification: boolean
}
