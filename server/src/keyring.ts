// Which keys the secrets at rest are locked with, and which columns hold sealed values: read from the settings, told to
// access/secrets. Shared by the server and the command that changes keys.

import {
  answerColumn,
  openSecrets,
  type Report,
  renewDataKeys,
  rewrapSecrets,
  signingKeyColumn,
  totpColumn,
  type Watcher,
  type Wrappers,
} from './access/index.ts'
import type { Config } from './config.ts'
import { inboundSecrets } from './connectors/index.ts'
import { endpointColumns } from './events/index.ts'
import { serverSecrets } from './ingest/index.ts'
import type { Db } from './platform/db/db.ts'
import { type KeyWrapper, localKeyWrapper } from './platform/key-wrapper.ts'
import type { Outbound } from './platform/outbound/request.ts'
import { Problem } from './platform/problem.ts'
import type { SealedColumn, Secrets } from './platform/secrets.ts'
import { vaultTransit } from './platform/vault-transit.ts'

/** All of them. What is missing here cannot be sealed. */
const columns: readonly SealedColumn[] = [
  answerColumn,
  ...endpointColumns,
  signingKeyColumn,
  totpColumn,
  serverSecrets,
  inboundSecrets,
]

const kmsTimeoutMs = 5000
const kmsAnswerBytesMax = 64 * 1024

export type Keyring = {
  secrets: Secrets
  /** Names the key that wraps. */
  present: string
  /** Brings everything under the present keys. */
  rewrap(watcher: Watcher): Promise<Report>
  /** A new data key for every owner, for `rewrap` to seal everything with. @returns how many were made */
  renew(watcher: Watcher): Promise<number>
}

/** @throws Problem('unavailable') with one line for the operator when the keys are not those of the database */
export async function openKeyring(input: {
  db: Db
  settings: Config['access']
  secretKey: Uint8Array | null
  outbound: Outbound
}): Promise<Keyring> {
  const { db, settings } = input
  const previous = settings.secretKeyPrevious ? Buffer.from(settings.secretKeyPrevious, 'base64') : null
  const local: KeyWrapper[] = []
  if (input.secretKey)
    local.push(localKeyWrapper(input.secretKey, 'INDABA_SECRET_KEY, or secret-key in the data folder'))
  if (previous) local.push(localKeyWrapper(previous, 'INDABA_SECRET_KEY_PREVIOUS'))
  const service = serviceOf(input)
  const [first, ...others] = settings.kmsUnwrapsOnly ? [...local, ...service] : [...service, ...local]
  if (!first) throw new Problem('invalid', 'no_secret_key', 'Set INDABA_SECRET_KEY or INDABA_KMS_URL.')
  const wrappers: Wrappers = [first, ...others]
  const formerKeys = [input.secretKey, previous].filter((key) => key !== null)
  const secrets = await openSecrets({ db, wrappers, formerKeys, columns })
  const parts = { db, secrets, wrappers, columns }
  return {
    secrets,
    present: first.id,
    rewrap: (watcher) => rewrapSecrets(parts, watcher),
    renew: (watcher) => renewDataKeys(parts, watcher),
  }
}

function serviceOf({ settings, outbound }: { settings: Config['access']; outbound: Outbound }): KeyWrapper[] {
  if (!settings.kmsUrl) return []
  const fetch = outbound.fetchLike({
    trusted: true,
    partition: 'kms',
    timeoutMs: kmsTimeoutMs,
    responseSizeBytesMax: kmsAnswerBytesMax,
  })
  return [vaultTransit({ url: settings.kmsUrl, keyName: settings.kmsKey, token: settings.kmsToken, fetch })]
}
