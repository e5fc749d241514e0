// The catalogue as an AsyncAPI 3.0 document: asyncapi.json, and what `GET /asyncapi.json` answers.

import { Type } from 'typebox'
import { controlMessage, requestMessage } from '../live/stream-messages.ts'
import { catalog, underscored } from './catalog.ts'
import { type Declaration, text, time, uuid } from './declaration.ts'

export const envelopeSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'The same at each attempt, on each channel and in the log' }),
    type: text,
    event: Type.String({ description: '`type` again' }),
    event_type: Type.String({ description: '`type` with an underscore: `call_completed`' }),
    timestamp: time,
    api_version: Type.String({ description: 'Of the data' }),
    org_id: uuid,
    seq: Type.Integer({
      minimum: 0,
      description: 'Rises with each event of the organisation, and with changes that are no events. Order by it.',
    }),
    previous_seq: Type.Integer({
      minimum: 0,
      description:
        '`seq` of the event before in the organisation; 0 at the first. Numbers between the two were no events',
    }),
    data: Type.Object({}),
  },
  {
    description:
      'In webhooks, the fields of `data` stand at the top as well, unless they have the name of one of these',
  },
)

const signedHeaders = Type.Object(
  {
    'webhook-id': Type.Optional(uuid),
    'webhook-timestamp': Type.Optional(Type.String({ description: 'Of the attempt, Unix seconds' })),
    'webhook-signature': Type.Optional(
      Type.String({ description: 'Standard Webhooks: `v1,` and base64; several are parted by spaces' }),
    ),
  },
  { description: 'Of webhooks' },
)

const schemaName = (type: string, version: string) => `${type}-${version}`
const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })
const exampleId = '0199b1f2-2222-7abc-8def-000000000002'

/** An event with its example data, as receivers get it. */
export const exampleOf = ({ type, version, example }: Declaration): object => ({
  id: exampleId,
  type,
  event: type,
  event_type: underscored(type),
  timestamp: '2026-03-05T09:02:03.456Z',
  api_version: version,
  org_id: '0199b1f2-0000-7abc-8def-000000000000',
  seq: 91_823,
  previous_seq: 91_820,
  data: example,
})

function messageOf(declaration: Declaration): object {
  const { type, version, description } = declaration
  const data = ref('schemas', schemaName(type, version))
  return {
    name: type,
    title: type,
    summary: description,
    contentType: 'application/json',
    headers: ref('schemas', 'signedHeaders'),
    payload: {
      allOf: [
        ref('schemas', 'envelope'),
        { type: 'object', properties: { type: { const: type }, api_version: { const: version }, data } },
      ],
    },
    examples: [{ name: underscored(type), payload: exampleOf(declaration) }],
  }
}

function channel(address: string | null, title: string, description: string, types: string[], extra: object = {}) {
  const messages = Object.fromEntries(types.map((type) => [type, ref('messages', type)]))
  return { address, title, description, messages, ...extra }
}

const operation = (name: string, summary: string) => ({
  action: 'send',
  channel: { $ref: `#/channels/${name}` },
  summary,
})

export function asyncApi(version: string): object {
  const all = catalog.map(({ type }) => type)
  const kept = catalog.filter(({ scope }) => scope !== 'endpoint').map(({ type }) => type)
  const schemas = catalog.flatMap(({ type, version, data, former = [] }) =>
    [...former, { version, data }].map((one) => [schemaName(type, one.version), one.data]),
  )
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Indaba',
      version,
      description:
        'What Indaba tells the world of. The same event comes over every channel with the same id, at least once; `GET /v1/events` is the log of all of them.',
    },
    defaultContentType: 'application/json',
    channels: {
      webhook: channel(
        null,
        'Webhook endpoints',
        'A POST to the address of each endpoint that asked for the event, signed by Standard Webhooks.',
        all,
        { bindings: { http: { bindingVersion: '0.3.0' } } },
      ),
      stream: channel(
        '/v1/stream',
        'Live stream',
        'Server-sent events and WebSocket, in order of `seq`; `Last-Event-ID` goes on from there (docs/streams.md).',
        [...kept, 'control', 'request'],
        { bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } } },
      ),
      broker: channel(
        null,
        'Message brokers',
        'NATS JetStream, RabbitMQ or Kafka, to the subject, exchange or topic that the endpoint names.',
        all,
      ),
    },
    operations: {
      sendWebhook: operation('webhook', 'Tell a webhook endpoint'),
      sendToStream: {
        ...operation('stream', 'Tell whoever listens'),
        messages: [...kept, 'control'].map((name) => ({ $ref: `#/channels/stream/messages/${name}` })),
      },
      receiveFromStream: {
        ...operation('stream', 'Take what a WebSocket says'),
        action: 'receive',
        messages: [{ $ref: '#/channels/stream/messages/request' }],
      },
      sendToBroker: operation('broker', 'Publish to a broker'),
    },
    components: {
      messages: {
        ...Object.fromEntries(catalog.map((one) => [one.type, messageOf(one)])),
        control: controlMessage,
        request: requestMessage,
      },
      schemas: { envelope: envelopeSchema, signedHeaders, ...Object.fromEntries(schemas) },
    },
  }
}

export const asyncApiText = (version: string): string => `${JSON.stringify(asyncApi(version), null, 2)}\n`
