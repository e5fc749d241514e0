// Requests that ask for a WebSocket (RFC 6455 §4.2) where a route has one. They go the way of every request first: who
// asks, may they, how often, is it valid; a refusal is an answer as any other. Other upgrades are ignored, as HTTP allows.

import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type OpenLine, socketLine } from './line.ts'

/** `maxPayload` of a client's message: a longer one ends the line with 1009 before it is read. The rest of newer releases. */
const limits = {
  maxPayload: 16 * 1024,
  maxFragments: 64,
  maxBufferedChunks: 1024,
  /** After our close frame, until the client's: what waits is sent still. */
  closeTimeout: 5000,
}

/** For a client to take its refusal and hang up. */
const refusedMsMax = 2000

export const switchedProtocols = 101

export type Upgrades = {
  /** For `createServer`: whether a request is ours; all others are served as if they had not asked. */
  isWanted(request: IncomingMessage): boolean
  /** `serve`: as it serves a request that asks for no upgrade. */
  listen(server: Server, serve: (request: IncomingMessage, response: ServerResponse) => void): void
  asksFor(request: IncomingMessage): boolean
  /** Takes the connection away from `response`, for which it is over. */
  open(request: IncomingMessage, response: ServerResponse, opening: OpenLine): void
}

export function upgrades(livePaths: ReadonlySet<string>): Upgrades {
  const heads = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>()
  const door = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    ...limits,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => false,
  })
  return {
    isWanted: ({ method, url = '', headers }) =>
      method === 'GET' &&
      headers.upgrade?.toLowerCase() === 'websocket' &&
      livePaths.has(url.replace(/\?.*$/s, '').replace(/(?<=.)\/$/, '')),
    listen(server, serve) {
      server.on('upgrade', (request, socket, head) => {
        heads.set(request, { socket, head })
        const response = new ServerResponse(request)
        response.shouldKeepAlive = false
        socket.on('error', () => socket.destroy())
        response.assignSocket(socket as Socket)
        // A refusal: nothing more that comes is looked at. Neither the server's close nor its timeouts would end a client
        // that does not hang up.
        response.once('finish', () => {
          if (!heads.has(request)) return
          socket.end()
          socket.resume()
          setTimeout(() => socket.destroy(), refusedMsMax).unref()
        })
        serve(request, response)
      })
    },
    asksFor: (request) => heads.has(request),
    open(request, response, opening) {
      const { socket, head } = heads.get(request) as { socket: Duplex; head: Buffer }
      heads.delete(request)
      response.detachSocket(socket as Socket)
      let isOpen = false
      door.handleUpgrade(request, socket, head, (one) => {
        isOpen = true
        opening.open(socketLine(one))
      })
      if (!isOpen) opening.unopened()
      // The request ends here for whoever counts and records requests.
      response.statusCode = isOpen ? switchedProtocols : 400
      response.emit('finish')
      response.emit('close')
    },
  }
}
