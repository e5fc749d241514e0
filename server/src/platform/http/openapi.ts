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
      paths[name] = { ...paths[name], [route.method.toLowerCase()]: operation(route, path !== route.paths[0]) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      schemas: {
        Error: {
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
        },
      },
    },
    paths,
  }
}

function operation(route: Route, isHistoric: boolean): object {
  const isWrite = route.method === 'POST' || route.method === 'PUT' || route.method === 'PATCH'
  const parameters = [
    ...parametersOf('path', route.params),
    ...parametersOf('query', route.query),
    ...(route.method === 'POST' ? [idempotencyKey] : []),
  ]
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    ...(isHistoric ? { deprecated: true } : {}),
    security: route.auth === 'open' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(isWrite && route.body ? { requestBody: { content: contentOf(route.body, route.bodyKinds ?? ['json']) } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, { description, schema, contentType }]) => [
          status,
          {
            description,
            ...(schema || contentType
              ? { content: { [contentType ?? 'application/json']: schema ? { schema } : {} } }
              : {}),
          },
        ]),
      ),
      default: {
        description: 'What was wrong, in words',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
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
