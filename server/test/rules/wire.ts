// Requests that no well-behaved client sends: byte by byte over a socket, or by Node's client with nothing checked.

import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type Reply = { status: number; headers: IncomingHttpHeaders; text: string }

export type Shot = {
  method: string
  path: string
  headers?: Record<string, string | string[]>
  /** Several chunks go out without a Content-Length. */
  body?: string | Buffer | Buffer[]
}

const replyMsMax = 20_000

/** Sends over kept connections; an answer counts even when the server has not taken the whole body. */
export function shooter(origin: string): { shoot(shot: Shot): Promise<Reply>; count(): number; stop(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  let count = 0
  return {
    count: () => count,
    stop: () => agent.destroy(),
    shoot({ method, path, headers = {}, body }) {
      count += 1
      const { promise, resolve, reject } = Promise.withResolvers<Reply>()
      const length =
        body === undefined || Array.isArray(body) ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const { hostname, port } = new URL(origin)
      const out = request({
        hostname,
        port,
        method,
        path,
        agent,
        headers: { ...length, ...headers },
        timeout: replyMsMax,
      })
      out.on('response', (answer) => {
        const chunks: Buffer[] = []
        // Of a stream that stays open, the beginning.
        const isOpenEnd = answer.headers['content-type']?.startsWith('text/event-stream')
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (isOpenEnd) out.destroy()
          if (isOpenEnd) resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: String(chunk) })
        })
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() })
        })
      })
      out.on('error', reject)
      out.on('timeout', () => out.destroy(new Error(`${method} ${path.slice(0, 100)} was not answered`)))
      for (const chunk of Array.isArray(body) ? body : body === undefined ? [] : [body]) out.write(chunk)
      out.end()
      return promise
    },
  }
}

/** Writes pieces with pauses between them, and returns all that was answered until the server closed or fell silent. */
export async function talk(
  origin: string,
  pieces: (string | Buffer)[],
  { pauseMs = 0, silenceMs = 1500, cut = false } = {},
): Promise<Reply[]> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  const ended = Promise.withResolvers<void>()
  socket.setTimeout(silenceMs + pauseMs, () => socket.destroy())
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => ended.resolve())
  socket.on('close', () => ended.resolve())
  for (const piece of pieces) {
    if (socket.destroyed) break
    socket.write(piece)
    if (pauseMs) await delay(pauseMs)
  }
  if (cut) {
    await delay(20)
    socket.resetAndDestroy()
  }
  await ended.promise
  return readReplies(Buffer.concat(chunks))
}

export function readReplies(bytes: Buffer): Reply[] {
  const replies: Reply[] = []
  let rest = bytes
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) break
    const [line = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(
      lines.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()]),
    )
    const status = Number(line.split(' ')[1])
    const length = status < 200 ? 0 : Number(headers['content-length'] ?? 0)
    const from = end + 4
    if (status >= 200) replies.push({ status, headers, text: rest.subarray(from, from + length).toString() })
    rest = rest.subarray(from + length)
  }
  if (rest.length > 0) throw new Error(`not HTTP: ${rest.subarray(0, 200).toString('latin1')}`)
  return replies
}
