// Paths that another library serves with Node's own request and response. What holds for every request holds for these
// too: the head is checked, strangers are counted, a body must keep coming, the request is in the journal.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../log.ts'
import { type Journal, keepJournal } from './journal.ts'
import { commonHeaders } from './refusal.ts'

export type Mount = {
  /** As Fastify has them: `/oauth/*`. */
  paths: readonly string[]
  tag: string
  /** Reads the body, if any, and answers. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    from: { requestId: string; address: string },
  ): Promise<void>
}

type Around = {
  log: Log
  /** Throws Problem('limited'). */
  admit(mount: Mount, address: string): Promise<void>
  journal: Journal | undefined
}

export async function serveMounts(app: FastifyInstance, mounts: readonly Mount[], around: Around): Promise<void> {
  const { log, admit, journal } = around
  await app.register(async (scope) => {
    // The body is left to whom the path belongs to.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const mount of mounts) {
      for (const url of mount.paths) {
        scope.route({
          method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
          url,
          onRequest: async (request, reply) => {
            const turn = journal && keepJournal(journal, { request, reply, needs: 'open', by: () => undefined })
            if (turn) await turn
            await admit(mount, request.ip)
          },
          handler: async (request, reply) => {
            reply.hijack()
            const { raw: response } = reply
            const { id: requestId, ip: address } = request
            for (const [name, value] of Object.entries(commonHeaders(requestId))) response.setHeader(name, value)
            try {
              await mount.handle(request.raw, response, { requestId, address })
            } catch (err) {
              log.error({ err, requestId, url }, 'a request failed')
              if (!response.headersSent) response.writeHead(500)
              response.end()
            }
          },
        })
      }
    }
  })
}
