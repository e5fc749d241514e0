// Events as CloudEvents 1.0 has them: one JSON document each (structured mode), or HTTP headers beside the data (binary
// mode). Who wants them so is decided elsewhere.

import type { EventEnvelope } from '../payload.ts'
import { subjectOf } from './catalog.ts'

export const cloudEventType = 'application/cloudevents+json; charset=utf-8'
export const cloudEventBatchType = 'application/cloudevents-batch+json; charset=utf-8'

/**
 * Attributes of CloudEvents 1.0 §3.1. `source` is the organisation, as a URN; `sequence` is `seq` as text (the extension
 * of that name), padded so that texts sort as numbers do; `previoussequence` and `dataversion` are our own extensions.
 */
export function cloudEventAttributes(event: EventEnvelope): Record<string, string> {
  return {
    specversion: '1.0',
    id: event.id,
    type: event.type,
    source: `urn:uuid:${event.org_id}`,
    subject: subjectOf(event.type, event.data),
    time: event.occurred_at,
    datacontenttype: 'application/json',
    dataversion: event.version,
    sequence: sequence(event.seq),
    previoussequence: sequence(event.previous_seq),
  }
}

/** Digits of the largest number that JSON readers keep exactly. */
const sequence = (seq: number) => String(seq).padStart(16, '0')

/** Structured mode: one JSON document. */
export const cloudEvent = (event: EventEnvelope): Record<string, unknown> => ({
  ...cloudEventAttributes(event),
  data: event.data,
})

/**
 * Binary mode (HTTP binding §3.1): the attributes as headers; the body is the data as JSON. `datacontenttype` travels as
 * `Content-Type`.
 */
export function cloudEventHeaders(event: EventEnvelope): Record<string, string> {
  const { datacontenttype, ...attributes } = cloudEventAttributes(event)
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerValue(value)])
  return { ...Object.fromEntries(headers), 'content-type': datacontenttype as string }
}

/** What is not visible ASCII, quotes and percent signs are percent-encoded (HTTP binding §3.1.3.2). */
const headerValue = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^!#$&-~]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
