// Serves the dashboard's built files below one path. Every address there that is no file is the page itself, which finds
// its way from the address. A strict policy: a page runs our own scripts alone, and asks no other host for anything.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { notFound } from '../problem.ts'

export const webPath = '/app'

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const unbuilt =
  'The dashboard is not built here. `npm start` builds it; of a server without its sources, the folder web/dist is missing.\n'

/** `folder`: what Vite has built. The address of a built file changes with what is in it, so browsers keep it for good. */
export async function serveWebApp(app: FastifyInstance, folder: string): Promise<void> {
  const page = join(folder, 'index.html')
  let template: string | undefined

  async function sendPage(reply: FastifyReply) {
    if (!template && !existsSync(page)) return reply.status(503).type('text/plain; charset=utf-8').send(unbuilt)
    template ??= readFileSync(page, 'utf8')
    const nonce = randomBytes(16).toString('base64')
    return reply
      .headers({
        'Content-Security-Policy': policy(nonce),
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'same-origin',
        'X-Content-Type-Options': 'nosniff',
        'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
        'Cross-Origin-Opener-Policy': 'same-origin',
      })
      .send(template.replace('%CSP_NONCE%', nonce))
  }

  await app.register(
    async (scope) => {
      await scope.register(fastifyStatic, {
        root: folder,
        index: false,
        preCompressed: true,
        cacheControl: false,
        setHeaders(response, path) {
          response.header('X-Content-Type-Options', 'nosniff')
          const isNamedByContent = /[/\\]assets[/\\]/.test(path)
          response.header('Cache-Control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache')
        },
      })
      scope.get('/', (_request, reply) => sendPage(reply))
      scope.setNotFoundHandler((request, reply) => {
        const isPage = request.method === 'GET' && !/\.\w+$/.test(request.url.split('?')[0] ?? '')
        if (!isPage) throw notFound()
        return sendPage(reply)
      })
    },
    { prefix: webPath },
  )
  app.get('/', (_request, reply) => reply.redirect(`${webPath}/`))
}
