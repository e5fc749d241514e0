// Links to a file that work without a key, until they end: in answers for an hour, in mails for a week. Whoever has one may
// read that file and nothing else; deleting the document ends them all.

import { Problem } from '../../platform/problem.ts'
import { equalSecret, type Secrets } from '../../platform/secrets.ts'
import type { Document } from './shapes.ts'

export const linkHours = { answer: 1, mail: 7 * 24 } as const

type Named = Pick<Document, 'org_id' | 'id' | 'kind'>

/** An address with the server's own before it. */
export function fileLink(
  secrets: Pick<Secrets, 'hash'>,
  document: Named,
  { publicUrl, hours, now = new Date() }: { publicUrl: string; hours: number; now?: Date },
): { url: string; endsAt: Date } {
  const expires = Math.floor(now.getTime() / 1000) + hours * 3600
  const query = new URLSearchParams({
    org_id: document.org_id,
    expires: String(expires),
    signature: signatureOf(secrets, document, expires),
  })
  const url = `${publicUrl}/v1/${document.kind}s/${document.id}/download?${query}`
  return { url, endsAt: new Date(expires * 1000) }
}

/** @throws Problem('forbidden', 'invalid_link') for a link that we did not make, Problem('not_found', 'link_expired') */
export function checkFileLink(
  secrets: Pick<Secrets, 'hash'>,
  link: Named & { expires: number; signature: string },
  now: Date = new Date(),
): void {
  if (!equalSecret(link.signature, signatureOf(secrets, link, link.expires))) {
    throw new Problem('forbidden', 'invalid_link', 'The link is not one of ours, or was changed on its way.')
  }
  if (link.expires * 1000 <= now.getTime()) {
    const detail = 'The link has ended. Ask whoever sent it for another, or read the document with a key.'
    throw new Problem('not_found', 'link_expired', detail)
  }
}

const signatureOf = (secrets: Pick<Secrets, 'hash'>, { org_id, id, kind }: Named, expires: number): string =>
  secrets.hash('document link', `${kind} ${org_id} ${id} ${expires}`).toString('base64url')
