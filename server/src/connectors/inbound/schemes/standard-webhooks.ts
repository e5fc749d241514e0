// Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec): HMAC-SHA256 over id, time and body. Svix, where
// it comes from, sends the same under names of its own.

import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { Problem } from '../../../platform/problem.ts'
import { header, idOf, isMac, kindOf, objectOf, timeOf } from '../proofs.ts'
import type { InboundRequest, InboundScheme } from '../shapes.ts'

const prefix = 'whsec_'
const keyBytesMin = 24
const keyBytesMax = 64
const signaturesMax = 20

const named = (request: InboundRequest, name: string): string =>
  header(request, `webhook-${name}`) || header(request, `svix-${name}`)

const keyOf = (secret: string) => Buffer.from(secret.slice(prefix.length), 'base64')

export const standardWebhooks: InboundScheme = {
  name: 'standard-webhooks',
  about: 'Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature (or svix-…), with a secret whsec_…',
  settings: Type.Object({}),
  newSecret: () => `${prefix}${randomBytes(32).toString('base64')}`,
  checkSecret(secret) {
    const key = keyOf(secret)
    const isWhole = secret.startsWith(prefix) && key.toString('base64') === secret.slice(prefix.length)
    if (isWhole && key.length >= keyBytesMin && key.length <= keyBytesMax) return
    const issue = `must be ${prefix} and ${keyBytesMin} to ${keyBytesMax} bytes in base64`
    throw new Problem('invalid', 'invalid_secret', `secret: ${issue}.`, { facts: { field: 'secret', issue } })
  },
  keptHeaders: () => ['webhook-id', 'webhook-timestamp', 'svix-id', 'svix-timestamp'],
  isProven(request, secret) {
    const signed = [`${named(request, 'id')}.${named(request, 'timestamp')}.`, request.body]
    // Several while the sender changes its secret.
    const given = named(request, 'signature').split(' ').slice(0, signaturesMax)
    return given.some(
      (one) => one.startsWith('v1,') && isMac(keyOf(secret), signed, { given: one.slice(3), encoding: 'base64' }),
    )
  },
  signsId: () => true,
  sentAtMs: (request) => timeOf(named(request, 'timestamp'), 1000),
  facts: (request) => ({ id: idOf(named(request, 'id')), kind: kindOf(objectOf(request.json()).type) }),
}
