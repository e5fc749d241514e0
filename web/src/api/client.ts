// The one way to the server: the public API, with the types of its reference. Cookies say who asks; what changes something
// carries the token of the session. Where the session has ended or the server is away, it says so once, for the whole page.

import createClient, { type Middleware } from 'openapi-fetch'
import { noticeAnswer, noticeSilence } from './connection.ts'
import { Failure, failureOf } from './failure.ts'
import type { paths } from './paths.gen.ts'
import { csrfToken, noticeSessionEnd } from './session-store.ts'

/** Codes of a 401 in which the session goes on. */
const wrongProofs = ['invalid_credentials', 'wrong_code', 'sign_in_again', 'invalid_token']

const around: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-Indaba-CSRF', csrfToken())
  },
  async onResponse({ request, response }) {
    noticeAnswer()
    // What asks who is signed in gets a plain answer, and so does a form with a password or a code that is wrong.
    if (response.status !== 401 || new URL(request.url).pathname.startsWith('/v1/session')) return
    const said = await response
      .clone()
      .json()
      .catch(() => null)
    if (!wrongProofs.includes(failureOf(401, said).code)) noticeSessionEnd()
  },
  onError() {
    noticeSilence()
    return new Failure('offline', 'The server does not answer.')
  },
}

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' })
api.use(around)

/** The answer's body. @throws Failure with the server's own words */
export async function told<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok) throw failureOf(response.status, error)
  return data as T
}

/** As `told`, with the version of what was read, for `If-Match`. */
export async function toldWithEtag<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<{ body: T; etag: string | null }> {
  const { data, error, response } = await asked
  if (!response.ok) throw failureOf(response.status, error)
  return { body: data as T, etag: response.headers.get('etag') }
}
