// Serves routes: who asks, may they, is it valid, and every failure in the shape of its API. Knows no domain: what a
// principal is allowed comes in as functions.

import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { notFound, Problem } from '../problem.ts'
import { deferContinue, hasBody, startBody } from './body-flow.ts'
import { compressAnswers } from './compression.ts'
import { type BodyLimits, readBytes, readForm } from './form.ts'
import { headerConstraint } from './header-constraint.ts'
import { type Journal, keepJournal } from './journal.ts'
import { eventLine, type OpenLine } from './line.ts'
import { type Mount, serveMounts } from './mount.ts'
import { recoverBoundary } from './multipart-boundary.ts'
import { commonHeaders, refuse, unreadable } from './refusal.ts'
import { type Answer, type Call, type FilePart, jsonType, type Principal, type Route } from './route.ts'
import { type Upgrades, upgrades } from './upgrade.ts'
import { serveWebApp } from './web-app.ts'

export type Guards = {
  /** Throws Problem('unauthenticated' | 'forbidden'). */
  authenticate(request: {
    method: string
    address: string
    headers: Call['headers']
    query: unknown
    needs: Route['auth']
    tag: string
    /** Told who it is, also where they are refused. */
    known: (by: Pick<Principal, 'actor' | 'orgId'>) => void
  }): Promise<Principal>
  /** Runs the handler so that its queries see what is the caller's. */
  enter<T>(by: Principal, work: () => T): T
  /** Counts the request. `headers` are added to the answer, also where it is the refusal. Throws as `authenticate`. */
  admit(by: Principal, route: Pick<Route, 'tag' | 'auth'>, address: string): Admission | Promise<Admission>
}

export type Admission = { headers?: Record<string, string>; refusal?: Problem }

export type HttpSettings = {
  log: Log
  corsOrigins: string[] | '*'
  /** Networks (CIDR) of proxies that are believed about who the client is; absent: none. */
  trustedProxies?: readonly string[]
  limits: BodyLimits
  /** How long a body may nearly stand still. */
  bodyPatienceMs?: number
  onAnswer?: (facts: { route: string; status: number; durationMs: number }) => void
  journal?: Journal
  /** Paths that other libraries serve. */
  mounts?: readonly Mount[]
  /** The folder of the dashboard's built files; absent: there are no pages. */
  webFolder?: string
}

const anonymous: Principal = { actor: 'anonymous', orgId: '', isAdmin: false, scopes: [], reach: 'all' }
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const headerBytesMax = 64 * 1024
const headersTimeoutMs = 30_000
const bodyPatienceMsDefault = 60_000
/** For clients that do not read their answer either. */
const silenceMsMax = 120_000
const queryParametersMax = 100

export async function openServer(routes: Route[], guards: Guards, settings: HttpSettings): Promise<FastifyInstance> {
  const { log, limits, bodyPatienceMs = bodyPatienceMsDefault } = settings
  const wire = unreadable()
  const sockets = upgrades(new Set(routes.filter(({ isLive }) => isLive).flatMap(pathsOf)))
  const app = Fastify({
    logger: false,
    trustProxy: settings.trustedProxies?.length ? [...settings.trustedProxies] : false,
    genReqId: newId,
    bodyLimit: limits.fieldBytesMax,
    // A recording over a slow link may take an hour; body-flow.ts watches that it comes at all.
    requestTimeout: 0,
    connectionTimeout: silenceMsMax,
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: 5000,
      // Checked below, so that the refusal has a body.
      requireHostHeader: false,
      shouldUpgradeCallback: sockets.isWanted,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Long ids are the business of the routes' schemas, so that they are refused in the shape of the route.
    routerOptions: {
      maxParamLength: headerBytesMax,
      ignoreTrailingSlash: true,
    },
    // Ajv's strictNumbers would let 1e400, which is read as Infinity, pass any maximum.
    ajv: { customOptions: { coerceTypes: true, allErrors: false, removeAdditional: false, strictNumbers: false } },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply, undefined, log),
    clientErrorHandler: wire.refuse,
  })
  app.addConstraintStrategy(headerConstraint(routes.flatMap(({ onlyWithHeader }) => onlyWithHeader ?? [])))
  deferContinue(app.server)
  sockets.listen(app.server, (request, response) => app.routing(request, response))
  app.server.prependListener('request', (request, response) => wire.follow({ request, response }))
  app.removeAllContentTypeParsers()
  await app.register(multipart)
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  await compressAnswers(app)
  await app.register(cors, {
    origin: settings.corsOrigins === '*' ? true : settings.corsOrigins,
    exposedHeaders: [
      'X-Request-Id',
      'RateLimit',
      'RateLimit-Policy',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'Retry-After',
      'ETag',
      'Location',
      ...new Set(routes.flatMap(({ exposedHeaders = [] }) => exposedHeaders)),
    ],
    methods: ['HEAD', ...methods],
    // OPTIONS of a client that is no browser is answered too.
    strictPreflight: false,
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(commonHeaders(request.id))
    checkHead(request.raw)
  })
  app.addHook('preParsing', async (request, reply, payload) => {
    if (!hasBody(request.raw)) return payload
    const encoding = request.headers['content-encoding']
    if (encoding && encoding.toLowerCase() !== 'identity') {
      throw new Problem(
        'invalid',
        'unsupported_content_encoding',
        'The body is compressed. Send it without Content-Encoding.',
      )
    }
    startBody(request.raw, reply.raw, bodyPatienceMs)
    return recoverBoundary(request, payload as Readable)
  })
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, undefined, log))
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  const serve = (route: Route, scope: FastifyInstance) => {
    for (const url of pathsOf(route)) {
      if (route.optionsHeaders) answerOptions(scope, url, route.optionsHeaders)
      scope.route({
        method: route.method,
        url,
        ...(route.onlyWithHeader ? { constraints: { header: route.onlyWithHeader } } : {}),
        ...(route.bodyBytesMax ? { bodyLimit: route.bodyBytesMax } : {}),
        schema: {
          ...(route.params ? { params: route.params } : {}),
          ...(route.query ? { querystring: route.query } : {}),
        },
        errorHandler: (error, request, reply) => refuse(error, request, reply, route, log),
        // Before the body is read: a stranger must not make us take a gigabyte.
        onRequest: async (request, reply) => {
          const needs = route.auth
          let asker: Pick<Principal, 'actor' | 'orgId'> | undefined
          const turn = settings.journal && keepJournal(settings.journal, { request, reply, needs, by: () => asker })
          if (turn) await turn
          const by =
            needs === 'open'
              ? anonymous
              : await guards.authenticate({
                  method: request.method,
                  address: request.ip,
                  headers: request.headers,
                  query: request.query,
                  needs,
                  tag: route.tag,
                  known: (one) => {
                    asker = one
                  },
                })
          callers.set(request, by)
          const { headers, refusal } = await guards.admit(by, route, request.ip)
          if (headers) reply.headers(headers)
          if (refusal) throw refusal
        },
        handler: async (request, reply) =>
          guards.enter(callers.get(request) ?? anonymous, async () =>
            send(request, reply, await route.handle(toCall(route, request, reply, limits)), sockets),
          ),
      })
    }
  }
  for (const route of routes.filter(({ streamType }) => !streamType)) serve(route, app)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    for (const route of routes.filter(({ streamType }) => streamType)) serve(route, scope)
  })
  refuseOtherMethods(app, routes, log)
  await serveMounts(app, settings.mounts ?? [], {
    log,
    journal: settings.journal,
    admit: async ({ tag }, address) => {
      const { refusal } = await guards.admit(anonymous, { tag, auth: 'open' }, address)
      if (refusal) throw refusal
    },
  })
  if (settings.webFolder) await serveWebApp(app, settings.webFolder)
  if (settings.onAnswer) {
    app.addHook('onResponse', async (request, reply) => {
      const name = request.routeOptions.url ?? 'unknown'
      settings.onAnswer?.({
        route: `${request.method} ${name}`,
        status: reply.statusCode,
        durationMs: reply.elapsedTime,
      })
    })
  }
  return app
}

/** Answers with the port, which the system chooses where `port` is 0. Throws Problem('unavailable', 'cannot_listen'). */
export async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<number> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const whys: Record<string, string> = {
      EADDRINUSE: `port ${port} of ${host} is taken by another program. Stop that one, or set PORT to another port.`,
      EADDRNOTAVAIL: `${host} is not an address of this machine. Set HOST to one that is.`,
      EACCES: `this user may not take port ${port}. Set PORT to one above 1023.`,
      ENOTFOUND: `the name ${host} is not known here. Set HOST to an address of this machine.`,
    }
    const detail = `Indaba cannot listen: ${whys[code ?? ''] ?? message}`
    throw new Problem('unavailable', 'cannot_listen', detail, { cause })
  }
  const address = app.server.address()
  return typeof address === 'object' && address ? address.port : port
}

/** No new connections; requests in flight may end within `graceMs`, then what is left is cut. */
export async function closeServer(app: FastifyInstance, graceMs: number): Promise<void> {
  // A connection that becomes idle only now would otherwise be kept for another request.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}

const callers = new WeakMap<FastifyRequest, Principal>()

/** Every path is served with and without `/v1`: clients of the hosted services use both. */
export function pathsOf(route: Route): string[] {
  const all = route.paths.flatMap((path) => {
    const bare = path.replace(/^\/v1(?=\/)/, '')
    return [path, bare, `/v1${bare}`]
  })
  return [...new Set(all)]
}

/** What the answer to a preflight has besides what CORS adds. */
function answerOptions(app: FastifyInstance, url: string, headers: Record<string, string>): void {
  // Several routes share a path.
  if (app.hasRoute({ method: 'OPTIONS', url })) return
  app.route({
    method: 'OPTIONS',
    url,
    onSend: async (_request, reply) => void reply.headers(headers),
    handler: (_request, reply) => reply.status(204).send(),
  })
}

/** 405 with `Allow` on known paths (RFC 9110 §15.5.6), in the shape of the path's API. */
function refuseOtherMethods(app: FastifyInstance, routes: Route[], log: Log): void {
  const byPath = Map.groupBy(
    routes.flatMap((route) => pathsOf(route).map((url) => ({ url, route }))),
    ({ url }) => url,
  )
  for (const [url, found] of byPath) {
    const served = [...new Set(found.map(({ route }) => route.method))]
    const allow = [...served, ...(served.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    app.route({
      method: methods.filter((method) => !served.includes(method)),
      url,
      errorHandler: (error, request, reply) => refuse(error, request, reply, found[0]?.route, log),
      onRequest: async (request, reply) => {
        reply.header('Allow', allow)
        throw new Problem('invalid', 'method_not_allowed', `${request.method} is not served here. Use ${allow}.`)
      },
      handler: () => undefined,
    })
  }
}

function checkHead({ url = '', headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1') {
    throw new Problem('invalid', 'no_host', 'A request of HTTP/1.1 needs a Host header (RFC 9112 §3.2).')
  }
  const start = url.indexOf('?')
  if (start >= 0 && url.slice(start).split('&', queryParametersMax + 1).length > queryParametersMax) {
    throw new Problem('invalid', 'too_many_parameters', `At most ${queryParametersMax} query parameters.`)
  }
  if (url.includes('%00')) {
    throw new Problem('invalid', 'nul_character', 'The address holds a NUL character (%00). Remove it.')
  }
}

function toCall(route: Route, request: FastifyRequest, reply: FastifyReply, limits: BodyLimits): Call {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && (key.length === 0 || key.length > 255)) {
    throw new Problem('invalid', 'invalid_idempotency_key', 'Idempotency-Key must have 1 to 255 characters.')
  }
  const own = {
    fieldBytesMax: route.bodyBytesMax ?? limits.fieldBytesMax,
    fileBytesMax: route.fileBytesMax ?? limits.fileBytesMax,
  }
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return {
    by: callers.get(request) ?? anonymous,
    params: request.params,
    query: request.query,
    // A range is for GET alone (RFC 9110 §14.2).
    headers: request.method === 'HEAD' ? { ...request.headers, range: undefined } : request.headers,
    requestId: request.id,
    address: request.ip,
    routeName: `${route.method} ${route.paths[0]}`,
    path: request.routeOptions.url ?? '',
    target: request.raw.url ?? '',
    idempotencyKey: typeof key === 'string' ? key : null,
    fields: async () => (await readForm(request, own, null)).fields,
    form: <File>(onFile: (file: FilePart, fieldsSoFar: Record<string, unknown>) => Promise<File>) =>
      readForm(request, own, onFile),
    stream: () => untilBroken(streamOf(route, request)),
    bytes: (sizeBytesMax) => readBytes(request.raw, streamOf(route, request), sizeBytesMax),
    signal: gone.signal,
  }
}

const streamOf = (route: Route, { body }: FastifyRequest): Readable =>
  route.streamType && body instanceof Readable ? body : Readable.from([])

/** What has come of a body that breaks off has come. */
async function* untilBroken(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body.iterator({ destroyOnReturn: false })
  } catch {}
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Answer, sockets: Upgrades): FastifyReply {
  const { status, body, headers, line } = answer
  reply.status(status).headers(headers ?? {})
  if (line) return openLine(request, reply, line, sockets)
  if (body === undefined) return reply.send()
  if (body instanceof Readable && request.method === 'HEAD') {
    // Only its headers are wanted; Fastify would read it to its end.
    body.destroy()
    return reply.send(Readable.from([]))
  }
  if (typeof body === 'string' || body instanceof Readable || Buffer.isBuffer(body)) return reply.send(body)
  return reply.type(jsonType).send(JSON.stringify(body))
}

function openLine(request: FastifyRequest, reply: FastifyReply, line: OpenLine, sockets: Upgrades): FastifyReply {
  const { raw: response } = reply
  if (sockets.asksFor(request.raw)) {
    reply.hijack()
    sockets.open(request.raw, response, line)
    return reply
  }
  // For nginx, which would hold events back.
  reply.headers({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' })
  if (request.method === 'HEAD') {
    line.unopened()
    return reply.send()
  }
  reply.hijack()
  if (response.destroyed) {
    line.unopened()
    return reply
  }
  // The end of a stream is the end of its connection.
  response.shouldKeepAlive = false
  response.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders)
  line.open(eventLine(response))
  return reply
}
