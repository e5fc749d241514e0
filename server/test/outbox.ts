// An outbox of its own for a test: a database with organisations and endpoints, and senders that a test starts and
// stops. No HTTP server, no pipeline: events are emitted by hand.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createOrg, openSecrets } from '../src/access/index.ts'
import { type ConversationEventData, declarationOf } from '../src/events/catalog/catalog.ts'
import type { ChatEventData } from '../src/events/catalog/conversation-events.ts'
import { listDeliveries } from '../src/events/deliveries/delivery-log.ts'
import { startDelivery } from '../src/events/delivery/start.ts'
import { ways } from '../src/events/delivery/ways.ts'
import { createEndpoint, type NewEndpoint } from '../src/events/endpoints/endpoints.ts'
import { endpointColumns } from '../src/events/endpoints/sealed-columns.ts'
import { type EventType, emit, takeSequence } from '../src/events/index.ts'
import type { NewEvent } from '../src/events/outbox.ts'
import { openDb } from '../src/platform/db/db.ts'
import { newId } from '../src/platform/ids.ts'
import { localKeyWrapper } from '../src/platform/key-wrapper.ts'
import { openLog } from '../src/platform/log.ts'
import { parseOutboundAllow } from '../src/platform/outbound/allow-list.ts'
import { outbound } from '../src/platform/outbound/request.ts'
import { freshDatabase } from './database.ts'

export type Outbox = Awaited<ReturnType<typeof openOutbox>>
type SenderOptions = Partial<Pick<Parameters<typeof startDelivery>[0], 'vbotFacts' | 'tellOwners' | 'leaseMs'>> & {
  timeoutMs?: number
}

/** `database` and `secretKey`: those of another process's outbox. */
export async function openOutbox(
  options: { connectionsMax?: number; database?: { url: string }; secretKey?: Uint8Array } = {},
) {
  const database = options.database ?? (await freshDatabase())
  const db = openDb({ url: database.url, connectionsMax: options.connectionsMax ?? 10, as: 'owner' })
  const secretKey = options.secretKey ?? randomBytes(32)
  const wrappers = [localKeyWrapper(secretKey, 'INDABA_SECRET_KEY')] as const
  const secrets = await openSecrets({ db, wrappers, formerKeys: [secretKey], columns: endpointColumns })
  const log = openLog(process.env.INDABA_TEST_LOG_LEVEL ?? 'silent')
  const allow = parseOutboundAllow('127.0.0.1/32')
  const out = outbound({ allow, userAgent: 'Indaba/test' })
  const senders = new Set<{ stop(graceMs?: number): Promise<void> }>()

  return {
    db,
    url: database.url,
    secrets,
    secretKey,
    org: async () => (await createOrg(db, { name: 'Test' })).id,
    endpoint: (orgId: string, input: Partial<NewEndpoint> & { url: string }) =>
      db.transaction().execute((tx) => createEndpoint(tx, secrets, orgId, { events: ['*'], style: 'vela', ...input })),
    /** One transaction with these events, in order. */
    emit: (orgId: string, ...events: { type: EventType; conversationId?: string }[]) =>
      db.transaction().execute(async (tx) => {
        const seqs = await takeSequence(
          tx,
          events.map(() => orgId),
        )
        const rows = events.map(({ type, conversationId = newId() }, index): NewEvent => {
          const told = { orgId, seq: seqs[index] as number }
          const { scope, example } = declarationOf(type)
          if (scope === 'organisation') return { ...told, type, conversationId: null, data: example } as NewEvent
          return { ...told, type, conversationId, data: dataOf(type, conversationId) } as NewEvent
        })
        await emit(tx, rows)
        return rows
      }),
    startSender({ timeoutMs, ...limits }: SenderOptions = {}) {
      const sending = ways({ outbound: out, allow, timeoutMs })
      const sender = startDelivery({
        ...{ db, url: database.url, ways: sending, secrets, log, publicUrl: () => 'http://indaba.example' },
        vbotFacts: async () => ({ customerId: 7, transcription: 'Hello.' }),
        tellOwners: async () => {},
        ...limits,
      })
      const stop = async (graceMs?: number) => {
        await sender.stop(graceMs)
        await sending.close()
      }
      senders.add({ stop })
      return { stop }
    },
    log: (orgId: string, endpointId: string) => listDeliveries(db, orgId, endpointId, { limit: 200, offset: 0 }),
    /** The endpoint's log as soon as this holds of it. */
    async logWhen(
      orgId: string,
      endpointId: string,
      holds: (log: Awaited<ReturnType<typeof listDeliveries>>) => boolean,
      timeoutMs = 10_000,
    ) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const found = await listDeliveries(db, orgId, endpointId, { limit: 200, offset: 0 })
        if (holds(found)) return found
        if (Date.now() > until) throw new Error(`not so: ${JSON.stringify(found, null, 1).slice(0, 3000)}`)
        await delay(20)
      }
    },
    async close() {
      await Promise.all([...senders].map((sender) => sender.stop(0)))
      await out.close()
      await db.destroy()
      if ('drop' in database) await (database as { drop(): Promise<void> }).drop()
    },
  }
}

/** Data in the shape of the type's noun, with nothing known yet. */
export function dataOf(type: EventType, id: string): ConversationEventData {
  const facts: Omit<ChatEventData, 'chat_id' | 'response_time'> = {
    conversation_id: id,
    status: 'completed',
    agent: null,
    agent_id: null,
    agent_email: null,
    started_at: '2026-01-05T09:00:00.000Z',
    duration: null,
    languages: [],
    sentiment: null,
    sentiment_score: null,
    topic: null,
    summary: null,
    keywords: [],
    failure: null,
    changed: [],
    links: { self: `/v1/conversations/${id}`, transcript: null },
  }
  return type.startsWith('chat.')
    ? { chat_id: `vela_chat_${id}`, ...facts, response_time: null }
    : { call_id: id, ...facts, caller_number: null, called_number: null }
}
