// Writes the types of the receiver kit's events (sdk/src/events.gen.ts) from the schemas of the catalogue.

import type { Declaration } from '../server/src/events/catalog/declaration.ts'
import { type Schema, typeOf } from './schema-types.ts'

const head = `// Made by \`npm run generate\` from the catalogue of events. Not to be edited.

export type Thinned = { omitted?: string[]; links: { payload?: string } }

/** The body of a webhook in the style \`vela\`. \`timestamp\`: ISO 8601 UTC. \`seq\` rises with each event of the organisation. */
type Envelope<Type extends string, Data> = {
  /** As the header \`webhook-id\`. */
  id: string
  type: Type
  /** The same as \`type\`, for receivers that look for it here. */
  event: Type
  /** The same with underscores. */
  event_type: string
  timestamp: string
  api_version: string
  org_id: string
  seq: number
  /** \`seq\` of the event before; changes that are no events take numbers too. */
  previous_seq: number
  /** Above 256 KiB, long fields are left out and \`omitted\` names them; \`links.payload\` leads to the whole for 24 hours. */
  data: Data & Thinned
}
`

/** One interface for each distinct shape of data, and the union of all events by type. */
export function sdkEventTypes(catalog: readonly Declaration[]): string {
  const shapes = new Map<Declaration['data'], string>()
  for (const { type, data } of catalog) if (!shapes.has(data)) shapes.set(data, `${pascal(type)}Data`)
  const events = catalog.map(
    ({ type, description, data }) => `  /** ${description} */\n  '${type}': Envelope<'${type}', ${shapes.get(data)}>\n`,
  )
  return [
    head,
    ...[...shapes].map(([data, name]) => `export type ${name} = ${typeOf(data as unknown as Schema)}\n`),
    `type Events = {\n${events.join('')}}\n`,
    'export type WebhookEventType = keyof Events\n',
    'export type WebhookEventOf<Type extends WebhookEventType> = Events[Type]\n',
    '/** Told apart by `type`. Types that are not known here may come one day: leave them alone. */',
    'export type WebhookEvent = Events[WebhookEventType]\n',
  ].join('\n')
}

const pascal = (type: string): string =>
  type.replace(/(^|[._])(\w)/g, (_, _dot, letter: string) => letter.toUpperCase())
