// NATS JetStream as a broker: each message is stored in a stream before it counts as published, and the stream drops a
// second one with the same id.

import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import {
  credsAuthenticator,
  errors,
  headers,
  type NatsConnection,
  nkeyAuthenticator,
  RequestError,
} from '@nats-io/transport-node'
import { readBrokerUrl } from './broker-url.ts'
import { BrokerFailure, lost, said } from './failure.ts'
import { inFlight } from './in-flight.ts'
import { connectNats, type NatsDial } from './nats-transport.ts'
import type { BrokerSecrets, NatsSettings } from './settings.ts'
import type { Broker, BrokerMessage, OpenBroker } from './shapes.ts'
import { encrypt, firstOf, openSocket } from './socket.ts'
import { fillTemplate, widestSubject } from './templates.ts'

/** A lost connection is noticed after three of these. */
const pingIntervalMs = 20_000
/** Longer than anybody waits for it. */
const requestTimeoutMs = 60_000
/** Of a stream that is made here: as long as events are kept for an endpoint that is off. */
const streamAgeMs = 30 * 86_400_000
/** Of a stream that is made here: an event comes twice within this time, or its first copy was confirmed long ago. */
const duplicateWindowMs = 3_600_000

export const openNats: OpenBroker<NatsSettings> = async (settings, secrets, parts) => {
  const { isTls, hosts } = readBrokerUrl(settings.url)
  const connection = await firstOf(hosts, async (at) => {
    const options = {
      name: 'indaba',
      // The pool connects again, through the gate; a server must not send us to others.
      ...{ reconnect: false, ignoreClusterUpdates: true, noRandomize: true },
      ...{ timeout: parts.connectTimeoutMs, pingInterval: pingIntervalMs, maxPingOut: 2 },
      tls: isTls ? {} : null,
      ...loginOf(settings, secrets),
    }
    const dial: NatsDial = {
      open: () => openSocket(at, parts),
      encrypt: isTls ? (raw) => encrypt(raw, at.host, settings.ca_certificate, parts) : null,
    }
    return connectNats(options, dial).catch((error) => {
      throw connectFailureOf(error, secrets)
    })
  })
  return brokerOf(connection, settings, secrets)
}

function loginOf({ user }: NatsSettings, { password, token, nkey_seed, credentials }: BrokerSecrets) {
  const bytes = (text: string) => new TextEncoder().encode(text)
  if (user !== null && password !== undefined) return { user, pass: password }
  if (token !== undefined) return { token }
  if (nkey_seed !== undefined) return { authenticator: nkeyAuthenticator(bytes(nkey_seed)) }
  if (credentials !== undefined) return { authenticator: credsAuthenticator(bytes(credentials.replaceAll('\r', ''))) }
  return {}
}

function brokerOf(connection: NatsConnection, settings: NatsSettings, secrets: BrokerSecrets): Broker {
  const client = jetstream(connection)
  const work = inFlight()
  connection.closed().then((error) => work.fail(lost(error ? said(error.message, secrets) : 'it was closed', error)))

  const store = async (subject: string, { id, body, headers: pairs }: BrokerMessage) => {
    const sent = headers()
    for (const [name, value] of Object.entries(pairs)) sent.set(name, value)
    const expect = settings.stream === null ? {} : { expect: { streamName: settings.stream } }
    const options = { msgID: id, headers: sent, timeout: requestTimeoutMs, ...expect }
    const { stream, seq, duplicate } = await client.publish(subject, body, options)
    if (typeof stream !== 'string' || !Number.isSafeInteger(seq)) {
      throw new BrokerFailure('protocol', 'The server did not say where it stored the message.')
    }
    return `stream ${said(stream)}, sequence ${seq}${duplicate ? ', which had it already' : ''}`
  }

  const publish = async (message: BrokerMessage) => {
    const subject = fillTemplate(settings.subject, message)
    try {
      return await store(subject, message)
    } catch (error) {
      if (!settings.create_stream || !isNobodyThere(error)) throw error
      await createStream(connection, settings, message)
      return await store(subject, message)
    }
  }

  return {
    async publish(message) {
      if (connection.isClosed()) throw lost('it was closed')
      return work.until(publish(message)).catch((error) => {
        throw publishFailureOf(error, settings, message, secrets)
      })
    },
    isOpen: () => !connection.isClosed(),
    close: () => connection.close(),
  }
}

/** For everything that the organisation sends by these settings. */
async function createStream(
  connection: NatsConnection,
  settings: NatsSettings,
  { orgId }: BrokerMessage,
): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false })
  await manager.streams.add({
    name: settings.stream ?? `indaba-${orgId}`,
    subjects: [widestSubject(settings.subject, orgId) ?? ''],
    max_age: streamAgeMs * 1e6,
    duplicate_window: duplicateWindowMs * 1e6,
  })
}

/** The error, or what caused it. */
const findIn = <E extends Error>(error: unknown, kind: abstract new (...args: never[]) => E): E | undefined =>
  [error, (error as Error | null)?.cause].find((one): one is E => one instanceof kind)

/** `no responders`: nobody has subscribed to the subject, so no stream either. */
const isNobodyThere = (error: unknown): boolean => findIn(error, RequestError)?.isNoResponders() ?? false

function connectFailureOf(error: unknown, secrets: BrokerSecrets): BrokerFailure {
  if (error instanceof BrokerFailure) return error
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const detail = `The server refused the login (${said(error.message, secrets)}). Check user, password, token or key.`
    return new BrokerFailure('login', detail, error)
  }
  if (error instanceof errors.TimeoutError) {
    return new BrokerFailure('timeout', 'The server did not answer in time. Check that this port speaks NATS.', error)
  }
  return lost(said((error as Error).message, secrets), error)
}

/** Codes of JetStream's API (server/errors.json of nats-server). */
const wrongStream = 10_060

function publishFailureOf(
  error: unknown,
  settings: NatsSettings,
  message: BrokerMessage,
  secrets: BrokerSecrets,
): BrokerFailure {
  if (error instanceof BrokerFailure) return error
  const subject = fillTemplate(settings.subject, message)
  const words = said((error as Error).message, secrets)
  if (isNobodyThere(error)) {
    const mend = `Add one: nats stream add NAME --subjects '${subject}' (or with a wildcard), or set create_stream.`
    return new BrokerFailure('nowhere', `No stream takes the subject ${subject}, or JetStream is off. ${mend}`, error)
  }
  if (findIn(error, errors.PermissionViolationError)) {
    return new BrokerFailure('denied', `The login may not do this: ${words}.`, error)
  }
  if (error instanceof JetStreamApiError) {
    const { err_code: code } = error.apiError()
    if (code === wrongStream) {
      const detail = `Another stream than ${settings.stream} takes the subject ${subject}: ${words}.`
      return new BrokerFailure('nowhere', detail, error)
    }
    return new BrokerFailure('refused', `The server did not store the message: ${words} (${code}).`, error)
  }
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.InvalidSubjectError) {
    return new BrokerFailure('unfit', `The server does not take such a message: ${words}.`, error)
  }
  if (error instanceof errors.TimeoutError) {
    return new BrokerFailure('timeout', 'The server did not confirm the message in time.', error)
  }
  return lost(words, error)
}
