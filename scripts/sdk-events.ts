// Writes the types of the receiver kit's events (sdk/src/events.gen.ts) from the schemas of the catalogue.

import type { Declaration } from '../server/src/events/catalog/declaration.ts'

/** The keywords of JSON Schema that the catalogue uses. */
type Schema = {
  type?: string
  description?: string
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
}

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
    ...[...shapes].map(([data, name]) => `export type ${name} = ${written(data as unknown as Schema, '')}\n`),
    `type Events = {\n${events.join('')}}\n`,
    'export type WebhookEventType = keyof Events\n',
    'export type WebhookEventOf<Type extends WebhookEventType> = Events[Type]\n',
    '/** Told apart by `type`. Types that are not known here may come one day: leave them alone. */',
    'export type WebhookEvent = Events[WebhookEventType]\n',
  ].join('\n')
}

const pascal = (type: string): string =>
  type.replace(/(^|[._])(\w)/g, (_, _dot, letter: string) => letter.toUpperCase())

function written(schema: Schema, indent: string): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map((one) => written(one, indent)))].join(' | ')
  if (schema.enum) return schema.enum.map((one) => `'${one}'`).join(' | ')
  switch (schema.type) {
    case 'object':
      return object(schema, indent)
    case 'array': {
      const item = written(schema.items ?? {}, indent)
      return item.includes(' | ') ? `(${item})[]` : `${item}[]`
    }
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    default:
      throw new TypeError(`No type is known for the schema ${JSON.stringify(schema)}`)
  }
}

function object({ properties, patternProperties, required = [] }: Schema, indent: string): string {
  const [anyName] = Object.values(patternProperties ?? {})
  if (anyName) return `Record<string, ${written(anyName, indent)}>`
  const inner = `${indent}  `
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    const comment = field.description ? `${inner}/** ${field.description} */\n` : ''
    return `${comment}${inner}${name}${required.includes(name) ? '' : '?'}: ${written(field, inner)}\n`
  })
  return `{\n${fields.join('')}${indent}}`
}
