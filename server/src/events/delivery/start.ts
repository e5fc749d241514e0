// Puts the sender together.

import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { credentialStore } from '../endpoints/credentials.ts'
import { payloadLink } from '../log/payload-link.ts'
import { startEngine } from './engine.ts'
import type { VbotFacts } from './message.ts'
import type { TellOwners } from './turn.ts'
import type { Ways } from './ways.ts'

export function startDelivery(input: {
  db: Db
  url: string
  ways: Ways
  secrets: Secrets
  vbotFacts: VbotFacts
  tellOwners: TellOwners
  publicUrl: () => string
  log: Log
  leaseMs?: number
}): { stop(graceMs?: number): Promise<void> } {
  const { ways, publicUrl, ...rest } = input
  return startEngine({
    ...rest,
    credentials: credentialStore(rest),
    linkTo: ({ org_id: orgId, id }) => `${publicUrl()}${payloadLink(rest.secrets, { orgId, id })}`,
    sendOver: ways.send,
  })
}
