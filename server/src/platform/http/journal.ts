// What is told of every request to a route, so that it can be recorded: when it begins, and when its answer has left or
// was cut off.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from './route.ts'
import { switchedProtocols } from './upgrade.ts'

export type Journal = {
  /** May answer with something to wait for before the request goes on; when that fails, so does the request. */
  begin(request: {
    requestId: string
    address: string
    userAgent: string | null
    needs: string
  }): Promise<void> | undefined
  end(request: {
    requestId: string
    /** Absent: nobody that is known. Of a refused credential, whose it is, where that is known. */
    by: Pick<Principal, 'actor' | 'orgId'> | undefined
    needs: string
    method: string
    /** The template of the path. */
    route: string
    /** The ids in the path, with slashes; null without. */
    target: string | null
    /** 499: the client left before there was an answer. */
    status: number
    durationMs: number
  }): void
}

/** What may be kept of a path's parameters: ids, and nothing that somebody wrote there. */
const idPattern = /^[\w.:-]{1,100}$/
const clientLeft = 499

export function keepJournal(
  journal: Journal,
  {
    request,
    reply,
    needs,
    by,
  }: {
    request: FastifyRequest
    reply: FastifyReply
    needs: string
    by(): Pick<Principal, 'actor' | 'orgId'> | undefined
  },
): Promise<void> | undefined {
  const { id: requestId, method, ip: address } = request
  // Also of an answer that is cut off: who hangs up before the last byte has read the others.
  reply.raw.once('close', () => {
    const ids = Object.values(request.params ?? {}).filter((one) => idPattern.test(one))
    journal.end({
      requestId,
      by: by(),
      needs,
      method,
      route: request.routeOptions.url ?? '',
      target: ids.join('/') || null,
      status: reply.raw.headersSent || reply.raw.statusCode === switchedProtocols ? reply.raw.statusCode : clientLeft,
      durationMs: reply.elapsedTime,
    })
  })
  return journal.begin({ requestId, address, userAgent: request.headers['user-agent'] ?? null, needs })
}
