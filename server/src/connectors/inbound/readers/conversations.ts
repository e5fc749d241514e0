// The reader for telephone and chat systems of every make: takes a call by the address of its recording, or a chat, out of
// a message, as the source's mapping says, and hands it to the same doors that clients use.

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Accepted, Doors } from '../../../ingest/index.ts'
import type { Answer, Call } from '../../../platform/http/route.ts'
import { Problem } from '../../../platform/problem.ts'
import type { Fields } from '../proofs.ts'
import type { InboundMessage, Reader } from '../shapes.ts'
import { checkMapping, type Mapping, mapped, mappingSettings, readMessageBody, unwantedAt } from './mapping.ts'

export const conversationsReader = (doors: Pick<Doors, 'takeCall' | 'takeChat'>): Reader => ({
  name: 'conversations',
  about: 'Brings in a call by the address of its recording, or a chat.',
  settings: mappingSettings,
  checkSettings: checkMapping,
  async read(message, settings, signal) {
    const mapping = settings as Mapping
    const body = readMessageBody(message.body, message.headers['content-type'])
    const place = unwantedAt(body, mapping)
    if (place !== null)
      return { state: 'ignored', reason: `It is not wanted, by what stands at ${place || 'its root'}.` }
    const fields = mapped(body, mapping)
    const call = asCall(message, fields, signal)
    const answer = mapping.kind === 'chat' ? doors.takeChat(call, say) : doors.takeCall(withUrl(call, fields), say)
    return { state: 'processed', result: (await answer).body as Fields }
  },
})

const say = ({ conversationId, outcome, warnings }: Accepted): Answer => ({
  status: 200,
  body: { conversation_id: conversationId, outcome, warnings },
})

/** A path on the sender's machine is a promise to upload, which a message cannot keep. */
function withUrl(call: Call, { file_url: url }: Fields): Call {
  if (typeof url === 'string' && /^[a-z][a-z0-9+.-]*:\/\//i.test(url.trim())) return call
  const issue = 'is not at its place in the message, or is no address such as https://…'
  throw new Problem('invalid', 'no_file_url', `file_url ${issue}.`, { facts: { field: 'file_url', issue } })
}

/**
 * As if a client had sent the fields. The key makes that once: for the same message and the same fields, since after a
 * change of the mapping it is another conversation that is brought in.
 */
function asCall({ orgId, sourceId, id, requestId }: InboundMessage, fields: Fields, signal: AbortSignal): Call {
  const hash = createHash('sha256').update(JSON.stringify(fields)).digest('base64url')
  return {
    by: { actor: `source:${sourceId}`, orgId, isAdmin: false, scopes: ['calls:write'], reach: 'all' },
    params: {},
    query: {},
    headers: {},
    requestId: requestId ?? id,
    address: '',
    routeName: 'inbound message',
    path: '',
    target: '',
    idempotencyKey: `${id} ${hash}`,
    fields: async () => fields,
    form: async () => ({ fields, files: [], warnings: [] }),
    stream: () => Readable.from([]),
    bytes: async () => Buffer.alloc(0),
    signal,
  }
}
