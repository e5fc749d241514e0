// The flow of a body on the wire: asked for only when it is wanted, and given up when it stops coming. Reads nothing of it.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Problem } from '../problem.ts'

/** What a client must send in each period: below 300 bytes a second no recording ever arrives. */
const periodBytesMin = 16 * 1024

const awaited = new WeakSet<ServerResponse>()
const broken = new WeakMap<IncomingMessage, Problem>()

export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** `Expect: 100-continue` (RFC 9110 §10.1.1): a client that will be refused need not send its body at all. */
export function deferContinue(server: Server): void {
  server.on('checkContinue', (request, response) => {
    awaited.add(response)
    server.emit('request', request, response)
  })
  // Other expectations may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

/** Whether more of the body can be on its way: the client was not told to wait with it, and has not broken it off. */
export const isBodyComing = (request: IncomingMessage, response: ServerResponse): boolean =>
  !request.complete && !awaited.has(response) && !broken.has(request)

/** To be called when the body is about to be read. Ends it with a Problem when less than 16 KiB come in `patienceMs`. */
export function startBody(request: IncomingMessage, response: ServerResponse, patienceMs: number): void {
  checkBody(request)
  if (awaited.delete(response)) response.writeContinue()
  let seen = request.socket.bytesRead
  const timer = setInterval(() => {
    const arrived = request.socket.bytesRead - seen
    seen = request.socket.bytesRead
    // Bytes that wait to be read are our slowness, not the client's.
    if (arrived >= periodBytesMin || request.complete || request.readableLength > 0) return
    stop()
    const detail = `The body came too slowly: less than ${periodBytesMin} bytes in ${patienceMs / 1000} seconds.`
    breakBody(request, new Problem('invalid', 'request_timeout', detail))
  }, patienceMs)
  const stop = () => clearInterval(timer)
  timer.unref()
  for (const event of ['end', 'close', 'error']) request.once(event, stop)
}

/** Tells whoever reads the body, now or later, that no more will come. The connection stays, for the answer. */
export function breakBody(request: IncomingMessage, problem: Problem): void {
  broken.set(request, problem)
  if (request.listenerCount('error') > 0) request.emit('error', problem)
}

/** To be asked before the body is read: it may have broken while nobody was listening. */
export function checkBody(request: IncomingMessage): void {
  const problem = broken.get(request)
  if (problem) throw problem
}
