// A second way into a test's app: the same routes, entered by principals that the test makes up.

import { after } from 'node:test'
import { authorise, type Role, roleScopes } from '../src/access/permissions.ts'
import { everyOrg, inScope } from '../src/platform/db/scope.ts'
import type { Principal, Reach } from '../src/platform/http/route.ts'
import { closeServer, listen, openServer } from '../src/platform/http/server.ts'
import { newId } from '../src/platform/ids.ts'
import { openLog } from '../src/platform/log.ts'
import { type Harness, type Json, startHarness } from './harness.ts'

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
}

const bytesMax = 16 * 1024 * 1024

/** An app that serves and works nothing, and its side door, for as long as the tests of a file run. */
export async function startSideDoor(): Promise<{ indaba: Harness; door: SideDoor }> {
  const indaba = await startHarness({ roles: { serve: true, work: false } })
  const { close, ...door } = await openSideDoor(indaba)
  after(async () => {
    await close()
    await indaba.stop()
  })
  return { indaba, door }
}

/** Somebody new of the organisation, who sees what is masked. */
export const person = (orgId: string, role: Role, reach: Reach = 'all'): Principal => ({
  actor: `user:${newId()}`,
  orgId,
  isAdmin: false,
  scopes: roleScopes[role],
  reach,
  reveals: true,
})

export async function openSideDoor({ app }: Harness): Promise<SideDoor & { close(): Promise<void> }> {
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
