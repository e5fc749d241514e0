// The POST of a peer's worker: signed as ours are, by undici over as many connections, with nothing else to do.

import { Pool } from 'undici'
import { signWebhook } from '../../server/src/events/signature.ts'
import { inFlight, type PeerJob } from './peer.ts'

export function signedPosts(receiver: string, secret: string): (job: PeerJob) => Promise<void> {
  const pool = new Pool(receiver, { connections: inFlight })
  return async ({ id, path, body }) => {
    const bytes = Buffer.from(body)
    const signed = signWebhook({ id, timestampS: Math.floor(Date.now() / 1000), body: bytes, secrets: [secret] })
    const headers = { 'content-type': 'application/json', ...signed }
    const answer = await pool.request({ path, method: 'POST', headers, body: bytes })
    await answer.body.dump()
    if (answer.statusCode >= 300) throw new Error(`the receiver answered ${answer.statusCode}`)
  }
}
