// What the receivers of an event get to read: the body in each payload style. What data each event has is the catalogue's.
// The bytes made here are the ones that are signed and sent. Which endpoint wants which style is not decided here.

import { type DataOf, type MessageType, underscored } from './catalog/catalog.ts'

export type EventEnvelope = {
  id: string
  type: MessageType
  /** Of its data, by the catalogue. */
  version: string
  /** ISO 8601 UTC. */
  occurred_at: string
  org_id: string
  /** Rises with each event of the organisation, and with changes that are no events: the lists' change cursor. */
  seq: number
  /** Of the event before in the organisation, 0 at the first: numbers between the two are no losses. */
  previous_seq: number
  data: DataOf<MessageType>
}

export const payloadSizeBytesMax = 256 * 1024
/** In a body that would be too large, longer fields are left out and named. */
const fieldSizeBytesMax = 1024

/** A signed link to the whole of an event (log/payload-link.ts). */
export type LinkTo = (event: EventEnvelope) => string

/**
 * Style `vela`: the envelope under all names that receivers look for (`type` and `event`: `call.completed`;
 * `event_type`: `call_completed`), the data below `data`, and again at the top where no envelope field has that name.
 * Above 256 KiB, long fields are left out and `data.omitted` names them: the whole is at `data.links.payload`.
 */
export const velaBody = (event: EventEnvelope, linkTo?: LinkTo): Buffer =>
  fittingBody(event, linkTo, (data) => velaShape(event, data))

/** What `shapeOf` makes of the event's data, or of the thin data where that would be too large. */
export function fittingBody(
  event: EventEnvelope,
  linkTo: LinkTo | undefined,
  shapeOf: (data: object) => object,
): Buffer {
  const body = encode(shapeOf(event.data))
  return body.length <= payloadSizeBytesMax ? body : encode(shapeOf(thinData(event, linkTo)))
}

/** However long it is; for whoever asks for the rest of what was left out. */
export const wholeVelaBody = (event: EventEnvelope): Buffer => encode(velaShape(event, event.data))

function velaShape(event: EventEnvelope, data: object): object {
  const envelope = eventShape(event, data)
  return { ...envelope, ...data, ...envelope }
}

/** The event as its log, the streams and the brokers have it: as `vela`, without the data at the top. */
export function eventShape(event: EventEnvelope, data: object = event.data): object {
  const { id, type, occurred_at, version, org_id, seq, previous_seq } = event
  return {
    id,
    type,
    event: type,
    event_type: underscored(type),
    timestamp: occurred_at,
    api_version: version,
    org_id,
    seq,
    previous_seq,
    data,
  }
}

/** Long fields left out, and named; `linkTo` tells where the whole is. */
export function thinData(event: EventEnvelope, linkTo: LinkTo | undefined): object {
  const isLong = ([name, value]: [string, unknown]) => name !== 'links' && encode(value).length > fieldSizeBytesMax
  const fields = Object.entries(event.data)
  const omitted = fields.filter(isLong).map(([name]) => name)
  const links = { ...event.data.links, ...(linkTo ? { payload: linkTo(event) } : {}) }
  return { ...Object.fromEntries(fields.filter((field) => !isLong(field))), links, omitted }
}

/** vBot tells of finished calls and of nothing else. */
export const isVbotEvent = (type: MessageType): boolean => type === 'call.completed'

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
