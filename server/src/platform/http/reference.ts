// The API reference as a page at /docs, with nothing fetched from elsewhere, and as a document at /openapi.json.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Type } from 'typebox'
import { notFound } from '../problem.ts'
import { openApi } from './openapi.ts'
import { jsonType, ok, type Route, route } from './route.ts'

const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const assets: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}
const start = `window.onload = () => SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true })\n`
const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Indaba API reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const apiDocument = (routes: Route[], version: string): object =>
  openApi(routes, {
    title: 'Indaba',
    version,
    description:
      'Calls and chats in; transcripts, sentiment, summaries, metrics and events out. Every path is served with and without /v1.',
  })

export function referenceRoutes(routes: Route[], version: string): Route[] {
  const document = JSON.stringify(apiDocument(routes, version))
  const tag = 'Reference'
  return [
    route({
      method: 'GET',
      paths: ['/openapi.json'],
      summary: 'The API as OpenAPI 3.1',
      tag,
      auth: 'open',
      answers: { 200: { description: 'OpenAPI document' } },
      handle: async () => ok(document, { 'Content-Type': jsonType }),
    }),
    route({
      method: 'GET',
      paths: ['/docs'],
      summary: 'The API reference as a page',
      tag,
      auth: 'open',
      answers: { 200: { description: 'HTML', contentType: 'text/html' } },
      handle: async () => ok(page, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }),
    }),
    route({
      method: 'GET',
      paths: ['/docs/:file'],
      summary: 'A file of the reference page',
      tag,
      auth: 'open',
      params: Type.Object({ file: Type.String({ maxLength: 100 }) }),
      answers: { 200: { description: 'The file' } },
      async handle({ params: { file } }) {
        if (file === 'start.js') return ok(start, { 'Content-Type': 'text/javascript; charset=utf-8' })
        const contentType = Object.hasOwn(assets, file) ? assets[file] : undefined
        if (!contentType) throw notFound()
        return ok(await readFile(join(folder, file)), {
          'Content-Type': contentType,
          'Cache-Control': 'public, max-age=86400',
        })
      },
    }),
  ]
}
