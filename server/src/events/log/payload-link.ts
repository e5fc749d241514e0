// Links to the whole of an event that was too large to be sent: whoever has one may read that event for a day, without a
// key, as the endpoint that was told of it could have.

import { Problem } from '../../platform/problem.ts'
import { equalSecret, type Secrets } from '../../platform/secrets.ts'

export const linkHours = 24

type Told = { orgId: string; id: string }

/** A path; the address of the server goes before it. */
export function payloadLink(secrets: Secrets, told: Told, now: Date = new Date()): string {
  const expires = Math.floor(now.getTime() / 1000) + linkHours * 3600
  const query = new URLSearchParams({
    org_id: told.orgId,
    expires: String(expires),
    signature: signatureOf(secrets, told, expires),
  })
  return `/v1/events/${told.id}/payload?${query}`
}

/** @throws Problem('forbidden', 'invalid_link') for a link that we did not make, Problem('not_found', 'link_expired') */
export function checkPayloadLink(
  secrets: Secrets,
  link: Told & { expires: number; signature: string },
  now: Date = new Date(),
): void {
  if (!equalSecret(link.signature, signatureOf(secrets, link, link.expires))) {
    throw new Problem('forbidden', 'invalid_link', 'The link is not one of ours, or was changed on its way.')
  }
  if (link.expires * 1000 <= now.getTime()) {
    const detail = `The link ended after ${linkHours} hours. Read the event with a key: GET /v1/events/{id}.`
    throw new Problem('not_found', 'link_expired', detail)
  }
}

const signatureOf = (secrets: Secrets, { orgId, id }: Told, expires: number): string =>
  secrets.hash('event payload link', `${orgId} ${id} ${expires}`).toString('base64url')
