// A second way into a test's app: the same routes, entered by principals that the test makes up.

import { authorise } from '../src/access/permissions.ts'
import { everyOrg, inScope } from '../src/platform/db/scope.ts'
import type { Principal } from '../src/platform/http/route.ts'
import { closeServer, listen, openServer } from '../src/platform/http/server.ts'
import { openLog } from '../src/platform/log.ts'
import type { Harness, Json } from './harness.ts'

export type Said = { status: number; body: Json; headers: Headers }

export type SideDoor = {
  /** A body that is an object is sent as JSON. */
  ask(
    by: Principal,
    method: string,
    path: string,
    body?: object | FormData,
    headers?: Record<string, string>,
  ): Promise<Said>
  close(): Promise<void>
}

const bytesMax = 16 * 1024 * 1024

export async function openSideDoor({ app }: Harness): Promise<SideDoor> {
  const server = await openServer(
    app.routes,
    {
      async authenticate({ headers, needs }) {
        const by = JSON.parse(Buffer.from(String(headers['x-principal']), 'base64').toString()) as Principal
        if (needs !== 'any') authorise(by, needs)
        return by
      },
      enter: (by, work) => (by.isAdmin ? everyOrg(work) : inScope([by.orgId], work)),
      admit: () => ({}),
    },
    { log: openLog('silent'), corsOrigins: [], limits: { fieldBytesMax: bytesMax, fileBytesMax: bytesMax } },
  )
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    async ask(by, method, path, body, headers = {}) {
      const isForm = body instanceof FormData
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          'x-principal': Buffer.from(JSON.stringify(by)).toString('base64'),
          ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
      })
      const text = await answer.text()
      const isJson = answer.headers.get('content-type')?.includes('json')
      return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers }
    },
    close: () => closeServer(server, 1000),
  }
}
