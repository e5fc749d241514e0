// Delivery: sends what the outbox holds. A delivery is leased before it is sent and its outcome is written only while
// the lease holds; a sender that is killed leaves the delivery to the next one, so receivers get it at least once.

import { sql } from 'kysely'
import { type Db, insertRows } from '../platform/db/db.ts'
import { listenTo } from '../platform/db/listen.ts'
import type { Log } from '../platform/log.ts'
import type { Outbound } from '../platform/outbound/request.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { EventType } from './catalog.ts'
import { deliveryChannel } from './outbox.ts'
import { type ConversationEventData, vbotBody, velaBody } from './payload.ts'
import { nextWaitMs, readRetryAfter } from './retry.ts'
import { signWebhook } from './signature.ts'
import { disableEndpoint, type PayloadStyle, secretContext } from './webhooks.ts'

const leaseS = 60
const pollMs = 1000
const perEndpointMax = 4
const inFlightMax = 64
const responseCharsKept = 16_384

/** What the vBot payload shows beyond the event: the customer's number and the transcript, told by higher floors. */
export type VbotFacts = (
  orgId: string,
  conversationId: string,
) => Promise<{ customerId: number; transcription: string | null }>

type Due = {
  org_id: string
  id: string
  endpoint_id: string
  attempt: number
  lease_token: string
  url: string
  style: PayloadStyle
  secret: Buffer
  event_id: string
  seq: number
  type: EventType
  conversation_id: string
  data: ConversationEventData
  occurred_at: Date
}

type Result = {
  status: number | null
  error: string | null
  response: string | null
  retryAfterMs: number | null
  timings: unknown
}

export function startDelivery(input: {
  db: Db
  url: string
  outbound: Outbound
  secrets: Secrets
  vbotFacts: VbotFacts
  log: Log
}): { stop(): Promise<void> } {
  const { db, log } = input
  const inFlight = new Map<string, Promise<void>>()
  const perEndpoint = new Map<string, number>()
  let isStopping = false
  let isAwake = false
  let wake = () => {}
  const wakeUp = () => {
    isAwake = true
    wake()
  }
  const listener = listenTo(input.url, deliveryChannel, wakeUp, log)

  async function deliverOne(due: Due): Promise<void> {
    const startedAt = new Date()
    const result = await send(input, due).catch((err): Result => {
      log.error({ err, delivery: due.id }, 'a delivery could not be prepared')
      return { status: null, error: 'internal error', response: null, retryAfterMs: null, timings: null }
    })
    await record(db, due, startedAt, result)
  }

  const loop = (async () => {
    while (!isStopping) {
      isAwake = false
      const free = inFlightMax - inFlight.size
      const found = free > 0 ? await claim(db, free, perEndpoint).catch((err) => failedClaim(log, err)) : []
      for (const due of found) {
        perEndpoint.set(due.endpoint_id, (perEndpoint.get(due.endpoint_id) ?? 0) + 1)
        const done = deliverOne(due)
          .catch((err) => log.error({ err, delivery: due.id }, 'the outcome of a delivery could not be written'))
          .finally(() => {
            inFlight.delete(due.lease_token)
            const rest = (perEndpoint.get(due.endpoint_id) ?? 1) - 1
            if (rest === 0) perEndpoint.delete(due.endpoint_id)
            else perEndpoint.set(due.endpoint_id, rest)
            wakeUp()
          })
        inFlight.set(due.lease_token, done)
      }
      if (isAwake || isStopping) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (isAwake || isStopping) wake()
      })
    }
    await Promise.all(inFlight.values())
  })()

  return {
    async stop() {
      isStopping = true
      wake()
      await loop
      await listener.stop()
    },
  }
}

function failedClaim(log: Log, err: unknown): Due[] {
  log.error({ err }, 'could not claim deliveries')
  return []
}

async function claim(db: Db, limit: number, busy: Map<string, number>): Promise<Due[]> {
  const { rows } = await sql<Due>`
    with due as (
      select distinct org_id, endpoint_id from deliveries
      where state = 'pending' and next_at <= now() and (lease_until is null or lease_until < now())
    ), picked as (
      select d.org_id, d.id from due cross join lateral (
        select org_id, id from deliveries x
        where x.org_id = due.org_id and x.endpoint_id = due.endpoint_id
          and state = 'pending' and next_at <= now() and (lease_until is null or lease_until < now())
        order by next_at, event_seq
        limit greatest(0, ${perEndpointMax} - coalesce((${JSON.stringify(Object.fromEntries(busy))}::jsonb ->> due.endpoint_id::text)::int, 0))
        for update skip locked
      ) d limit ${limit}
    ), leased as (
      update deliveries d set attempt = attempt + 1, lease_until = now() + make_interval(secs => ${leaseS}), lease_token = gen_random_uuid()
      from picked where d.org_id = picked.org_id and d.id = picked.id
      returning d.*
    )
    select l.org_id, l.id, l.endpoint_id, l.attempt, l.lease_token, w.url, w.style, w.secret,
      e.id as event_id, e.seq, e.type, e.conversation_id, e.data, e.occurred_at
    from leased l
    join webhook_endpoints w on w.org_id = l.org_id and w.id = l.endpoint_id
    join events e on e.org_id = l.org_id and e.seq = l.event_seq
    order by e.seq`.execute(db)
  return rows
}

async function send(input: Parameters<typeof startDelivery>[0], due: Due): Promise<Result> {
  const event = {
    id: due.event_id,
    type: due.type,
    version: '1',
    occurred_at: due.occurred_at.toISOString(),
    org_id: due.org_id,
    seq: due.seq,
    data: due.data,
  }
  const body =
    due.style === 'vbot' ? vbotBody(event, await input.vbotFacts(due.org_id, due.conversation_id)) : velaBody(event)
  const secret = input.secrets.open(secretContext(due.org_id, due.endpoint_id), due.secret)
  const signature = signWebhook({
    id: due.event_id,
    timestampS: Math.floor(Date.now() / 1000),
    body,
    secrets: [secret],
  })
  const outcome = await input.outbound.request({
    url: due.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signature },
    body,
    partition: due.org_id,
  })
  if (outcome.outcome === 'failed') {
    return { status: outcome.status ?? null, error: outcome.detail, response: null, retryAfterMs: null, timings: null }
  }
  const { status, bodyExcerpt, headers, timings } = outcome
  const isGood = status >= 200 && status < 300
  return {
    status,
    error: isGood ? null : `the receiver answered ${status}`,
    response: bodyExcerpt.slice(0, responseCharsKept),
    retryAfterMs: readRetryAfter(headers['retry-after'], Date.now()),
    timings,
  }
}

async function record(db: Db, due: Due, startedAt: Date, result: Result): Promise<void> {
  const isDelivered = result.error === null
  const isGone = result.status === 410
  const waitMs = isDelivered || isGone ? null : nextWaitMs(due.style, due.attempt, result.retryAfterMs)
  const isOver = waitMs === null
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('deliveries')
      .set({
        state: isDelivered ? 'delivered' : isOver ? 'dead' : 'pending',
        status_code: result.status,
        error: result.error,
        lease_until: null,
        lease_token: null,
        ...(isOver ? { finished_at: new Date() } : { next_at: new Date(Date.now() + waitMs) }),
      })
      .where('org_id', '=', due.org_id)
      .where('id', '=', due.id)
      .where('lease_token', '=', due.lease_token)
      .executeTakeFirst()
    // The lease ran out and another sender has it: its outcome counts.
    if (numUpdatedRows === 0n) return
    await insertRows(tx, 'delivery_attempts', [
      {
        org_id: due.org_id,
        delivery_id: due.id,
        attempt: due.attempt,
        started_at: startedAt.toISOString(),
        duration_ms: Date.now() - startedAt.getTime(),
        status_code: result.status,
        error: result.error,
        response: result.response,
        timings: result.timings,
      },
    ])
    if (isGone) await disableEndpoint(tx, due.org_id, due.endpoint_id)
  })
}
