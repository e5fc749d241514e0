// RabbitMQ as a broker (AMQP 0-9-1): persistent messages on a confirming channel, and mandatory, so that one which no
// queue wants comes back instead of vanishing.

import type { Socket } from 'node:net'
import type { ConfirmChannel, Message } from 'amqplib'
import { readBrokerUrl } from './broker-url.ts'
import { BrokerFailure, lost, said } from './failure.ts'
import { inFlight } from './in-flight.ts'
import { type AmqpConnection, openAmqp } from './rabbitmq-connection.ts'
import type { BrokerSecrets, RabbitmqSettings } from './settings.ts'
import type { Broker, BrokerMessage, BrokerParts, OpenBroker } from './shapes.ts'
import { encrypt, firstOf } from './socket.ts'
import { fillTemplate } from './templates.ts'

const closeTimeoutMs = 2000

export const openRabbitmq: OpenBroker<RabbitmqSettings> = async (settings, secrets, parts) => {
  const { isTls, hosts } = readBrokerUrl(settings.url)
  const login = { user: settings.user, password: secrets.password ?? '', vhost: settings.vhost }
  const connection = await firstOf(hosts, (at) => {
    const secured = isTls ? (raw: Socket) => encrypt(raw, at.host, settings.ca_certificate, parts) : null
    return openAmqp(at, login, parts, secured).catch((error) => {
      throw connectFailureOf(error, secrets)
    })
  })
  const channel = await openChannel(connection, parts, secrets)
  return brokerOf(connection, channel, settings, secrets)
}

async function openChannel(
  { model, destroy }: AmqpConnection,
  { connectTimeoutMs }: BrokerParts,
  secrets: BrokerSecrets,
): Promise<ConfirmChannel> {
  const timer = setTimeout(destroy, connectTimeoutMs)
  try {
    const channel = await model.createConfirmChannel()
    channel.on('error', () => {})
    return channel
  } catch (error) {
    destroy()
    throw connectFailureOf(error, secrets)
  } finally {
    clearTimeout(timer)
  }
}

function brokerOf(
  { model, destroy }: AmqpConnection,
  channel: ConfirmChannel,
  settings: RabbitmqSettings,
  secrets: BrokerSecrets,
): Broker {
  const work = inFlight()
  /** Ids of what is not confirmed yet; of what came back, the broker's word why. */
  const unconfirmed = new Map<string, string | null>()
  let isOpen = true
  let blocked: string | null = null

  const end = (failure: BrokerFailure) => {
    if (!isOpen) return
    isOpen = false
    work.fail(failure)
    destroy()
  }
  model.on('blocked', (reason) => {
    blocked = said(reason, secrets)
  })
  model.on('unblocked', () => {
    blocked = null
  })
  model.on('error', (error) => end(connectionFailureOf(error, secrets)))
  model.on('close', (error) => end(error ? connectionFailureOf(error, secrets) : lost('the server closed it')))
  channel.on('error', (error) => end(channelFailureOf(error, settings, secrets)))
  channel.on('close', () => end(lost('the server closed its channel')))
  channel.on('return', ({ fields, properties }: Message) => {
    const { replyText } = fields as unknown as { replyText?: unknown }
    const id = String(properties.messageId)
    if (unconfirmed.has(id)) unconfirmed.set(id, said(replyText ?? '', secrets))
  })

  const store = (message: BrokerMessage, routingKey: string) =>
    new Promise<string>((resolve, reject) => {
      const { id, type, headers, body } = message
      const { 'content-type': contentType, ...others } = headers
      const options = {
        ...{ mandatory: true, persistent: true, messageId: id, type, contentType, headers: others },
        timestamp: Math.floor(Date.now() / 1000),
      }
      unconfirmed.set(id, null)
      channel.publish(settings.exchange, routingKey, Buffer.from(body), options, (error) => {
        const why = unconfirmed.get(id) ?? null
        unconfirmed.delete(id)
        if (why !== null) reject(nobodyBound(settings, routingKey, why))
        else if (error) reject(new BrokerFailure('refused', 'The broker could not store the message (nack).', error))
        else resolve(`exchange ${said(settings.exchange)}, routing key ${said(routingKey)}`)
      })
    })

  return {
    async publish(message) {
      if (!isOpen) throw lost('it was closed')
      if (blocked !== null) {
        const detail = `The broker takes no messages for now, because it runs low on memory or disk: ${blocked}.`
        throw new BrokerFailure('refused', detail)
      }
      return work.until(store(message, routingKeyOf(settings, message)))
    },
    isOpen: () => isOpen,
    async close() {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, closeTimeoutMs)
      // Settles when the broker agrees, and never otherwise.
      const agreed = isOpen ? model.close() : Promise.resolve()
      await Promise.race([agreed.catch(() => {}), late.promise])
      clearTimeout(timer)
      end(lost('it was closed'))
      destroy()
    },
  }
}

const routingKeyBytesMax = 255

function routingKeyOf(settings: RabbitmqSettings, message: BrokerMessage): string {
  const routingKey = fillTemplate(settings.routing_key, message)
  if (Buffer.byteLength(routingKey) <= routingKeyBytesMax) return routingKey
  throw new BrokerFailure('unfit', `The routing key would be longer than ${routingKeyBytesMax} bytes.`)
}

function nobodyBound({ exchange }: RabbitmqSettings, routingKey: string, why: string): BrokerFailure {
  const place =
    exchange === ''
      ? `There is no queue ${said(routingKey)}`
      : `No queue is bound to the exchange ${said(exchange)} for the routing key ${said(routingKey)}`
  return new BrokerFailure('nowhere', `${place}, so the broker sent the message back (${why}). Bind one.`)
}

/** AMQP 0-9-1 §1.2, reply codes; amqplib's handshake has them in its text alone. */
function connectFailureOf(error: unknown, secrets: BrokerSecrets): BrokerFailure {
  if (error instanceof BrokerFailure) return error
  const { message, code } = error as Error & { code?: unknown }
  const words = said(message, secrets)
  if (code === 'late') {
    const detail = 'The server did not answer in time. Check that this port speaks AMQP 0-9-1.'
    return new BrokerFailure('timeout', detail, error)
  }
  if (/\b403\b|ACCESS_REFUSED/.test(message)) {
    return new BrokerFailure('login', `The broker refused the login (${words}). Check user and password.`, error)
  }
  // The last step of the handshake is to enter the vhost; amqplib does not say why it was not let in.
  if (/Expected ConnectionOpenOk; got <ConnectionClose/.test(message)) {
    const detail = 'The broker does not let this user into the vhost. Check that there is one, and its permissions.'
    return new BrokerFailure('denied', detail, error)
  }
  return lost(words, error)
}

function connectionFailureOf(error: unknown, secrets: BrokerSecrets): BrokerFailure {
  return lost(said((error as Error).message, secrets), error)
}

function channelFailureOf(error: Error & { code?: number }, settings: RabbitmqSettings, secrets: BrokerSecrets) {
  const words = said(error.message, secrets)
  const exchange = said(settings.exchange)
  if (error.code === 404) return new BrokerFailure('nowhere', `There is no exchange ${exchange}: ${words}.`, error)
  if (error.code === 403) {
    return new BrokerFailure('denied', `The user may not write to the exchange ${exchange}: ${words}.`, error)
  }
  // 406 is also said of a message that is larger than the broker's max_message_size.
  if (error.code === 406 && /size|larger/i.test(error.message)) {
    return new BrokerFailure('unfit', `The broker does not take such a message: ${words}.`, error)
  }
  return new BrokerFailure('refused', `The broker closed the channel: ${words}.`, error)
}
