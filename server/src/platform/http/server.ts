// Serves routes: who asks, may they, is it valid, and every failure in the shape of its API. Knows no domain: what a
// principal is allowed comes in as functions.

import { finished, Readable } from 'node:stream'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { renderV1, statusOf, toProblem } from './errors.ts'
import { type BodyLimits, readForm } from './form.ts'
import { recoverBoundary } from './multipart-boundary.ts'
import type { Answer, Call, FilePart, Principal, Route } from './route.ts'

export type Guards = {
  /** Throws Problem('unauthenticated' | 'forbidden'). */
  authenticate(request: { headers: Call['headers']; query: unknown; needs: Route['auth'] }): Promise<Principal>
  /** Counts the request; throws Problem('limited') with `retryAfterS`. Returns headers to add to the answer. */
  admit(by: Principal, route: Route): Record<string, string>
}

export type HttpSettings = {
  log: Log
  corsOrigins: string[] | '*'
  limits: BodyLimits
  onAnswer?: (facts: { route: string; status: number; durationMs: number }) => void
}

const anonymous: Principal = { actor: 'anonymous', orgId: '', isAdmin: false }
const headerBytesMax = 64 * 1024
const queryParametersMax = 100

export async function openServer(routes: Route[], guards: Guards, settings: HttpSettings): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    genReqId: newId,
    bodyLimit: settings.limits.fieldBytesMax,
    // A recording over a slow link may take an hour; the head must not.
    requestTimeout: 0,
    http: { maxHeaderSize: headerBytesMax, headersTimeout: 30_000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    ajv: { customOptions: { coerceTypes: true, allErrors: false, removeAdditional: false } },
  })
  app.removeAllContentTypeParsers()
  await app.register(multipart)
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  await app.register(cors, {
    origin: settings.corsOrigins === '*' ? true : settings.corsOrigins,
    exposedHeaders: [
      'X-Request-Id',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'Retry-After',
      'ETag',
    ],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id)
    if (countParameters(request.raw.url) > queryParametersMax) {
      throw new Problem('invalid', 'too_many_parameters', `At most ${queryParametersMax} query parameters.`)
    }
  })
  app.addHook('preParsing', recoverBoundary)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, undefined, settings.log))
  app.setNotFoundHandler(() => {
    throw new Problem('not_found', 'not_found', 'Resource not found')
  })
  for (const route of routes) {
    for (const url of pathsOf(route)) {
      app.route({
        method: route.method,
        url,
        schema: {
          ...(route.params ? { params: route.params } : {}),
          ...(route.query ? { querystring: route.query } : {}),
        },
        errorHandler: (error, request, reply) => sendProblem(error, request, reply, route, settings.log),
        // Before the body is read: a stranger must not make us take a gigabyte.
        onRequest: async (request, reply) => {
          const needs = route.auth
          const by =
            needs === 'open'
              ? anonymous
              : await guards.authenticate({ headers: request.headers, query: request.query, needs })
          callers.set(request, by)
          reply.headers(guards.admit(by, route))
        },
        handler: async (request, reply) => {
          const answer = await route.handle(toCall(route, request, settings.limits))
          return send(reply, answer)
        },
      })
    }
  }
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

const callers = new WeakMap<FastifyRequest, Principal>()

/** Every path is served with and without `/v1`: clients of the hosted services use both. */
export function pathsOf(route: Route): string[] {
  const all = route.paths.flatMap((path) => {
    const bare = path.replace(/^\/v1(?=\/)/, '')
    return [path, bare, `/v1${bare}`]
  })
  return [...new Set(all)]
}

const countParameters = (url = '') => (url.includes('?') ? url.split('&').length : 0)

function toCall(route: Route, request: FastifyRequest, limits: BodyLimits): Call {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && (key.length === 0 || key.length > 255)) {
    throw new Problem('invalid', 'invalid_idempotency_key', 'Idempotency-Key must have 1 to 255 characters.')
  }
  const gone = new AbortController()
  finished(request.raw, (err) => err && gone.abort(err))
  return {
    by: callers.get(request) ?? anonymous,
    params: request.params,
    query: request.query,
    headers: request.headers,
    requestId: request.id,
    routeName: `${route.method} ${route.paths[0]}`,
    path: request.routeOptions.url ?? '',
    idempotencyKey: typeof key === 'string' ? key : null,
    fields: async () => (await readForm(request, limits, null)).fields,
    form: <File>(onFile: (file: FilePart, fieldsSoFar: Record<string, unknown>) => Promise<File>) =>
      readForm(request, limits, onFile),
    signal: gone.signal,
  }
}

function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  reply.status(status).headers(headers ?? {})
  if (body === undefined) return reply.send()
  if (typeof body === 'string' || body instanceof Readable || Buffer.isBuffer(body)) return reply.send(body)
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, route: Route | undefined, log: Log) {
  const problem = toProblem(error)
  if (problem.kind === 'bug')
    log.error({ err: error, requestId: request.id, url: request.routeOptions.url }, 'a request failed')
  else log.debug({ err: error, requestId: request.id }, 'a request was refused')
  if (problem.retryAfterS !== undefined) reply.header('Retry-After', String(Math.ceil(problem.retryAfterS)))
  if (problem.kind === 'unauthenticated') reply.header('WWW-Authenticate', 'Bearer')
  // What is still on the wire of a refused upload is not worth reading.
  if (!request.raw.complete) reply.header('Connection', 'close')
  const render = route?.renderProblem ?? renderV1
  return send(reply, { status: statusOf(problem), body: render(problem, request.id) })
}
