// The public door: whoever knows an address and can prove what they send leaves a message there. Everything that costs
// comes after what is cheap: address, rate, size, proof, age; then the message is kept, and answered. What becomes of it
// is for process.ts.

import { Type } from 'typebox'
import type { TakeOne } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { groupCommit } from '../../platform/db/group-commit.ts'
import { everyOrg, inScope } from '../../platform/db/scope.ts'
import { parseJsonText } from '../../platform/http/body.ts'
import { type Answer, type Call, ok, type Route, route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { insertMessages, type NewMessage } from './messages.ts'
import { header, sha256 } from './proofs.ts'
import { schemeNamed } from './schemes.ts'
import type { InboundRequest, InboundScheme } from './shapes.ts'
import { findByToken, noteArrival, openSourceSecrets, type Source } from './sources.ts'

export const inboundTag = 'Inbound webhooks'
const bodyBytesMax = 2 ** 20
const perMinuteMax = 4000
const toleranceMs = 5 * 60_000
const headerCharsMax = 500
const alwaysKept = ['content-type', 'user-agent']

export function inboundDoor(input: {
  db: Db
  secrets: Secrets
  publicUrl: () => string
  takeOne: TakeOne
  /** In the transaction that keeps the messages. */
  process(tx: Tx, messages: { orgId: string; messageId: string }[]): Promise<void>
}): Route[] {
  const { db, secrets } = input

  const keep = groupCommit<NewMessage, { id: string | null }>(
    db,
    ({ org_id }) => org_id,
    async (tx, messages) => {
      const ids = await insertMessages(tx, messages)
      const fresh = messages.flatMap(({ org_id: orgId }, index) => {
        const messageId = ids[index]
        return messageId ? [{ orgId, messageId }] : []
      })
      await input.process(tx, fresh)
      return ids.map((id) => ({ id }))
    },
  )

  async function requireRoom({ id }: Source): Promise<void> {
    const decision = await input.takeOne(`inbound ${id}`, perMinuteMax)
    if (decision.isAdmitted) return
    const detail = `More than ${perMinuteMax} messages in a minute. Send the others later.`
    throw new Problem('limited', 'rate_limit_exceeded', detail, { retryAfterS: decision.waitMs / 1000 })
  }

  async function isProven(scheme: InboundScheme, source: Source, sealed: Buffer, request: InboundRequest) {
    const good = await openSourceSecrets(db, secrets, source, sealed)
    // All of them, whichever fits.
    return good.map((secret) => scheme.isProven(request, secret, source.settings)).includes(true)
  }

  async function receive(call: Call, source: Source, sealed: Buffer): Promise<Answer> {
    const scheme = schemeNamed(source.scheme)
    await requireRoom(source)
    if (!scheme || source.status === 'paused') {
      const detail = 'This address takes nothing at present. Send it again later.'
      throw new Problem('unavailable', 'source_paused', detail, { retryAfterS: 300 })
    }
    const request = requestOf(
      call,
      await call.bytes(bodyBytesMax),
      String(source.settings.base_url ?? input.publicUrl()),
    )
    const question = scheme.answerUnproven?.(request, source.settings)
    if (question) return question
    if (request.method !== 'POST') throw new Problem('invalid', 'method_not_allowed', 'This address takes POST.')
    if (!(await isProven(scheme, source, sealed, request))) throw unproven()
    const sentAtMs = scheme.sentAtMs(request, source.settings)
    // Also what is no number is out of it.
    if (sentAtMs !== null && !(Math.abs(Date.now() - sentAtMs) <= toleranceMs)) throw outOfTime()
    const answer = scheme.answerProven?.(request)
    if (answer) return answer
    const { id, kind } = scheme.facts(request, source.settings)
    const isTimed = sentAtMs !== null
    const isNamed = id !== null && scheme.signsId(source.settings)
    const kept = await keep({
      org_id: source.org_id,
      source_id: source.id,
      provider_id: id ?? (isTimed || scheme.mayRepeat ? null : `body:${sha256(request.body).toString('hex')}`),
      proof: isTimed && !isNamed ? sha256(`${sentAtMs} `, request.body) : null,
      kind,
      headers: keptHeaders(scheme, source, request),
      body: request.body,
      request_id: call.requestId,
    })
    if (scheme.isSilent) return { status: 200, body: '' }
    return ok(kept.id ? { status: 'received', message_id: kept.id } : { status: 'duplicate' })
  }

  async function handle(call: Call<{ token: string }>): Promise<Answer> {
    // Whose it is, the token says.
    const found = await everyOrg(() => findByToken(db, secrets, call.params.token))
    if (!found) throw new Problem('not_found', 'unknown_address', 'There is no such address.')
    const { source, sealed } = found
    return inScope([source.org_id], async () => {
      try {
        const answer = await receive(call, source, sealed)
        await noteArrival(db, source, null)
        return answer
      } catch (err) {
        if (err instanceof Problem && told.includes(err.code)) await noteArrival(db, source, err.code)
        throw err
      }
    })
  }

  const common = {
    paths: ['/v1/inbound/:token'] as [string],
    tag: inboundTag,
    auth: 'open' as const,
    params: Type.Object({ token: Type.String({ maxLength: 200 }) }),
    handle,
  }
  return [
    route({
      ...common,
      method: 'POST',
      summary: 'Where another system sends its webhooks',
      description:
        'The address is that of one inbound source, which says how requests must be signed. Kept as it came, at most 1 MiB, and processed after the answer. A request that is older than five minutes, where its time is signed, is refused. What comes twice within seven days counts once. There is no order among messages.',
      streamType: '*/*',
      answers: {
        200: {
          description: 'Kept, or here already; or the answer to a challenge',
          schema: Type.Object({
            status: Type.Union([Type.Literal('received'), Type.Literal('duplicate')]),
            message_id: Type.Optional(Type.String({ format: 'uuid' })),
          }),
        },
        401: { description: 'Not signed as this address expects, or too old' },
        404: { description: 'No such address' },
        413: { description: 'More than 1 MiB' },
        429: { description: 'More than 4,000 in a minute' },
        503: { description: 'The source is paused' },
      },
    }),
    route({
      ...common,
      method: 'GET',
      summary: 'Answer a challenge that comes as a GET',
      description: 'Only of sources whose settings name the parameter of a challenge.',
      answers: {
        200: { description: 'The challenge, as it came', contentType: 'text/plain' },
        404: { description: 'No such address' },
      },
    }),
  ]
}

/** What is noted at the source, since its owner must mend it. */
const told = ['not_proven', 'out_of_time', 'too_large', 'rate_limit_exceeded', 'source_paused']

const unproven = () =>
  new Problem(
    'unauthenticated',
    'not_proven',
    'The request is not signed as this address expects. Compare scheme, secret and settings on both sides.',
  )

const outOfTime = () =>
  new Problem(
    'unauthenticated',
    'out_of_time',
    'The signed time is more than five minutes away from the clock of this server.',
  )

function requestOf(call: Call, body: Buffer, base: string): InboundRequest {
  let read: { value: unknown } | null = null
  return {
    method: call.routeName.slice(0, call.routeName.indexOf(' ')),
    headers: call.headers,
    query: call.query as Record<string, unknown>,
    url: `${base.replace(/\/+$/, '')}${call.target}`,
    body,
    json() {
      read ??= { value: jsonOf(body) }
      return read.value
    },
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return parseJsonText(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function keptHeaders(scheme: InboundScheme, source: Source, request: InboundRequest): Record<string, string> {
  const names = [...alwaysKept, ...scheme.keptHeaders(source.settings)]
  const pairs = names.map((name) => [name, header(request, name).slice(0, headerCharsMax)] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}
