// What is said over a live line, in the form of each kind: events as the log has them, and the stream's own messages, which
// have a field `control`. As server-sent events the latter have a name, so that `onmessage` hears of events alone.

import type { Line } from '../../platform/http/line.ts'
import type { LogEvent } from '../log/read-log.ts'
import { eventShape, payloadSizeBytesMax, thinData } from '../payload.ts'

export type Control =
  /** Events were let go by retention before they were read: read the present state anew, the stream goes on. */
  | { control: 'gap'; after: number; oldest_seq: number | null; resume_after: number }
  /** A WebSocket's place, where nothing for it has come for a while. */
  | { control: 'position'; seq: number }
  | { control: 'subscribed'; types: string | null; filter: string | null; conversation_id: string | null }
  | { control: 'pong'; ping: unknown }
  | { control: 'error'; code: string; message: string; details: object }
  /** The last message. `retry`: the same request with the last id may go on. */
  | { control: 'end'; reason: EndReason; message: string; retry: boolean }

export type EndReason = 'server_stopping' | 'too_slow' | 'access_lost' | 'too_many_messages' | 'log_restored' | 'gone'

/** Above 256 KiB its long fields are left out and named by `omitted`. */
export function eventText(event: LogEvent): string {
  const text = JSON.stringify(eventShape(event))
  if (Buffer.byteLength(text) <= payloadSizeBytesMax) return text
  return JSON.stringify(eventShape(event, thinData(event, undefined)))
}

/** JSON has no line breaks of its own, so one line of data is enough. */
export const eventBytes = (kind: Line['kind'], seq: number, text: string): Buffer =>
  Buffer.from(kind === 'events' ? `id: ${seq}\ndata: ${text}\n\n` : text)

export function controlBytes(kind: Line['kind'], said: Control): Buffer {
  const text = JSON.stringify(said)
  return Buffer.from(kind === 'events' ? `event: ${said.control}\ndata: ${text}\n\n` : text)
}

/** An id without data sets the place from which a client comes back, and is no event. */
export const beatBytes = (seq: number | null): Buffer =>
  Buffer.from(seq === null ? ': still here\n\n' : `: still here\nid: ${seq}\n\n`)

export const retryBytes = (ms: number): Buffer => Buffer.from(`retry: ${ms}\n\n`)
