import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../platform/problem.ts'
import { refuseUpload, renderS3Error, renderS3Success } from './s3-answers.ts'
import { storeKey } from './store.ts'
import {
  checkUploadFields,
  checkUploadSize,
  createUploadTicket,
  type PolicyCondition,
  signV2,
  signV4,
  ticketFieldNames,
} from './upload-policy.ts'

const secret = 'a secret of the test, thirty-two+ characters'
const now = new Date('2026-03-01T10:00:00Z')
const key = storeKey(randomUUID(), 'rec', randomUUID())
const url = 'http://127.0.0.1:8080/uploads'

function newTicket(conditions: PolicyCondition[] = []) {
  const expiresAt = new Date(now.getTime() + 3_600_000)
  return createUploadTicket({ secret, key, url, sizeBytesMax: 1000, expiresAt, conditions, now })
}
const only = (fields: Record<string, string>, names: string[]) =>
  Object.entries(fields).filter(([name]) => names.includes(name))
const v4Names = [
  'key',
  'policy',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-signature',
]
const v2Names = ['AWSAccessKeyId', 'key', 'policy', 'signature', 'x-amz-security-token']
const check = (fields: Iterable<readonly [string, string]>, at = now) => checkUploadFields({ secret, fields, now: at })

// The worked example of "Examples: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)" in Amazon's S3
// API reference: its published policy, key pair and signature.
test('SigV4 gives the signature that Amazon publishes for its example policy', () => {
  const lines = [
    '{ "expiration": "2015-12-30T12:00:00.000Z",',
    '  "conditions": [',
    '    {"bucket": "sigv4examplebucket"},',
    '    ["starts-with", "$key", "user/user1/"],',
    '    {"acl": "public-read"},',
    '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
    '    ["starts-with", "$Content-Type", "image/"],',
    '    {"x-amz-meta-uuid": "14365123651274"},',
    '    {"x-amz-server-side-encryption": "AES256"},',
    '    ["starts-with", "$x-amz-meta-tag", ""],',
    '',
    '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
    '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
    '    {"x-amz-date": "20151229T000000Z" }',
    '  ]',
    '}',
  ]
  const policy = Buffer.from(lines.join('\r\n')).toString('base64')
  const credential = 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request'
  assert.equal(
    signV4('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', credential, policy),
    '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
  )
})

test('both signatures are what the openssl program computes', () => {
  const { fields } = newTicket()
  const mac = (digest: string, keyHex: string, data: string) =>
    execFileSync('openssl', ['dgst', `-${digest}`, '-mac', 'HMAC', '-macopt', `hexkey:${keyHex}`], { input: data })
      .toString()
      .replace(/^.*= /, '')
      .trim()
  const hex = (text: string) => Buffer.from(text).toString('hex')
  const steps = ['20260301', 'us-east-1', 's3', 'aws4_request']
  const signingKey = steps.reduce((keyHex, step) => mac('sha256', keyHex, step), hex(`AWS4${secret}`))
  assert.equal(fields['x-amz-signature'], mac('sha256', signingKey, fields.policy))
  const v2 = Buffer.from(mac('sha1', hex(secret), fields.policy), 'hex').toString('base64')
  assert.equal(fields.signature, v2)
  assert.equal(signV2(secret, fields.policy), v2)
})

test('a ticket has the nine names, none empty, and a policy that an S3 client can read', () => {
  const ticket = newTicket()
  assert.deepEqual(Object.keys(ticket.fields).sort(), [...ticketFieldNames].sort())
  assert.equal(ticketFieldNames.length, 9)
  for (const value of Object.values(ticket.fields)) assert.ok(typeof value === 'string' && value.length > 0)
  const policy = JSON.parse(Buffer.from(ticket.fields.policy, 'base64').toString())
  assert.equal(policy.expiration, '2026-03-01T11:00:00.000Z')
  assert.deepEqual(policy.conditions.slice(0, 2), [
    ['eq', '$key', key],
    ['content-length-range', 1, 1000],
  ])
  assert.match(ticket.fields['x-amz-date'], /^20260301T100000Z$/)
})

test('the SigV4 names, the SigV2 names, all of them, and either signature with key and policy alone are accepted', () => {
  const { fields, ticketId } = newTicket()
  const granted = {
    key,
    ticketId,
    sizeBytesMin: 1,
    sizeBytesMax: 1000,
    successActionStatus: 204,
    expiresAt: new Date('2026-03-01T11:00:00Z'),
  }
  assert.deepEqual(check(only(fields, v4Names)), granted)
  assert.deepEqual(check(only(fields, v2Names)), granted)
  assert.deepEqual(check(Object.entries(fields)), granted)
  assert.deepEqual(check(only(fields, ['key', 'policy', 'signature'])), granted)
  assert.deepEqual(check(only(fields, ['key', 'policy', 'x-amz-signature'])), granted)
})

test('property: order and case of the names, empty fields and fields we do not know change nothing', () => {
  const { fields } = newTicket()
  const pairs = fc.constantFrom(v4Names, v2Names, [...ticketFieldNames]).chain((names) => {
    const known = only(fields, names)
    return fc
      .array(
        fc.tuple(
          fc.string().map((text) => `x-${text}`),
          fc.string(),
        ),
        { maxLength: 5 },
      )
      .map((more) => new Map(more.filter(([name]) => !/^x-amz/i.test(name)).map(([n, v]) => [n.toLowerCase(), v])))
      .chain((more) => fc.shuffledSubarray([...known, ...more], { minLength: known.length + more.size }))
  })
  fc.assert(
    fc.property(pairs, fc.func(fc.boolean()), (shuffled, isUpper) => {
      const form = shuffled.map(([name, value]) => [isUpper(name) ? name.toUpperCase() : name, value] as const)
      assert.equal(check(form).key, key)
    }),
  )
})

test('property: a change of any character of key, policy or either signature is refused', () => {
  const { fields } = newTicket()
  const names = ['key', 'policy', 'x-amz-signature', 'signature'] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.nat(),
      fc.string({ maxLength: 2 }),
      fc.boolean(),
      (name, at, put, all) => {
        const old = fields[name]
        const position = at % old.length
        const changed = old.slice(0, position) + put + old.slice(position + 1)
        fc.pre(changed !== old)
        const sent = all ? Object.entries(fields) : only(fields, name === 'signature' ? v2Names : v4Names)
        const form = sent.map(([field, value]) => [field, field === name ? changed : value] as const)
        assert.throws(() => check(form), { name: 'Problem' })
      },
    ),
    { numRuns: 1000 },
  )
})

test('property: forms of nonsense are refused with a Problem, never another error', () => {
  const value = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64')),
  )
  const form = fc.record({ key: value, policy: value, signature: value, 'x-amz-signature': value })
  fc.assert(fc.property(form, (fields) => assert.throws(() => check(Object.entries(fields)), Problem)))
})

test('each refusal has the code and the status of S3', () => {
  const { fields } = newTicket()
  const other = createUploadTicket({
    secret: 'another',
    key,
    url,
    sizeBytesMax: 1,
    expiresAt: new Date(now.getTime() + 9),
    now,
  })
  const badPolicy = Buffer.from('{"expiration":1}').toString('base64')
  const deep = Buffer.from(`${'['.repeat(7000)}`).toString('base64')
  const cases: [string, number, Record<string, string>, Date?][] = [
    ['InvalidArgument', 400, {}],
    ['InvalidArgument', 400, { ...fields, key: '' }],
    ['InvalidArgument', 400, { ...fields, policy: '' }],
    ['AccessDenied', 403, { key, policy: fields.policy }],
    ['AccessDenied', 403, { ...fields, key: key.replace('rec', 'bin') }],
    ['AccessDenied', 403, { ...fields, 'x-amz-security-token': randomUUID() }],
    ['AccessDenied', 403, { ...fields, 'x-amz-date': '20260302T100000Z' }],
    ['AccessDenied', 403, fields, new Date('2026-03-01T11:00:00Z')],
    ['SignatureDoesNotMatch', 403, { ...fields, signature: 'AAAA' }],
    ['SignatureDoesNotMatch', 403, { ...fields, 'x-amz-signature': '0'.repeat(64) }],
    ['InvalidAccessKeyId', 403, { ...fields, AWSAccessKeyId: 'AKIA' }],
    ['InvalidAccessKeyId', 403, other.fields],
    ['InvalidPolicyDocument', 400, { ...fields, policy: 'x' }],
    ['InvalidPolicyDocument', 400, { ...fields, policy: badPolicy }],
    ['InvalidPolicyDocument', 400, { ...fields, policy: deep }],
    ['InvalidPolicyDocument', 400, { ...fields, policy: 'A'.repeat(100_000) }],
    ['InvalidArgument', 400, { ...fields, KEY: `${key}x` }],
  ]
  for (const [code, status, form, at] of cases) {
    try {
      check(Object.entries(form), at ?? now)
      assert.fail(`${code} was expected`)
    } catch (error) {
      const answer = renderS3Error(error, { resource: '/uploads', requestId: 'r1' })
      assert.equal(answer.status, status, `${code}: ${answer.body}`)
      assert.match(answer.body, new RegExp(`<Code>${code}</Code>`))
    }
  }
  assert.match(
    messageOf(() => check(Object.entries(fields), new Date('2027-01-01'))),
    /Policy expired/,
  )
})

test('further conditions of the policy hold', () => {
  const { fields } = newTicket([{ success_action_status: '201' }, ['starts-with', '$Content-Type', 'audio/']])
  const with201 = { ...fields, success_action_status: '201' }
  assert.equal(check(Object.entries({ ...with201, 'content-type': 'audio/wav' })).successActionStatus, 201)
  assert.throws(() => check(Object.entries({ ...with201, 'content-type': 'text/html' })), { code: 'AccessDenied' })
  assert.throws(() => check(Object.entries(with201)), { code: 'AccessDenied' })
  assert.throws(() => check(Object.entries({ ...fields, 'Content-Type': 'audio/x' })), { code: 'AccessDenied' })
})

test('success_action_status takes 200 and 201, and anything else is 204', () => {
  const { fields } = newTicket()
  const statusFor = (sent: string) =>
    check(Object.entries({ ...fields, success_action_status: sent })).successActionStatus
  assert.deepEqual(['200', '201', '204', '302', 'x', ''].map(statusFor), [200, 201, 204, 204, 204, 204])
})

test('sizes outside of the policy are refused', () => {
  const granted = check(Object.entries(newTicket().fields))
  checkUploadSize(granted, 1)
  checkUploadSize(granted, 1000)
  assert.throws(() => checkUploadSize(granted, 0), { code: 'EntityTooSmall', kind: 'invalid' })
  assert.throws(() => checkUploadSize(granted, 1001), { code: 'EntityTooLarge', kind: 'too_large' })
})

test('the XML of a refusal escapes what it repeats, and tells nothing of unexpected errors', () => {
  const hostile = '/uploads/<script>&"\'\u0000\ud800]]>'
  const { body, contentType } = renderS3Error(refuseUpload('AccessDenied', 'a < b'), {
    resource: hostile,
    requestId: '1',
  })
  assert.equal(contentType, 'application/xml')
  assert.match(body, /<Resource>\/uploads\/&lt;script&gt;&amp;&quot;&apos;\ufffd\ufffd\]\]&gt;<\/Resource>/)
  assert.match(body, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>AccessDenied<\/Code><Message>a &lt; b</)
  const unexpected = renderS3Error(new Error('password=hunter2'), { resource: '/', requestId: '1' })
  assert.equal(unexpected.status, 500)
  assert.doesNotMatch(unexpected.body, /hunter2/)
  const full = new Problem('too_large', 'object_too_large', 'The file is too large.')
  assert.match(renderS3Error(full, { resource: '/', requestId: '1' }).body, /<Code>EntityTooLarge</)
})

test('success answers as S3 does', () => {
  const file = { url, key, etag: 'abc' }
  assert.deepEqual(renderS3Success(204, file), { status: 204, contentType: null, body: '' })
  assert.deepEqual(renderS3Success(200, file), { status: 200, contentType: null, body: '' })
  const created = renderS3Success(201, file)
  assert.match(
    created.body,
    new RegExp(`<PostResponse><Location>${url}/${key}</Location>.*<ETag>&quot;abc&quot;</ETag>`),
  )
})

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}
