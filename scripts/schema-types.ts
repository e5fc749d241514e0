// TypeScript's words for a JSON Schema, as the SDK's events and the dashboard's API types need them.

/** The keywords that our schemas use. */
export type Schema = {
  $ref?: string
  type?: string
  const?: unknown
  description?: string
  enum?: unknown[]
  anyOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
}

export function typeOf(schema: Schema, indent = ''): string {
  const { $ref, anyOf, allOf } = schema
  if ($ref) return `Schemas['${$ref.split('/').at(-1)}']`
  if ('const' in schema) return JSON.stringify(schema.const).replaceAll('"', "'")
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one).replaceAll('"', "'")).join(' | ')
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(one, indent)))].join(' | ')
  if (allOf) return allOf.map((one) => typeOf(one, indent)).join(' & ')
  switch (schema.type) {
    case 'object':
      return objectType(schema, indent)
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent)
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`
    }
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    case undefined:
      return 'unknown'
    default:
      throw new TypeError(`No type is known for the schema ${JSON.stringify(schema)}`)
  }
}

function objectType(schema: Schema, indent: string): string {
  const { properties, patternProperties, additionalProperties, required = [] } = schema
  const [byPattern] = Object.values(patternProperties ?? {})
  const rest = byPattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  if (rest) return `Record<string, ${typeOf(rest, indent)}>`
  if (!properties) return 'Record<string, unknown>'
  const inner = `${indent}  `
  const fields = Object.entries(properties).map(([name, field]) => {
    const comment = field.description ? `${inner}/** ${field.description.replaceAll('*/', '* /')} */\n` : ''
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`
    return `${comment}${inner}${key}${required.includes(name) ? '' : '?'}: ${typeOf(field, inner)}\n`
  })
  return `{\n${fields.join('')}${indent}}`
}
