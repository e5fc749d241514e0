// What the journeys do with upload tickets: ask for one, choose among its fields, post them with a file.

import type { Customer, Harness, Json } from '../harness.ts'
import { distinctCall } from './sample-call.ts'
import { multipartBody, type Part, type Reply, send } from './wire.ts'

export type Ticket = { url: string; fields: Record<string, string>; call_id: string; [more: string]: Json }

export const sigV2Names = ['AWSAccessKeyId', 'key', 'policy', 'signature', 'x-amz-security-token']
export const sigV4Names = [
  'key',
  'policy',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
]
export const allNames = [...new Set([...sigV4Names, ...sigV2Names])]

export const askTicket = (harness: Harness, customer: Customer, metadata: object = {}): Promise<Ticket> =>
  harness.json('/asr/async/upload/vela', {
    method: 'POST',
    headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ org_id: customer.orgId, metadata }),
  })

export const chosen = (ticket: Ticket, names: string[]): Part[] =>
  names.map((name) => [name, ticket.fields[name] ?? ''] as const)

export const sampleFile = async (): Promise<Part> => ['file', { fileName: 'call.wav', bytes: await distinctCall() }]

/** As any client of S3 would post them, in this order. */
export function postParts(url: string, parts: readonly Part[]): Promise<Reply> {
  const boundary = '----FormBoundary7MA4YWxkTrZu0gW'
  const body = multipartBody(parts, boundary)
  return send('POST', url, body, {
    host: new URL(url).host,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': body.length,
  })
}
