// Small stand-ins for a help desk (Zendesk) and a CRM (HubSpot), for the tests of the receiver kit. They keep what they are
// given in memory, and hold each request body against the vendor's published shapes where the contracts are at hand.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Schema from 'typebox/schema'
import type { Json } from '../harness.ts'
import { sharedData } from '../shared-data.ts'

export type Busy = { status: number; retryAfterS: number }

type Vendor = {
  url: string
  /** Answers for the next requests, in order, instead of doing anything. */
  busy: Busy[]
  /** What it was sent that it would not take. */
  refused: string[]
  close(): void
}

export type Tickets = Vendor & { tickets: Json[]; losesAnswers: boolean }
export type Crm = Vendor & { calls: Map<string, Json>; contacts: Map<string, Json>; links: Set<string> }

export const token = 'token-of-the-vendor'

export async function startTickets(): Promise<Tickets> {
  const tickets: Json[] = []
  const byKey = new Map<unknown, Json>()
  const vendor: Tickets = await start('zendesk', (method, url, body, request, response) => {
    if (method === 'GET') {
      const externalId = url.searchParams.get('external_id')
      return { tickets: tickets.filter(({ external_id }) => external_id === externalId) }
    }
    const key = request.headers['idempotency-key']
    const known = byKey.get(key)
    const ticket = known ?? { id: tickets.length + 1, ...body.ticket }
    if (!known) tickets.push(ticket)
    byKey.set(key, ticket)
    if (vendor.losesAnswers) response.destroy()
    return { ticket }
  }).then((base) => Object.assign(base, { tickets, losesAnswers: false }))
  return vendor
}

export async function startCrm(): Promise<Crm> {
  const kinds = { calls: new Map<string, Json>(), contacts: new Map<string, Json>() }
  const links = new Set<string>()
  const base = await start('hubspot', (method, url, body) => {
    const [kind, id = '', ...more] = url.pathname
      .replace('/crm/objects/2026-09/', '')
      .split('/')
      .map(decodeURIComponent)
    const rows = kinds[kind as keyof typeof kinds]
    if (method === 'GET') return rows.get(id) ?? null
    if (method === 'PUT') {
      links.add(`${id} ${more.at(-1)}`)
      return {}
    }
    const [{ idProperty, id: value, properties }] = body.inputs
    const row = rows.get(value) ?? { id: `${kind}-${rows.size + 1}`, properties: { [idProperty]: value } }
    Object.assign(row.properties, properties)
    rows.set(value, row)
    return { status: 'COMPLETE', results: [row] }
  })
  return Object.assign(base, kinds, { links })
}

type Answer = (method: string, url: URL, body: Json, request: IncomingMessage, response: ServerResponse) => Json | null

async function start(name: 'zendesk' | 'hubspot', answer: Answer): Promise<Vendor> {
  const busy: Busy[] = []
  const refused: string[] = []
  const check = contract(name)
  const server = createServer(async (request, response) => {
    const given = await text(request).catch(() => '')
    const [method = '', path = ''] = [request.method, request.url]
    const url = new URL(path, 'http://vendor')
    const say = (status: number, body: object, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    const now = busy.shift()
    if (now) return void say(now.status, {}, { 'retry-after': String(now.retryAfterS) })
    const wrong = request.headers.authorization === `Bearer ${token}` ? check(method, url.pathname, given) : 'no token'
    if (wrong) {
      refused.push(`${method} ${path}: ${wrong}`)
      return void say(422, { error: wrong })
    }
    const said = answer(method, url, given ? JSON.parse(given) : null, request, response)
    if (!response.destroyed) say(said === null ? 404 : 200, said ?? {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, busy, refused, close }
}

/** @returns what is wrong with a request, or null; without the contracts, nothing ever is. */
function contract(name: string): (method: string, path: string, body: string) => string | null {
  const file = sharedData('contracts', `${name}.openapi.json`)
  if (!file) {
    console.log(
      `the requests to ${name} are not held against its contract: set INDABA_SHARED to the folder that has it`,
    )
    return () => null
  }
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8'))
  const routes = Object.entries<Json>(paths).map(([path, operations]) => {
    return { pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`), operations }
  })
  return (method, path, body) => {
    const operation = routes.find(({ pattern, operations }) => pattern.test(path) && operations[method.toLowerCase()])
      ?.operations[method.toLowerCase()]
    if (!operation) return 'there is no such operation'
    const schema = operation.requestBody?.content['application/json'].schema
    if (!schema) return body === '' ? null : 'it takes no body'
    const [isRight, errors] = Schema.Errors({ ...schema, components }, JSON.parse(body))
    return isRight ? null : JSON.stringify(errors)
  }
}
