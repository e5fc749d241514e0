// What the receivers of an event get to read: its data, and the body in each payload style.
// The bytes made here are the ones that are signed and sent. Which endpoint wants which style is not decided here.

import { type EventType, underscored } from './catalog.ts'

/** Every key is always there, null or empty where nothing is known (yet), so that receivers need no checks. */
type ConversationData = {
  conversation_id: string
  /** `queued`, `completed`, `failed`, `deleted`. */
  status: string
  agent: string | null
  agent_id: string | null
  agent_email: string | null
  /** ISO 8601 UTC. */
  started_at: string | null
  /** Seconds. */
  duration: number | null
  languages: string[]
  sentiment: 'negative' | 'neutral' | 'positive' | null
  /** -1 to 1. */
  sentiment_score: number | null
  topic: string | null
  summary: string | null
  keywords: string[]
  /** Why processing failed, in words for people. */
  failure: { code: string; message: string } | null
  /** The transcript travels by reference only. */
  links: { self: string; transcript: string | null; recording?: string | null }
}

export type CallEventData = ConversationData & {
  call_id: string
  caller_number: string | null
  called_number: string | null
}

/** `response_time`: average, seconds. */
export type ChatEventData = ConversationData & { chat_id: string; response_time: number | null }

export type ConversationEventData = CallEventData | ChatEventData

/** `usage.threshold_reached`: once a month for each kind and percentage. */
export type UsageEventData = {
  /** `minutes` of audio, or `chats`. */
  kind: 'minutes' | 'chats'
  /** The threshold that was reached. */
  percent: number
  used: number
  limit: number
  /** As `2026-03`, in the organisation's time zone. */
  month: string
  links: { self: string }
}

/** `audit.head_signed`: the signed end of the organisation's audit; docs/audit.md tells how to check it. */
export type AuditHeadData = {
  /** Number of the last row. `seq` is the event's own. */
  audit_seq: number
  /** Hexadecimal SHA-256 of that row. */
  hash: string
  /** ISO 8601 UTC. */
  at: string
  /** Ed25519, base64url. */
  public_key: string
  signature: string
  links: { self: string }
}

/** `watcher.silent`: once, when nothing was heard of a watcher for 15 minutes. */
export type WatcherSilentData = {
  watcher_id: string
  name: string
  host: string
  folder: string
  /** ISO 8601 UTC. */
  last_contact_at: string
  /** Files that it had still to send. */
  waiting: number
  last_error: string | null
  links: { self: string }
}

/** `ingest.completed`: a bulk load has ended, whichever way. */
export type IngestJobData = {
  job_id: string
  source: string
  name: string
  /** `planned` after a dry run, `done`, `partial` when some items failed, `failed` when all of it did. */
  state: string
  is_dry_run: boolean
  counts: Record<string, number>
  failure: { code: string; reason: string } | null
  links: { self: string }
}

/** `connection.degraded`: a remote folder has failed several times in a row. `connection.recovered`: it works again. */
export type ConnectionData = {
  folder_id: string
  name: string
  server_id: string
  /** ISO 8601 UTC. */
  failing_since: string | null
  /** In a row. */
  failures: number
  /** What did not work: `name`, `route`, `tls`, `host_key`, `login`, `directory`, `list`, `read` or `sync`. */
  failed_step: string | null
  reason: string | null
  links: { self: string }
}

export type EventData =
  | ConversationEventData
  | UsageEventData
  | AuditHeadData
  | IngestJobData
  | WatcherSilentData
  | ConnectionData

export type EventEnvelope = {
  id: string
  type: EventType
  version: string
  /** ISO 8601 UTC. */
  occurred_at: string
  org_id: string
  /** Rises with each event of the organisation, and with changes that are no events: the lists' change cursor. */
  seq: number
  data: EventData
}

export const payloadSizeBytesMax = 256 * 1024
/** In a body that would be too large, longer fields are left out and named. */
const fieldSizeBytesMax = 1024

/**
 * Style `vela`: the envelope under all names that receivers look for (`type` and `event`: `call.completed`;
 * `event_type`: `call_completed`), the data below `data`, and again at the top where no envelope field has that name.
 * Above 256 KiB, long fields are left out and `data.omitted` names them: they can be read at `data.links.self`.
 */
export function velaBody(event: EventEnvelope): Buffer {
  const body = encode(velaShape(event, event.data))
  return body.length <= payloadSizeBytesMax ? body : encode(velaShape(event, withoutLongFields(event.data)))
}

function velaShape(event: EventEnvelope, data: object): object {
  const { id, type, occurred_at, version, org_id, seq } = event
  const envelope = {
    id,
    type,
    event: type,
    event_type: underscored(type),
    timestamp: occurred_at,
    api_version: version,
    org_id,
    seq,
    data,
  }
  return { ...envelope, ...data, ...envelope }
}

function withoutLongFields(data: EventData): object {
  const isLong = ([name, value]: [string, unknown]) => name !== 'links' && encode(value).length > fieldSizeBytesMax
  const fields = Object.entries(data)
  const omitted = fields.filter(isLong).map(([name]) => name)
  return { ...Object.fromEntries(fields.filter((field) => !isLong(field))), omitted }
}

/** vBot tells of finished calls and of nothing else. */
export const isVbotEvent = (type: EventType): boolean => type === 'call.completed'

/**
 * Style `vbot`: exactly the nine keys of its documentation, in its types; what is unknown is "", keywords are one
 * string, `timestamp` is when the result was ready, to the second. `customerId` is the organisation's number.
 * Above 256 KiB the transcription is cut and ends with a note of where the whole is.
 */
export function vbotBody(event: EventEnvelope, facts: { customerId: number; transcription: string | null }): Buffer {
  const { data } = event
  if (!('call_id' in data)) throw new TypeError('vBot payloads are for calls')
  const shape = {
    call_id: data.call_id,
    caller_number: data.caller_number ?? '',
    called_number: data.called_number ?? '',
    transcription: facts.transcription ?? '',
    summary: cutToJsonBytes(data.summary ?? '', 16 * 1024),
    sentiment: data.sentiment ?? '',
    keywords: cutToJsonBytes(data.keywords.join(', '), 16 * 1024),
    timestamp: event.occurred_at.replace(/\.\d+/, ''),
    customer_id: facts.customerId,
  }
  const body = encode(shape)
  if (body.length <= payloadSizeBytesMax) return body
  const note = `\n[Cut here. The whole transcript: ${data.links.transcript ?? data.links.self}]`
  const room = payloadSizeBytesMax - encode({ ...shape, transcription: note }).length
  return encode({ ...shape, transcription: cutToJsonBytes(shape.transcription, room) + note })
}

/** The longest beginning of the text that takes at most so many bytes inside a JSON string, no character halved. */
function cutToJsonBytes(text: string, sizeBytesMax: number): string {
  const fits = (length: number) => encode(text.slice(0, length)).length - 2 <= sizeBytesMax
  // A UTF-16 unit takes at least one byte, so what lies beyond the limit need not be looked at.
  let [fitting, failing] = [0, Math.min(text.length, sizeBytesMax) + 1]
  while (failing - fitting > 1) {
    const middle = (fitting + failing) >> 1
    if (fits(middle)) fitting = middle
    else failing = middle
  }
  const isHalved = fitting < text.length && /[\uD800-\uDBFF]/.test(text.charAt(fitting - 1))
  return text.slice(0, isHalved ? fitting - 1 : fitting)
}

function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
