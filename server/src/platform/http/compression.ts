// Answers go out compressed to clients that take it: lists and figures are text that shrinks to a tenth, and lines are slow.
// What a client sends comes as it is (server.ts refuses a Content-Encoding).

import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** Below it, compressing takes longer than sending. */
const bytesMin = 2048
/** Events are to arrive at once, and recordings are compressed already. */
const types = /^(?:application\/(?:[\w.-]+\+)?(?:json|x-ndjson)|text\/(?!event-stream))/

export async function compressAnswers(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: bytesMin,
    customTypes: types,
    globalDecompression: false,
  })
}
