// A line to one client that stays open: server-sent events (WHATWG HTML §9.2) as the answer of a request, or a WebSocket
// (RFC 6455) in its place. What is said over it, and how much may wait, is for whoever opened it.

import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'

/** How a line ends: `code` is what a WebSocket's close frame bears. */
export type LineEnd = { code: number; reason: string }

export type Line = {
  kind: 'events' | 'socket'
  /** The bytes of events as they stand on the wire, or one message. The buffer may be shared, and is not changed. */
  send(bytes: Buffer): void
  /** What the client has not taken yet. */
  waitingBytes(): number
  /** Asks a WebSocket whether it is there; false: it did not answer the last time, and is gone. */
  isThere(): boolean
  /** What waits is sent still, for a few seconds. */
  end(end: LineEnd): void
  /** One of each. `onMessage`: null for what is no text; of a WebSocket alone. */
  onClose: () => void
  onMessage: (text: string | null) => void
}

export type OpenLine = {
  open(line: Line): void
  /** It did not come to that: the client asked for the head alone, or is no WebSocket after all. */
  unopened(): void
}

const nothing = () => {}
const endMsMax = 5000

export function eventLine(response: ServerResponse): Line {
  const line: Line = {
    kind: 'events',
    send: (bytes) => void response.write(bytes),
    waitingBytes: () => response.writableLength,
    isThere: () => true,
    end() {
      response.end()
      setTimeout(() => response.destroy(), endMsMax).unref()
    },
    onClose: nothing,
    onMessage: nothing,
  }
  response.once('close', () => line.onClose())
  response.on('error', nothing)
  return line
}

const asText = { binary: false }

export function socketLine(socket: WebSocket): Line {
  let isAnswered = true
  const line: Line = {
    kind: 'socket',
    send: (bytes) => socket.send(bytes, asText, nothing),
    waitingBytes: () => socket.bufferedAmount,
    isThere() {
      if (!isAnswered) return false
      isAnswered = false
      socket.ping(undefined, false, nothing)
      return true
    },
    end: ({ code, reason }) => socket.close(code, reason),
    onClose: nothing,
    onMessage: nothing,
  }
  socket.on('close', () => line.onClose())
  // Broken frames, invalid UTF-8 and what is too long: the library has closed it with the code for that.
  socket.on('error', nothing)
  socket.on('pong', () => {
    isAnswered = true
  })
  // Counted with the messages: answering pings for nobody who reads would fill the memory.
  socket.on('ping', (data) => {
    if (socket.bufferedAmount === 0) socket.pong(data, false, nothing)
    line.onMessage(null)
  })
  socket.on('message', (data, isBinary) => line.onMessage(isBinary ? null : String(data)))
  return line
}
