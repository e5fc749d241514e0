// Kafka as a broker: an idempotent producer that waits for all replicas in sync, one record a message, keyed so that
// one partition keeps the order of one key.

import { Producer } from '@platformatic/kafka'
import { readBrokerUrl } from './broker-url.ts'
import { BrokerFailure, lost, said } from './failure.ts'
import { inFlight } from './in-flight.ts'
import { kafkaGate } from './kafka-gate.ts'
import { kafkaLogin } from './kafka-login.ts'
import type { BrokerSecrets, KafkaSettings } from './settings.ts'
import type { Broker, BrokerMessage, OpenBroker } from './shapes.ts'
import { trustedBy } from './socket.ts'
import { fillTemplate } from './templates.ts'

/** What the brokers themselves may take for one record. */
const requestTimeoutMs = 15_000
/** A leader that moved is found within these. */
const retries = 3
const retryDelayMs = 250
const metadataAgeMsMax = 60_000
const closeTimeoutMs = 2000

type KafkaProducer = Producer<Buffer, Buffer, Buffer, Buffer>

export const openKafka: OpenBroker<KafkaSettings> = async (settings, secrets, parts) => {
  const { isTls, hosts } = readBrokerUrl(settings.url)
  const { lookup, guard } = kafkaGate(parts.gate, isTls)
  const sasl = kafkaLogin(settings, secrets.password ?? '')
  const producer: KafkaProducer = new Producer({
    clientId: 'indaba',
    bootstrapBrokers: hosts,
    ...{ idempotent: true, autocreateTopics: false, retries, retryDelay: retryDelayMs },
    ...{ connectTimeout: parts.connectTimeoutMs, requestTimeout: requestTimeoutMs, timeout: requestTimeoutMs },
    metadataMaxAge: metadataAgeMsMax,
    ...(isTls ? { tls: { ...trustedBy(settings.ca_certificate), lookup }, tlsServerName: true } : {}),
    ...(sasl ? { sasl } : {}),
  })
  guard(producer)
  return brokerOf(producer, settings, secrets)
}

function brokerOf(producer: KafkaProducer, settings: KafkaSettings, secrets: BrokerSecrets): Broker {
  const work = inFlight()
  let isOpen = true

  const store = async ({ id, key, headers, body, ...message }: BrokerMessage) => {
    const topic = fillTemplate(settings.topic, { ...message, key })
    const pairs = Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const)
    const record = {
      ...{ topic, value: Buffer.from(body), headers: new Map(pairs) },
      // Without a key, the id spreads records over the partitions; two attempts at one event still meet in the same.
      key: Buffer.from(key ?? id),
    }
    const { offsets } = await producer.send({ messages: [record] })
    const stored = offsets?.[0]
    if (!stored) throw new BrokerFailure('protocol', 'The broker did not say where it stored the message.')
    return `topic ${said(stored.topic)}, partition ${stored.partition}, offset ${stored.offset}`
  }

  const close = async () => {
    isOpen = false
    const timer = Promise.withResolvers<void>()
    const timeout = setTimeout(timer.resolve, closeTimeoutMs)
    await Promise.race([producer.close(true).catch(() => {}), timer.promise])
    clearTimeout(timeout)
    for (const [, connection] of producer.connections) connection.socket?.destroy()
    work.fail(lost('it was closed'))
  }

  return {
    async publish(message) {
      if (!isOpen) throw lost('it was closed')
      return work.until(store(message)).catch((error) => {
        const failure = publishFailureOf(error, settings, secrets)
        // The pool connects again, from the names on, through the gate.
        if (failure.code === 'connection' || failure.code === 'login' || failure.code === 'protocol')
          close().catch(() => {})
        throw failure
      })
    },
    isOpen: () => isOpen,
    close,
  }
}

/** Names of Kafka's error codes (its protocol guide, "Error Codes"). */
const unfit = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE']
const nowhere = ['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']

function publishFailureOf(error: unknown, settings: KafkaSettings, secrets: BrokerSecrets): BrokerFailure {
  if (error instanceof BrokerFailure) return error
  const all = [...errorsIn(error)]
  const refused = all.find((one) => one.brokerFailure instanceof BrokerFailure)
  if (refused) return refused.brokerFailure as BrokerFailure
  const ids = all.flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : []))
  // The innermost says most.
  const words = said(ids.at(-1) ?? all.at(-1)?.message ?? 'no reason', secrets)
  const has = (names: string[]) => ids.some((id) => names.includes(id))
  if (ids.some((id) => /SASL_AUTHENTICATION|UNSUPPORTED_SASL|ILLEGAL_SASL/.test(id)) || all.some(isLoginError)) {
    const mend = 'Check user, password and mechanism.'
    return new BrokerFailure('login', `The broker refused the login (${words}). ${mend}`, error)
  }
  if (ids.some((id) => id.endsWith('AUTHORIZATION_FAILED'))) {
    const detail = `The user may not write to the topic ${said(settings.topic)}, or not as an idempotent producer: ${words}.`
    return new BrokerFailure('denied', detail, error)
  }
  // Said by the library itself, for a topic that is not in the metadata it got.
  if (has(nowhere) || all.some(({ message }) => /^Unknown topic\b/.test(message))) {
    return new BrokerFailure('nowhere', `There is no topic ${said(settings.topic)} (${words}). Create it.`, error)
  }
  if (has(unfit)) return new BrokerFailure('unfit', `The broker does not take such a message: ${words}.`, error)
  if (ids.length > 0) return new BrokerFailure('refused', `The broker did not store the message: ${words}.`, error)
  return lost(words, error)
}

const isLoginError = ({ code }: { code?: unknown }) => code === 'PLT_KFK_AUTHENTICATION'

type KafkaError = Error & { apiId?: unknown; code?: unknown; brokerFailure?: unknown }

/** The error, what it gathers and what caused it, outermost first. */
function* errorsIn(error: unknown, depth = 0): Generator<KafkaError> {
  if (!(error instanceof Error) || depth > 8) return
  yield error as KafkaError
  if (error instanceof AggregateError) for (const one of error.errors.slice(-5)) yield* errorsIn(one, depth + 1)
  yield* errorsIn(error.cause, depth + 1)
}
