// One subscriber: its line, how far it has been told, and how it ends. Where its events come from is told elsewhere
// (hub.ts, catch-up.ts).

import type { Line } from '../../platform/http/line.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Selection } from './selection.ts'
import { beatBytes, type Control, controlBytes, type EndReason, retryBytes } from './wording.ts'

/** Beyond this, nothing more is sent until the client has taken what waits. */
export const waitingBytesMax = 1024 * 1024

export type Subscriber = {
  line: Line
  by: Principal
  selection: Selection
  /** Runs what is read for it in the scope of its request. */
  here: <T>(work: () => T) => T
  /** It has heard of everything up to this `seq` that it wants. */
  position: number
  /** The last id that it was sent. */
  toldSeq: number
  isEnded: boolean
  /** Which heartbeat is its own, so that they do not all come at once. */
  turn: number
}

const closeCodes: Record<EndReason, number> = {
  // RFC 6455 §7.4.1
  server_stopping: 1001,
  access_lost: 1008,
  too_many_messages: 1008,
  log_restored: 1011,
  too_slow: 1013,
  gone: 1001,
}
const messages: Record<EndReason, string> = {
  server_stopping: 'The server stops. Come back with your last id.',
  access_lost: 'Your credential does not work any more, or is not enough any more.',
  too_many_messages: 'You send more than 60 messages a minute.',
  log_restored: 'The log was restored from a backup. Read the present state from the lists, then begin anew.',
  too_slow: 'You did not take what was sent. Come back with your last id.',
  gone: 'You did not answer.',
}
const lasting: readonly EndReason[] = ['access_lost', 'log_restored']

/** Not all at once, when a server went away. */
const retryMs = () => 1000 + Math.floor(Math.random() * 2000)

export function greet({ line }: Subscriber): void {
  if (line.kind === 'events') line.send(retryBytes(retryMs()))
}

export function say({ line, isEnded }: Subscriber, said: Control): void {
  if (!isEnded) line.send(controlBytes(line.kind, said))
}

export function end(subscriber: Subscriber, reason: EndReason): void {
  if (subscriber.isEnded) return
  const message = messages[reason]
  say(subscriber, { control: 'end', reason, message, retry: !lasting.includes(reason) })
  subscriber.isEnded = true
  subscriber.line.end({ code: closeCodes[reason], reason })
}

/** A sign of life, with the place from which to come back where that has moved. */
export function beat(subscriber: Subscriber): void {
  const { line, position, toldSeq } = subscriber
  // Whoever does not read needs no sign.
  if (line.waitingBytes() > 0) return
  const moved = position > toldSeq ? position : null
  if (line.kind === 'events') line.send(beatBytes(moved))
  else if (moved !== null) say(subscriber, { control: 'position', seq: moved })
  if (moved !== null) subscriber.toldSeq = moved
}
