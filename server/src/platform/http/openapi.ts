// The API reference, made from the routes themselves: OpenAPI 3.1.

import type { TSchema } from 'typebox'
import type { Route } from './route.ts'

const contentTypes = {
  json: 'application/json',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
}

type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: TSchema
  description?: string
}

export function openApi(routes: Route[], info: { title: string; version: string; description: string }): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    for (const path of route.paths) {
      const name = path.replace(/:(\w+)/g, '{$1}')
      paths[name] = { ...paths[name], [route.method.toLowerCase()]: operation(route, path) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      schemas: { Error: error },
    },
    paths,
  }
}

const error = {
  type: 'object',
  required: ['status', 'message', 'request_id'],
  properties: {
    status: { const: 'error' },
    message: { type: 'string' },
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' }, details: { type: 'object' } },
    },
    request_id: { type: 'string' },
  },
  examples: [
    {
      status: 'error',
      message: 'Invalid API key',
      error: { code: 'INVALID_API_KEY', message: 'Invalid API key' },
      request_id: '01981f0e-6a53-7c41-9d0b-3f6f2b6f1c55',
    },
  ],
}

function operation(route: Route, path: string): object {
  const isWrite = route.method === 'POST' || route.method === 'PUT' || route.method === 'PATCH'
  const parameters = [
    ...parametersOf('path', route.params),
    ...parametersOf('query', route.query),
    ...(route.method === 'POST' ? [idempotencyKey] : []),
  ]
  return {
    operationId: operationId(route, path),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    ...(path === route.paths[0] ? {} : { deprecated: true }),
    security: route.auth === 'open' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(isWrite && route.body ? { requestBody: { content: contentOf(route.body, route.bodyKinds ?? ['json']) } } : {}),
    ...(isWrite && route.streamType ? { requestBody: { content: { [route.streamType]: {} } } } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, response(answer)])),
      default: {
        description: 'What was wrong, in words',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

/** `GET /v1/calls/:id` is `get_calls_id`: names for generated clients, the same as long as the path is. */
const operationId = ({ method, onlyWithHeader = '' }: Route, path: string): string =>
  [method.toLowerCase(), ...(`${path.replace(/^\/v1(?=\/)/, '')}/${onlyWithHeader}`.match(/[a-z\d]+/gi) ?? [])].join(
    '_',
  )

function response({ description, schema, contentType }: Route['answers'][number]): object {
  if (!schema && !contentType) return { description }
  const types = [contentType ?? 'application/json'].flat()
  return { description, content: Object.fromEntries(types.map((type) => [type, schema ? { schema } : {}])) }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same content is answered again and done once; kept for 24 hours.',
  schema: { type: 'string', maxLength: 255 },
}

function parametersOf(place: 'path' | 'query', schema: TSchema | undefined): Parameter[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, one]) => {
    const { description, ...rest } = one as TSchema & { description?: string }
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    }
  })
}

const contentOf = (schema: TSchema, kinds: NonNullable<Route['bodyKinds']>) =>
  Object.fromEntries(kinds.map((kind) => [contentTypes[kind], { schema }]))
