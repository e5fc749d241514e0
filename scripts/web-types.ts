// Writes the types by which the dashboard calls the API (web/src/api/paths.gen.ts), from the API reference: in the form
// that `openapi-fetch` reads.

import { type Schema, typeOf } from './schema-types.ts'

type Content = Record<string, { schema?: Schema }>
type Operation = {
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: { content: Content; required?: boolean }
  responses: Record<string, { content?: Content }>
}
type ApiDocument = {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

const head = '// Made by `npm run generate` from the API reference. Not to be edited.\n'

export function webTypes({ paths, components }: ApiDocument): string {
  const own = Object.entries(paths).filter(([path]) => path.startsWith('/v1/'))
  return [
    head,
    `type Schemas = {\n${Object.entries(components?.schemas ?? {})
      .map(([name, schema]) => `  ${name}: ${typeOf(schema, '  ')}\n`)
      .join('')}}\n`,
    `export type paths = {\n${own
      .map(([path, operations]) => `  '${path}': {\n${Object.entries(operations).map(operationType).join('')}  }\n`)
      .join('')}}\n`,
  ].join('\n')
}

function operationType([method, { parameters = [], requestBody, responses }]: [string, Operation]): string {
  const group = (where: string) => {
    const found = parameters.filter((one) => one.in === where)
    const isOptional = found.every(({ required }) => !required)
    const fields = found.map(
      ({ name, required, schema }) => `'${name}'${required ? '' : '?'}: ${typeOf(schema ?? {}, '        ')}`,
    )
    return found.length ? `${where}${isOptional ? '?' : ''}: { ${fields.join('; ')} }` : `${where}?: never`
  }
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content }]) => `${status}: { ${contentType(content)} }`)
  const body = requestBody ? `{ ${contentType(requestBody.content)} }` : 'never'
  return `    ${method}: {
      parameters: { ${group('query')}; ${group('path')}; header?: Record<string, string> }
      requestBody${requestBody ? '' : '?'}: ${body}
      responses: { ${answers.map((one) => `${one}; `).join('')}default: { content: { 'application/json': Schemas['Error'] } } }
    }
`
}

function contentType(content: Content | undefined): string {
  const kinds = Object.entries(content ?? {})
  if (kinds.length === 0) return 'content?: never'
  return `content: { ${kinds.map(([kind, { schema }]) => `'${kind}': ${typeOf(schema ?? {}, '      ')}`).join('; ')} }`
}
