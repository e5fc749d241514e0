// Tickets for clients that cannot send a header with a request, as browsers cannot with a WebSocket: whoever holds a
// credential takes one, and whoever shows it in the address within 30 seconds is let in as its taker, once. Nothing is
// stored: a ticket is signed, says by which proof it was taken (proof.ts), and the shared limits remember its use.

import { randomUUID } from 'node:crypto'
import type { Principal } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { equalSecret, type Secrets } from '../platform/secrets.ts'
import type { Authenticate } from './authenticate.ts'
import type { TakeOne } from './limits/admission.ts'
import { authorise } from './permissions.ts'
import type { Again } from './proof.ts'

/** Less than a minute, which is how long the limits remember. */
const lifeMs = 30_000
const charsMax = 8192
/** Where tickets are taken: long-lived readings, which one opens with GET. */
const tags = ['Live stream']

export type Tickets = {
  /** @throws Problem('forbidden', 'no_ticket') to whom no credential stands behind */
  issue(by: Principal): { ticket: string; expiresAt: Date }
  /** Also lets in who shows a ticket. */
  redeeming(authenticate: Authenticate): Authenticate
}

export function oneTimeTickets(parts: { secrets: Pick<Secrets, 'hash'>; takeOne: TakeOne; again: Again }): Tickets {
  const sign = (text: string) => parts.secrets.hash('one-time ticket', text).toString('base64url')

  async function redeem(ticket: string): Promise<Principal> {
    const [text = '', signature = ''] = ticket.length <= charsMax ? ticket.split('.') : []
    const refusal = new Problem('unauthenticated', 'invalid_ticket', 'The ticket is not one of ours. Take another.')
    if (!equalSecret(signature, sign(text))) throw refusal
    const [nonce, expires, ...proof] = Buffer.from(text, 'base64url').toString().split(' ')
    if (Number(expires) <= Date.now()) {
      throw new Problem('unauthenticated', 'ticket_expired', 'The ticket has ended: one works for 30 s. Take another.')
    }
    const { isAdmitted } = await parts.takeOne(`ticket ${nonce}`, 1)
    if (!isAdmitted) {
      throw new Problem('unauthenticated', 'ticket_used', 'The ticket was used: one works once. Take another.')
    }
    const by = await parts.again(proof.join(' '))
    if (!by) throw refusal
    return by
  }

  return {
    issue({ proof }) {
      if (proof === undefined) throw new Problem('forbidden', 'no_ticket', 'Tickets are for holders of a credential.')
      const expiresAt = new Date(Date.now() + lifeMs)
      const text = Buffer.from(`${randomUUID()} ${expiresAt.getTime()} ${proof}`).toString('base64url')
      return { ticket: `${text}.${sign(text)}`, expiresAt }
    },
    redeeming: (authenticate) => async (asked) => {
      const { ticket } = (asked.query ?? {}) as { ticket?: unknown }
      if (typeof ticket !== 'string' || asked.method === 'POST' || !tags.includes(asked.tag)) return authenticate(asked)
      if (asked.headers.authorization ?? asked.headers['x-api-key']) {
        throw new Problem('invalid', 'two_credentials', 'Send a ticket or a key, not both.')
      }
      const by = await redeem(ticket)
      asked.known?.(by)
      authorise(by, asked.needs)
      return by
    },
  }
}
