// Within a version, data only grows: whoever reads it today can read it tomorrow. Tells what of a published schema would
// no longer hold. A change that breaks needs a new version of the event.

export type JsonSchema = {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  minimum?: number
  anyOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  patternProperties?: Record<string, JsonSchema>
  required?: string[]
}

type Document = { components: { schemas: Record<string, JsonSchema> } }

/** What receivers were promised by the published document and would not get any more; empty when all of it holds. */
export function brokenPromises(published: Document, next: Document): string[] {
  return Object.entries(published.components.schemas).flatMap(([name, before]) => {
    const after = next.components.schemas[name]
    return after ? differences(before, after, name) : [`${name} is gone`]
  })
}

/** Everything that `after` allows must have been allowed by `before`, which is open for further fields. */
function differences(before: JsonSchema, after: JsonSchema, at: string): string[] {
  if (before.anyOf || after.anyOf) {
    const [allowed, possible] = [before.anyOf ?? [before], after.anyOf ?? [after]]
    const unforeseen = possible.filter((one) => !allowed.some((other) => differences(other, one, at).length === 0))
    // Of two objects it is more useful to hear which field it is about.
    const [from] = allowed.filter(({ properties }) => properties)
    return unforeseen.flatMap((one) =>
      from && one.properties ? differences(from, one, at) : [`${at} can be ${nameOf(one)} now`],
    )
  }
  const own = typeDifferences(before, after, at)
  return own.length > 0 ? own : fieldDifferences(before, after, at)
}

function typeDifferences(before: JsonSchema, after: JsonSchema, at: string): string[] {
  if (before.type !== undefined && before.type !== after.type && !isNarrower(before.type, after.type)) {
    return [`${at} was ${nameOf(before)} and is ${nameOf(after)}`]
  }
  const [values, possible] = [valuesOf(before), valuesOf(after)]
  if (values && !possible?.every((one) => values.includes(one))) {
    const others = possible?.filter((one) => !values.includes(one)) ?? ['anything']
    return [`${at} can be ${others.join(', ')} now`]
  }
  if (before.format !== undefined && before.format !== after.format) return [`${at} is no ${before.format} any more`]
  if (before.minimum !== undefined && !((after.minimum ?? Number.NEGATIVE_INFINITY) >= before.minimum)) {
    return [`${at} can be less than ${before.minimum} now`]
  }
  return []
}

function fieldDifferences(before: JsonSchema, after: JsonSchema, at: string): string[] {
  const found: string[] = []
  for (const [name, field] of Object.entries(before.properties ?? {})) {
    const now = after.properties?.[name]
    if (!now) found.push(`${at}.${name} is gone`)
    else found.push(...differences(field, now, `${at}.${name}`))
  }
  for (const name of before.required ?? []) {
    if (after.properties?.[name] && !after.required?.includes(name)) found.push(`${at}.${name} can be missing now`)
  }
  for (const [pattern, field] of Object.entries(before.patternProperties ?? {})) {
    found.push(...differences(field, after.patternProperties?.[pattern] ?? {}, `${at}.*`))
  }
  if (before.items) found.push(...differences(before.items, after.items ?? {}, `${at}[]`))
  return found
}

const isNarrower = (before: unknown, after: unknown): boolean => before === 'number' && after === 'integer'

const valuesOf = ({ enum: values, const: value }: JsonSchema): unknown[] | undefined =>
  values ?? (value === undefined ? undefined : [value])

const nameOf = (schema: JsonSchema): string => [schema.type ?? 'anything'].flat().join(' or ')
