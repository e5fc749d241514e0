// What every refusal must look like, by the API of its route.

import assert from 'node:assert/strict'
import type { Route } from '../../src/platform/http/route.ts'
import type { Reply } from './wire.ts'

/** Fixed by vBot's documents (compatibility.md item 91). */
const vbotTexts: Record<number, string> = {
  400: 'Invalid request parameters',
  401: 'Invalid API key',
  403: 'Insufficient permissions',
  404: 'Resource not found',
  405: 'Invalid request parameters',
  408: 'Invalid request parameters',
  413: 'Invalid request parameters',
}

/** `route` null: refused before a route was found. */
export function assertRefusal(reply: Reply, route: Route | null, about: string): void {
  const { status, headers, text } = reply
  assert.ok(status >= 400 && status < 500, `${about}: answered ${status} ${text.slice(0, 300)}`)
  assert.equal(headers['x-content-type-options'], 'nosniff', about)
  const requestId = headers['x-request-id'] as string
  assert.match(requestId, /^[0-9a-f-]{36}$/, about)
  if (route?.paths[0] === '/uploads') {
    assert.match(headers['content-type'] ?? '', /^application\/xml/, about)
    assert.match(text, /^<\?xml[^>]*>\n<Error><Code>\w+<\/Code><Message>[^<]{10,}<\/Message>/, about)
    assert.ok(text.includes(`<RequestId>${requestId}</RequestId>`), about)
    return
  }
  assert.equal(headers['content-type'], 'application/json; charset=utf-8', about)
  const body = JSON.parse(text)
  assert.equal(body.status, 'error', about)
  assert.equal(body.request_id, requestId, about)
  if (route?.tag === 'vBot') {
    assert.equal(body.message, vbotTexts[status], `${about}: ${text}`)
    assert.ok(body.details.reason.length >= 10, about)
    assert.match(body.code, /^[a-z0-9_]+$/, about)
    return
  }
  assert.deepEqual(Object.keys(body), ['status', 'message', 'error', 'request_id'], about)
  assert.deepEqual(Object.keys(body.error), ['code', 'message', 'details'], about)
  assert.match(body.error.code, /^[A-Z0-9_]+$/, about)
  assert.ok(body.message.length >= 10 && body.message === body.error.message, about)
}
