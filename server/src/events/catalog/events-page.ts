// The page docs/events.md, written from the catalogue.

import { exampleOf } from './asyncapi.ts'
import { catalog } from './catalog.ts'
import type { Declaration } from './declaration.ts'
import type { JsonSchema } from './growth.ts'

const head = `# Events

What Indaba tells the world of, in the words of \`server/src/events/catalog/\`, from which this page is written. The same
as schemas for tools: [asyncapi.json](../asyncapi.json), served at \`GET /asyncapi.json\`, with an example of each event.

## How an event looks

Webhooks, streams, brokers and the log tell of it with the same fields:

`

const envelopeWords = `
- \`id\` is the same at each attempt, on each channel and in the log: by it you know what you have had already. Every
  channel tells of each event at least once.
- \`seq\` tells the order within the organisation. Changes that are no events take numbers too, so \`seq\` jumps:
  \`previous_seq\` is the \`seq\` of the event before. Who reads everything has missed nothing as long as each
  \`previous_seq\` is the \`seq\` that came before. Who reads a selection, by types or by a filter, asks the log.
- \`event\` and \`event_type\` repeat \`type\` for receivers that look there. Webhooks repeat the fields of \`data\` at the top.
- \`api_version\` is that of the data. Within a version fields may be added; none is taken away, renamed, changes its
  type, or becomes null or absent where it was not. Ignore what you do not know.
- Above 256 KiB long fields are left out and named by \`data.omitted\`; \`data.links.payload\` is a link to the whole of it,
  signed, which works for 24 hours without a key.

## The log

\`\`\`sh
curl -H "X-API-Key: $KEY" "$SERVER/v1/events?after=91820&types=call.*,alert.opened"
\`\`\`

answers \`events\` in order, \`next_after\` for the next request, \`has_more\` and \`highest_seq\`. To read everything: leave
\`after\` out at first, then send \`next_after\` each time, until \`has_more\` is false. Keep \`next_after\`; it is right even
where no event fitted. With \`wait_s=30\` the answer waits until there is something.

- \`types\`: those that a webhook may name, comma-separated. \`conversation_id\`: of one call or chat.
- \`filter\`: a condition on the event, such as \`sentiment = negative AND duration > 300\`.
- One request looks at 5,000 events at most, so a rare one may take several: go on while \`has_more\` is true.
- Events are kept for 90 days (\`INDABA_EVENTS_KEEP_DAYS\`), and let go by whole months. Asked for what is gone, the log
  answers 410 \`EVENTS_EXPIRED\` with \`oldest_seq\` and \`resume_after\`: read the state anew from the lists, then go on
  from there. An \`after\` that was never given out, as after a restore from a backup, is refused with \`UNKNOWN_SEQ\`.
- \`format=cloudevents\` answers a batch of CloudEvents 1.0; the headers \`X-Next-After\` and \`X-Has-More\` tell the rest.
- \`GET /v1/events/{id}\` answers one event. It takes the scope \`events:read\`, which concerns the whole organisation.

What was told of a deleted conversation is not kept: its events stay, without what was in it.

`

const wholeExample = 'call.completed'

/** Whatever has the same data, in the order of the catalogue. */
export function eventsMarkdown(): string {
  const groups = [...Map.groupBy(catalog, ({ data }) => data).values()]
  const [example] = catalog.filter(({ type }) => type === wholeExample)
  const whole = example ? `${code(exampleOf(example))}` : ''
  return [head, whole, envelopeWords, ...groups.map(groupText)].join('')
}

function groupText(group: Declaration[]): string {
  const [first] = group as [Declaration]
  const nouns = [...new Set(group.map(({ type }) => type.split('.')[0]))].join(', ')
  const shown = group.find(({ type }) => type.endsWith('.completed')) ?? first
  const rows = group.map(({ type, description }) => [`\`${type}\``, description])
  const fields = Object.entries((first.data as JsonSchema).properties ?? {})
  const fieldRows = fields.map(([name, schema]) => [`\`${name}\``, typeText(schema), descriptionOf(schema)])
  return [
    `## ${group.length === 1 ? first.type : `${nouns}.*`}\n\n`,
    table([['Event', 'When it comes'], ...rows]),
    '\n',
    table([['Field of `data`', 'Type', ''], ...fieldRows]),
    // Shown whole above.
    shown.type === wholeExample ? '' : `\nThe data of a \`${shown.type}\`:\n\n${code(shown.example)}`,
    '\n',
  ].join('')
}

const code = (value: object) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n`

const descriptionOf = (schema: JsonSchema): string => (schema as { description?: string }).description ?? ''

function typeText(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ')
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`
  const names = Object.keys(schema.properties ?? {})
  if (names.length > 0) return `object: ${names.map((name) => `\`${name}\``).join(', ')}`
  return schema.format ?? String(schema.type)
}

function table(rows: string[][]): string {
  const [first, ...others] = rows.map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`,
  )
  const rule = `| ${(rows[0] ?? []).map(() => '---').join(' | ')} |\n`
  return [first, rule, ...others].join('')
}
