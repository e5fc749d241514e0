// The settings of a broker as an endpoint's owner gives them: read, checked, and parted into what may be shown and what
// is sealed. Names are those of the API. Sealing and storing them is the business of `endpoints/`.

import { Type } from 'typebox'
import { Problem } from '../../platform/problem.ts'
import { urlFault } from './broker-url.ts'
import type { BrokerKind } from './shapes.ts'
import { templateFault, widestSubject } from './templates.ts'

export type NatsSettings = {
  kind: 'nats'
  url: string
  user: string | null
  subject: string
  /** The stream that must take the messages; null: whichever listens to the subject. */
  stream: string | null
  create_stream: boolean
  ca_certificate: string | null
}

export type RabbitmqSettings = {
  kind: 'rabbitmq'
  url: string
  user: string
  vhost: string
  /** '' is the default exchange, where the routing key names the queue. */
  exchange: string
  routing_key: string
  ca_certificate: string | null
}

export type KafkaSettings = {
  kind: 'kafka'
  url: string
  user: string | null
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | null
  topic: string
  ca_certificate: string | null
}

export type BrokerSettings = NatsSettings | RabbitmqSettings | KafkaSettings

export const brokerSecretNames = ['password', 'token', 'nkey_seed', 'credentials'] as const

export type BrokerSecrets = { [name in (typeof brokerSecretNames)[number]]?: string }

const text = (description: string) => Type.Optional(Type.Union([Type.String(), Type.Null()], { description }))

/** For the API: every field of every kind. Which ones a kind takes, and of what form, `readBrokerSettings` says. */
export const brokerSettingsInput = Type.Object({
  url: Type.String({
    description:
      'nats://, tls:// (NATS); amqp://, amqps:// (RabbitMQ); kafka://, kafkas:// (Kafka). Several hosts by commas.',
  }),
  user: text('User name.'),
  password: text('Shown never again.'),
  token: text('NATS: a token instead of user and password.'),
  nkey_seed: text('NATS: the seed of a user key, SU….'),
  credentials: text('NATS: the text of a .creds file.'),
  subject: text('NATS: default indaba.{org}.{type}.'),
  stream: text('NATS: the stream that must take the messages.'),
  create_stream: Type.Optional(Type.Boolean({ description: 'NATS: makes the stream where none takes the subject.' })),
  vhost: text('RabbitMQ: default /.'),
  exchange: text('RabbitMQ: default amq.topic; an empty one means that the routing key names a queue.'),
  routing_key: text('RabbitMQ: default indaba.{org}.{type}.'),
  mechanism: text('Kafka: plain, scram-sha-256 or scram-sha-512; default scram-sha-512 where there is a user.'),
  topic: text('Kafka: default indaba-events. {org}, {type} and {key} are filled in, as in subject and routing_key.'),
  ca_certificate: text('PEM: an authority that is trusted beside the well-known ones.'),
})

/**
 * `input` as the API got it; null and absent are the same. Throws Problem('invalid', 'invalid_broker', …) with the field's
 * name in its facts. To change some fields, pass `{ ...settings, ...secrets, ...change }`.
 */
export function readBrokerSettings(
  kind: BrokerKind,
  input: Record<string, unknown>,
): { settings: BrokerSettings; secrets: BrokerSecrets } {
  const fields = new Map(Object.entries(input).filter(([name, value]) => value != null && name !== 'kind'))
  const take = <T>(name: string, read: (value: unknown) => T | Fault): T | null => {
    const value = fields.get(name)
    fields.delete(name)
    if (value === undefined) return null
    const found = read(value)
    if (isFault(found)) throw invalid(name, found.fault)
    return found
  }
  const settings = readers[kind](take)
  const secrets: BrokerSecrets = {}
  for (const name of secretsOf[kind]) {
    const value = take(name, name === 'password' || name === 'token' ? line(500) : secretForms[name])
    if (value !== null) secrets[name] = value
  }
  const [unknown] = fields.keys()
  if (unknown !== undefined) throw invalid(unknown, `is no field of a broker of the kind ${kind}`)
  checkLogin(settings, secrets)
  checkStream(settings)
  return { settings, secrets }
}

type Fault = { fault: string }
type Take = <T>(name: string, read: (value: unknown) => T | Fault) => T | null

const isFault = (value: unknown): value is Fault => typeof value === 'object' && value !== null && 'fault' in value

function invalid(field: string, issue: string): Problem {
  const shown = field.slice(0, 60).toWellFormed()
  return new Problem('invalid', 'invalid_broker', `${shown} ${issue}.`, { facts: { field: shown, issue } })
}

const secretsOf: Record<BrokerKind, (typeof brokerSecretNames)[number][]> = {
  nats: ['password', 'token', 'nkey_seed', 'credentials'],
  rabbitmq: ['password'],
  kafka: ['password'],
}

const readers: Record<BrokerKind, (take: Take) => BrokerSettings> = {
  nats: (take) => ({
    kind: 'nats',
    url: readUrl(take, 'nats'),
    user: take('user', line(200)),
    // NATS §subjects: tokens by dots, no wildcards in what is published.
    subject: take('subject', template(/^(?!\.)(?!.*\.\.)[\w.$-]*$/)) ?? 'indaba.{org}.{type}',
    stream: take('stream', matching(/^[\w-]{1,200}$/, 'must be the name of a stream: letters, digits, _ and -')),
    create_stream: take('create_stream', flag) ?? false,
    ca_certificate: take('ca_certificate', certificate),
  }),
  rabbitmq: (take) => ({
    kind: 'rabbitmq',
    url: readUrl(take, 'rabbitmq'),
    user: take('user', line(200)) ?? missing('user'),
    vhost: take('vhost', line(250)) ?? '/',
    exchange: take('exchange', line(250, 0)) ?? 'amq.topic',
    routing_key: take('routing_key', template(/^[\w.:/ -]*$/)) ?? 'indaba.{org}.{type}',
    ca_certificate: take('ca_certificate', certificate),
  }),
  kafka: (take) => {
    const user = take('user', line(200))
    const mechanism = take('mechanism', oneOf(['plain', 'scram-sha-256', 'scram-sha-512'] as const))
    return {
      kind: 'kafka',
      url: readUrl(take, 'kafka'),
      user,
      mechanism: user === null ? mechanism : (mechanism ?? 'scram-sha-512'),
      topic: take('topic', template(/^[\w.-]*$/)) ?? 'indaba-events',
      ca_certificate: take('ca_certificate', certificate),
    }
  },
}

const readUrl = (take: Take, kind: BrokerKind) =>
  take('url', (value) => {
    if (typeof value !== 'string') return { fault: 'must be a text' }
    const fault = urlFault(value, kind)
    return fault === null ? value : { fault }
  }) ?? missing('url')

function missing(field: string): never {
  throw invalid(field, 'is missing')
}

const line =
  (charactersMax: number, charactersMin = 1) =>
  (value: unknown): string | Fault =>
    typeof value === 'string' &&
    value.length >= charactersMin &&
    value.length <= charactersMax &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
      ? value
      : { fault: `must be one line of at most ${charactersMax} characters` }

const matching = (pattern: RegExp, fault: string) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value) ? value : { fault }

const template =
  (characters: RegExp) =>
  (value: unknown): string | Fault => {
    if (typeof value !== 'string' || value === '' || value.length > 150)
      return { fault: 'must have 1 to 150 characters' }
    const fault = templateFault(value, characters)
    return fault === null ? value : { fault }
  }

const flag = (value: unknown) => (typeof value === 'boolean' ? value : { fault: 'must be true or false' })

const oneOf =
  <const T extends string>(values: readonly T[]) =>
  (value: unknown): T | Fault =>
    values.find((one) => one === value) ?? { fault: `must be one of ${values.join(', ')}` }

const certificate = matching(
  /^\s*(-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]{100,20000}-----END CERTIFICATE-----\s*){1,10}$/,
  'must be one or more certificates in PEM',
)

const secretForms = {
  nkey_seed: matching(/^SU[A-Z2-7]{56}$/, 'must be the seed of a user key: SU and 56 letters and digits'),
  credentials: matching(
    // At most 20,000 characters, since what comes is read from end to end.
    /^(?=[\s\S]{1,20000}$)[\s\S]*BEGIN NATS USER JWT-+\r?\n[\w.-]+\r?\n[\s\S]*BEGIN USER NKEY SEED-+\r?\nSU[A-Z2-7]{56}\r?\n/,
    'must be the text of a .creds file, with a JWT and a seed',
  ),
}

function checkStream(settings: BrokerSettings): void {
  if (settings.kind !== 'nats' || !settings.create_stream || widestSubject(settings.subject, 'org') !== null) return
  throw invalid('create_stream', 'needs a subject that begins with a fixed part and a dot, as indaba.{org}.{type} does')
}

function checkLogin(settings: BrokerSettings, secrets: BrokerSecrets): void {
  const { user } = settings
  if (user === null && secrets.password !== undefined) throw invalid('user', 'is missing beside the password')
  if (user !== null && secrets.password === undefined) throw invalid('password', 'is missing beside the user')
  if (settings.kind === 'kafka' && settings.mechanism !== null && user === null) {
    throw invalid('user', 'is missing beside the mechanism')
  }
  const ways = Object.keys(secrets)
  if (ways.length > 1) throw invalid(ways.at(-1) ?? '', `cannot be given together with ${ways[0]}: choose one login`)
}
