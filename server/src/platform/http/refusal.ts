// How a refusal leaves: in the shape of its API, and so that a client which is still sending can read it.

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { breakBody, isBodyComing } from './body-flow.ts'
import { renderV1, statusOf, toProblem } from './errors.ts'
import { jsonType, type Route } from './route.ts'

// The times that nginx gives a client to read its refusal (lingering_time, lingering_timeout).
const lingerMs = 30_000
const lingerSilenceMs = 5000

export const commonHeaders = (requestId: string) => ({ 'X-Request-Id': requestId, 'X-Content-Type-Options': 'nosniff' })

export function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  route: Route | undefined,
  log: Log,
): FastifyReply {
  const problem = toProblem(error)
  const isGone = reply.raw.destroyed
  const facts = { err: error, requestId: request.id, url: request.routeOptions.url, isGone }
  if (problem.kind === 'bug' && !isGone) log.error(facts, 'a request failed')
  else if (problem.kind === 'unavailable') log.warn(facts, 'a request could not be served')
  else log.debug(facts, 'a request was refused')
  // Also where a request fails before any hook.
  reply.headers(commonHeaders(request.id))
  if (problem.retryAfterS !== undefined) reply.header('Retry-After', String(Math.ceil(problem.retryAfterS)))
  if (problem.kind === 'unauthenticated') reply.header('WWW-Authenticate', 'Bearer')
  const answer = route?.answerProblem?.(problem, request.id) ?? {
    status: statusOf(problem),
    body: (route?.renderProblem ?? renderV1)(problem, request.id),
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  reply.status(answer.status).headers({ 'Content-Type': jsonType, ...answer.headers })
  if (request.raw.complete || isGone) return reply.send(text)
  // What is still on the wire is not worth keeping. A client that writes all before it reads would be cut off by a
  // reset if the connection closed now: the answer is whole at once, and the connection lingers.
  reply.headers({ Connection: 'close', 'Content-Length': String(Buffer.byteLength(text)) })
  if (!isBodyComing(request.raw, reply.raw)) return reply.send(text)
  return reply.send(Readable.from(thenSwallow(text, request.raw)))
}

async function* thenSwallow(text: string, request: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
  await new Promise<void>((resolve) => {
    const total = setTimeout(done, lingerMs)
    const silence = setTimeout(done, lingerSilenceMs)
    function done() {
      clearTimeout(total)
      clearTimeout(silence)
      resolve()
    }
    for (const event of ['end', 'close', 'error']) request.once(event, done)
    request.unpipe()
    request.on('data', () => silence.refresh())
    request.resume()
  })
}

type Exchange = { request: IncomingMessage; response: ServerResponse }

/** For bytes that are no HTTP request, or stop being one: `clientErrorHandler` of the server. */
export function unreadable(): { follow(exchange: Exchange): void; refuse(error: Error, socket: Socket): void } {
  const exchanges = new WeakMap<Socket, Exchange>()
  const answered = new WeakSet<Socket>()

  function answer(error: Error, socket: Socket) {
    if (answered.has(socket) || !socket.writable) return
    answered.add(socket)
    const problem = problemOf(error)
    const requestId = newId()
    const body = JSON.stringify(renderV1(problem, requestId))
    const status = statusOf(problem)
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Content-Type: ${jsonType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${requestId}`,
      'Connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
    setTimeout(() => socket.destroy(), lingerSilenceMs).unref()
  }

  return {
    follow(exchange) {
      exchanges.set(exchange.request.socket, exchange)
    },
    refuse(error, socket) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ECONNRESET' || code === 'EPIPE') return void socket.destroy()
      const current = exchanges.get(socket)
      if (!current || current.response.writableFinished || current.response.destroyed) return answer(error, socket)
      // Its own body went wrong: whoever reads it answers. Or garbage came behind a request that is being answered.
      if (!current.request.complete) return breakBody(current.request, problemOf(error))
      current.response.once('finish', () => answer(error, socket))
    },
  }
}

function problemOf(error: Error): Problem {
  const problem = toProblem(error)
  if (problem.kind !== 'bug') return problem
  return new Problem('invalid', 'bad_request', 'The request is not valid HTTP/1.1.', { cause: error })
}
