// The columns of webhook endpoints whose values are sealed at rest. What is in each is told where it is opened
// (credentials.ts).

import type { SealedColumn } from '../../platform/secrets.ts'

const ofEndpoint = (column: string): SealedColumn => ({ table: 'webhook_endpoints', column, isOfOrg: true, id: 'id' })

/** The secret that signs. */
export const webhookSecrets: SealedColumn = {
  ...ofEndpoint('secret'),
  formerly: (orgId, id) => `${orgId} webhook_endpoints ${id}`,
}
/** Secrets that signed before, until they end. */
export const formerSecrets: SealedColumn = { table: 'webhook_secrets', column: 'secret', isOfOrg: true, id: 'id' }
/** PKCS #8 of an Ed25519 key, DER in base64. */
export const signingKeys = ofEndpoint('signing_key')
/** JSON: header names and values. */
export const customHeaders = ofEndpoint('headers')
/** PEM of the key that belongs to `client_certificate`. */
export const clientKeys = ofEndpoint('client_key')
/** JSON: a broker's login. */
export const brokerSecrets = ofEndpoint('settings_secret')

export const endpointColumns: readonly SealedColumn[] = [
  webhookSecrets,
  formerSecrets,
  signingKeys,
  customHeaders,
  clientKeys,
  brokerSecrets,
]
