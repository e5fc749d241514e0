// How publishing to a broker can fail, in plain words for the endpoint's owner. Whether and when to try again is the
// delivery engine's to decide.

import { failureOf } from '../../platform/outbound/failure.ts'
import { Problem } from '../../platform/problem.ts'
import { quote } from '../../platform/remote/names.ts'

export type BrokerFailureCode =
  | 'refused_destination'
  /** No name, no route, no encryption, or the connection broke: what was in flight may or may not have been stored. */
  | 'connection'
  | 'login'
  /** No stream, exchange, topic, or queue that would keep the message. */
  | 'nowhere'
  | 'denied'
  /** This message cannot be taken as it is, however often it comes. */
  | 'unfit'
  /** The broker said no, for a reason that may pass: full, blocked, no leader. */
  | 'refused'
  | 'timeout'
  | 'aborted'
  | 'busy'
  | 'protocol'

export class BrokerFailure extends Error {
  readonly code: BrokerFailureCode
  /** For people: one line, holds no secret and little of what the broker said. */
  readonly reason: string
  /**
   * False only for what is wrong with this very message. A missing stream or a wrong password can be mended at the
   * broker while the events wait, as a webhook's 404 or 401 can.
   */
  readonly retryable: boolean

  constructor(code: BrokerFailureCode, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.code = code
    this.reason = reason
    this.retryable = code !== 'unfit'
  }
}

/** The start is enough for people, and what replaces secrets must not read a million characters. */
const readCharactersMax = 4000

/** What a broker said, for a sentence of ours. */
export function said(text: unknown, secrets: object = {}): string {
  return quote(String(text).slice(0, readCharactersMax), Object.values(secrets))
}

/** For whatever went wrong before the broker's own protocol had a word. */
export function connectionFailure(error: unknown, host: string, port: number): BrokerFailure {
  if (error instanceof BrokerFailure) return error
  const { reason, detail } = failureOf(error)
  const place = `${quote(host)}, port ${port}`
  if (reason === 'refused_destination' || (error instanceof Problem && error.code === 'destination_not_allowed')) {
    const mend = 'Use a public server on its standard port; the operator of this server can open others with'
    return new BrokerFailure(
      'refused_destination',
      `${place}, is not allowed as a destination. ${mend} INDABA_OUTBOUND_ALLOW.`,
      error,
    )
  }
  if (reason === 'aborted') return new BrokerFailure('aborted', 'The attempt was given up.', error)
  return new BrokerFailure('connection', `No connection to ${place}: ${detail}.`, error)
}

/** The connection is gone while something was in flight, or before the login was done. */
export function lost(why: string, cause?: unknown): BrokerFailure {
  return new BrokerFailure('connection', `The connection to the broker broke: ${why}.`, cause)
}
