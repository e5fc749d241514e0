// The catalogue over HTTP, for tools that read AsyncAPI.

import { jsonType, ok, type Route, route } from '../../platform/http/route.ts'
import { asyncApiText } from './asyncapi.ts'

export function asyncApiRoutes(version: string): Route[] {
  const document = asyncApiText(version)
  return [
    route({
      method: 'GET',
      paths: ['/asyncapi.json'],
      summary: 'The events as AsyncAPI 3.0',
      tag: 'Reference',
      auth: 'open',
      answers: { 200: { description: 'AsyncAPI document' } },
      handle: async () => ok(document, { 'Content-Type': jsonType }),
    }),
  ]
}
