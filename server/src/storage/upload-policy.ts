// Tickets for uploads by HTML form: a policy that says what may be sent under which key until when, signed in both of
// Amazon's ways, so that clients written for either one work. Stores nothing: single use is for the caller to see to,
// by `ticketId`.
//
// Source: Amazon S3 API reference, "POST policy" and "Authenticating requests in browser-based uploads using POST"
// (SigV4), and the S3 developer guide's "HTML forms" (SigV2: base64 of HMAC-SHA1 over the encoded policy).

import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { Problem } from '../platform/problem.ts'
import { refuseUpload } from './s3-answers.ts'

/** The nine names that clients of either signature look for, as they are spelt in a ticket. */
export const ticketFieldNames = [
  'key',
  'policy',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-signature',
  'x-amz-security-token',
  'AWSAccessKeyId',
  'signature',
] as const

export type PolicyCondition = Record<string, string> | ['eq' | 'starts-with', string, string]
export type UploadTicket = {
  url: string
  fields: Record<(typeof ticketFieldNames)[number], string>
  ticketId: string
  expiresAt: Date
}
export type GrantedUpload = {
  key: string
  ticketId: string
  sizeBytesMin: number
  sizeBytesMax: number
  /** What to answer when the file is stored; 204 unless the client asked for 200 or 201. */
  successActionStatus: 200 | 201 | 204
  expiresAt: Date
}

const algorithm = 'AWS4-HMAC-SHA256'
const region = 'us-east-1'
const policyCharsMax = 20_000

/** What S3 demands to be named in the policy, but older clients do not send: checked when it is there. */
const mayBeAbsent = new Set(['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-security-token'])

/**
 * `secret` signs; `url` is where the form goes. `conditions` are further demands on the form, as in an S3 policy:
 * `{ 'Content-Type': 'audio/wav' }` or `['starts-with', '$Content-Type', 'audio/']`.
 */
export function createUploadTicket(input: {
  secret: string
  key: string
  url: string
  sizeBytesMax: number
  sizeBytesMin?: number
  expiresAt: Date
  conditions?: PolicyCondition[]
  now?: Date
}): UploadTicket {
  const ticketId = randomUUID()
  const date = (input.now ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '')
  const accessKeyId = accessKeyIdOf(input.secret)
  const credential = `${accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`
  const policy = encodePolicy({
    expiration: input.expiresAt.toISOString(),
    conditions: [
      ['eq', '$key', input.key],
      ['content-length-range', input.sizeBytesMin ?? 1, input.sizeBytesMax],
      { 'x-amz-algorithm': algorithm },
      { 'x-amz-credential': credential },
      { 'x-amz-date': date },
      { 'x-amz-security-token': ticketId },
      ...(input.conditions ?? []),
    ],
  })
  return {
    url: input.url,
    ticketId,
    expiresAt: input.expiresAt,
    fields: {
      key: input.key,
      policy,
      'x-amz-algorithm': algorithm,
      'x-amz-credential': credential,
      'x-amz-date': date,
      'x-amz-signature': signV4(input.secret, credential, policy),
      'x-amz-security-token': ticketId,
      AWSAccessKeyId: accessKeyId,
      signature: signV2(input.secret, policy),
    },
  }
}

/**
 * Takes the text fields of the form in any order and any case, with the SigV4 names, the SigV2 names or both; fields
 * that the policy does not know are let through. Every signature that is sent must be right, and one must be sent.
 * Throws a Problem whose code is the one S3 would answer, for `renderS3Error`.
 */
export function checkUploadFields(input: {
  secret: string
  fields: Iterable<readonly [name: string, value: string]>
  now?: Date
}): GrantedUpload {
  const fields = collectFields(input.fields)
  const policyText = need(fields, 'policy')
  const key = need(fields, 'key')
  checkSignatures(input.secret, fields, policyText)

  const policy = decodePolicy(policyText)
  if (policy.expiresAt <= (input.now ?? new Date())) {
    throw refuseUpload('AccessDenied', 'Invalid according to Policy: Policy expired. Ask for a new upload ticket.')
  }
  for (const [operator, name, expected] of policy.demands) {
    const sent = fields.get(name)
    if (sent === undefined && mayBeAbsent.has(name)) continue
    const isMet = operator === 'eq' ? sent === expected : sent?.startsWith(expected)
    if (!isMet) {
      throw refuseUpload('AccessDenied', `Invalid according to Policy: the field "${name}" is not what was agreed.`)
    }
  }
  const status = Number(fields.get('success_action_status'))
  return {
    key,
    ticketId: policy.ticketId,
    sizeBytesMin: policy.sizeBytesMin,
    sizeBytesMax: policy.sizeBytesMax,
    successActionStatus: status === 200 || status === 201 ? status : 204,
    expiresAt: policy.expiresAt,
  }
}

/** To be asked once the file has come to its end; above the maximum the store itself stops it earlier. */
export function checkUploadSize(granted: GrantedUpload, sizeBytes: number): void {
  if (sizeBytes > granted.sizeBytesMax) {
    const detail = `Your proposed upload exceeds the maximum allowed size of ${granted.sizeBytesMax} bytes.`
    throw refuseUpload('EntityTooLarge', detail)
  }
  if (sizeBytes < granted.sizeBytesMin) {
    const detail = `Your proposed upload is smaller than the minimum allowed size of ${granted.sizeBytesMin} bytes.`
    throw refuseUpload('EntityTooSmall', detail)
  }
}

/** Tells a ticket of another secret apart from a forged one, and gives nothing of the secret away. */
function accessKeyIdOf(secret: string): string {
  return `INDABA${createHmac('sha256', secret).update('access key id').digest('hex').slice(0, 14).toUpperCase()}`
}

/** The signing key is derived step by step over date, region, service and terminator of the credential. */
export function signV4(secret: string, credential: string, policy: string): string {
  const scope = credential.split('/').slice(1)
  const signingKey = scope.reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${secret}`,
  )
  return createHmac('sha256', signingKey).update(policy).digest('hex')
}

export function signV2(secret: string, policy: string): string {
  return createHmac('sha1', secret).update(policy).digest('base64')
}

function checkSignatures(secret: string, fields: Map<string, string>, policyText: string): void {
  const [v4, v2] = [fields.get('x-amz-signature'), fields.get('signature')]
  if (!v4 && !v2) {
    const detail = 'The form has no signature: send "x-amz-signature" or "signature" as the ticket gave it.'
    throw refuseUpload('AccessDenied', detail)
  }
  const sentKeyId = fields.get('awsaccesskeyid') || fields.get('x-amz-credential')?.split('/')[0]
  if (sentKeyId && sentKeyId !== accessKeyIdOf(secret)) {
    throw refuseUpload(
      'InvalidAccessKeyId',
      'The access key of this upload ticket is not known here. Ask for a new one.',
    )
  }
  const credential = v4 ? decodePolicy(policyText).credential : ''
  const isRight =
    (!v4 || isSame(v4, signV4(secret, credential, policyText))) && (!v2 || isSame(v2, signV2(secret, policyText)))
  if (!isRight) {
    const detail = 'The signature does not match the policy. Send every field exactly as the upload ticket gave it.'
    throw refuseUpload('SignatureDoesNotMatch', detail)
  }
}

function isSame(sent: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(sent), digest(expected))
}

/** Empty fields count as not sent; a name twice with different values is a form nobody meant. */
function collectFields(pairs: Iterable<readonly [string, string]>): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (value === '') continue
    const known = name.toLowerCase()
    if ((fields.get(known) ?? value) !== value) {
      throw refuseUpload(
        'InvalidArgument',
        `The form has the field "${known.slice(0, 100)}" twice, with different values.`,
      )
    }
    fields.set(known, value)
  }
  return fields
}

function need(fields: Map<string, string>, name: string): string {
  const value = fields.get(name)
  if (!value) throw refuseUpload('InvalidArgument', `The form must contain a field named "${name}", from the ticket.`)
  return value
}

function encodePolicy(policy: unknown): string {
  return Buffer.from(JSON.stringify(policy)).toString('base64')
}

type Policy = {
  expiresAt: Date
  sizeBytesMin: number
  sizeBytesMax: number
  credential: string
  ticketId: string
  demands: ['eq' | 'starts-with', name: string, expected: string][]
}

/** Reads what `encodePolicy` wrote; the text may come from anybody, so nothing in it is trusted before the signature. */
function decodePolicy(text: string): Policy {
  try {
    if (text.length > policyCharsMax) throw new Error('too long')
    const { expiration, conditions } = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
    const demands: Policy['demands'] = []
    let range: [number, number] | undefined
    for (const condition of conditions) {
      if (!Array.isArray(condition)) {
        for (const [name, value] of Object.entries(condition)) demands.push(['eq', name.toLowerCase(), String(value)])
      } else if (condition[0] === 'content-length-range') range = [Number(condition[1]), Number(condition[2])]
      else if (condition[0] === 'eq' || condition[0] === 'starts-with') {
        demands.push([condition[0], String(condition[1]).replace(/^\$/, '').toLowerCase(), String(condition[2])])
      } else throw new Error('unknown condition')
    }
    const value = (name: string) => demands.find((demand) => demand[0] === 'eq' && demand[1] === name)?.[2]
    const [credential, ticketId] = [value('x-amz-credential'), value('x-amz-security-token')]
    const expiresAt = new Date(expiration)
    if (!credential || !ticketId || !range || value('key') === undefined || Number.isNaN(expiresAt.getTime())) {
      throw new Error('incomplete')
    }
    return { expiresAt, sizeBytesMin: range[0], sizeBytesMax: range[1], credential, ticketId, demands }
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw refuseUpload(
      'InvalidPolicyDocument',
      'The policy cannot be read. Send it exactly as the ticket gave it.',
      cause,
    )
  }
}
