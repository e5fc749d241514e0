// An outbox of its own for a test: a database with organisations and endpoints, and senders that a test starts and
// stops. No HTTP server, no pipeline: events are emitted by hand.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createOrg, openSecrets } from '../src/access/index.ts'
import { startDelivery } from '../src/events/delivery.ts'
import { listDeliveries } from '../src/events/delivery-log.ts'
import { type ConversationEventType, type EventType, emit, takeSequence } from '../src/events/index.ts'
import type { NewEvent } from '../src/events/outbox.ts'
import type {
  ChatEventData,
  ConnectionData,
  ConversationEventData,
  IngestJobData,
  UsageEventData,
  WatcherSilentData,
} from '../src/events/payload.ts'
import { createEndpoint, type NewEndpoint, webhookSecrets } from '../src/events/webhooks.ts'
import { openDb } from '../src/platform/db/db.ts'
import { newId } from '../src/platform/ids.ts'
import { localKeyWrapper } from '../src/platform/key-wrapper.ts'
import { openLog } from '../src/platform/log.ts'
import { parseOutboundAllow } from '../src/platform/outbound/allow-list.ts'
import { outbound } from '../src/platform/outbound/request.ts'
import { freshDatabase } from './database.ts'

export type Outbox = Awaited<ReturnType<typeof openOutbox>>
type SenderOptions = Partial<Pick<Parameters<typeof startDelivery>[0], 'vbotFacts' | 'leaseMs' | 'timeoutMs'>>

/** `database` and `secretKey`: those of another process's outbox. */
export async function openOutbox(
  options: { connectionsMax?: number; database?: { url: string }; secretKey?: Uint8Array } = {},
) {
  const database = options.database ?? (await freshDatabase())
  const db = openDb({ url: database.url, connectionsMax: options.connectionsMax ?? 10, as: 'owner' })
  const secretKey = options.secretKey ?? randomBytes(32)
  const wrappers = [localKeyWrapper(secretKey, 'INDABA_SECRET_KEY')] as const
  const secrets = await openSecrets({ db, wrappers, formerKeys: [secretKey], columns: [webhookSecrets] })
  const log = openLog(process.env.INDABA_TEST_LOG_LEVEL ?? 'silent')
  const out = outbound({ allow: parseOutboundAllow('127.0.0.1/32'), userAgent: 'Indaba/test' })
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
          if (type === 'usage.threshold_reached') return { ...told, type, conversationId: null, data: usageData }
          if (type === 'audit.head_signed') return { ...told, type, conversationId: null, data: headData }
          if (type === 'connection.degraded' || type === 'connection.recovered')
            return { ...told, type, conversationId: null, data: connectionData }
          if (type === 'ingest.completed') return { ...told, type, conversationId: null, data: endedData }
          if (type === 'watcher.silent') return { ...told, type, conversationId: null, data: silentData }
          return { ...told, type, conversationId, data: dataOf(type, conversationId) }
        })
        await emit(tx, rows)
        return rows
      }),
    startSender(limits: SenderOptions = {}) {
      const vbotFacts = async () => ({ customerId: 7, transcription: 'Hello.' })
      const sender = startDelivery({ db, url: database.url, outbound: out, secrets, log, vbotFacts, ...limits })
      senders.add(sender)
      return sender
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

const endedData: IngestJobData = {
  job_id: newId(),
  source: 'zip',
  name: 'calls.zip',
  state: 'done',
  is_dry_run: false,
  counts: { total: 1, ok: 1 },
  failure: null,
  links: { self: '/v1/ingest-jobs' },
}

const silentData: WatcherSilentData = {
  watcher_id: newId(),
  name: 'recorder',
  host: 'recorder.example',
  folder: '/recordings',
  last_contact_at: new Date(0).toISOString(),
  waiting: 2,
  last_error: null,
  links: { self: '/v1/watchers' },
}

const connectionData: ConnectionData = {
  folder_id: newId(),
  name: 'recordings',
  server_id: newId(),
  failing_since: new Date(0).toISOString(),
  failures: 3,
  failed_step: 'login',
  reason: 'The server refused the password.',
  links: { self: '/v1/remote-folders' },
}

const headData = {
  audit_seq: 7,
  hash: 'ab'.repeat(32),
  at: '2026-03-05T09:00:00.000Z',
  public_key: 'key',
  signature: 'signature',
  links: { self: '/v1/audit/heads' },
}
const usageData: UsageEventData = {
  kind: 'chats',
  percent: 50,
  used: 5,
  limit: 10,
  month: '2026-01',
  links: { self: '/v1/usage' },
}

/** Data in the shape of the type's noun, with nothing known yet. */
export function dataOf(type: ConversationEventType, id: string): ConversationEventData {
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
    links: { self: `/v1/conversations/${id}`, transcript: null },
  }
  return type.startsWith('chat.')
    ? { chat_id: `vela_chat_${id}`, ...facts, response_time: null }
    : { call_id: id, ...facts, caller_number: null, called_number: null }
}
