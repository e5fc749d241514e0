// A way to a server that breaks: connections through it are cut after so many bytes, as networks do.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type CuttingProxy = {
  url: string
  /** The next connections end after this many bytes from the client, one number for each; then none is cut. */
  cutAfter: number[]
  /** How many were cut. */
  cuts(): number
  /** Where connections go from now on. */
  leadTo(url: string): void
  close(): Promise<void>
}

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  let to = new URL(target)
  let cuts = 0
  const cutAfter: number[] = []
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const behind = connect(Number(to.port), to.hostname)
    let left = cutAfter.length > 0 ? null : Number.POSITIVE_INFINITY
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    behind.on('data', (chunk) => client.write(chunk))
    client.on('data', (chunk: Buffer) => {
      if (left !== null && left <= 0) return
      // Only of a request that brings many bytes.
      if (left === null && /^PATCH /.test(chunk.toString('latin1', 0, 6)))
        left = cutAfter.shift() ?? Number.POSITIVE_INFINITY
      behind.write(left === null ? chunk : chunk.subarray(0, left))
      if (left === null) return
      left -= chunk.length
      if (left > 0) return
      cuts += 1
      // What was written is sent before the end.
      behind.end(() => client.resetAndDestroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    cutAfter,
    cuts: () => cuts,
    leadTo(url) {
      to = new URL(url)
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
