import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUrlencoded, readBody } from '../platform/http/body.ts'
import { fieldsOf, looseObject, takeOrgId } from './flexible-body.ts'

const bytes = (text: string) => Buffer.from(text)
const body = (text: string, contentType?: string) => readBody(bytes(text), contentType).fields

test('objects and lists may come as text, encoded once or twice', () => {
  const email = { email: 'a@b' }
  for (const value of [
    email,
    JSON.stringify(email),
    JSON.stringify(JSON.stringify(email)),
    ` ${JSON.stringify(email)}\n`,
  ]) {
    assert.deepEqual(looseObject(value, 'metadata'), email)
  }
  for (const value of [undefined, null, '', ' ', 'null'.slice(4)]) assert.deepEqual(looseObject(value, 'metadata'), {})
  for (const value of [[], '[]', 5, true, 'text', "{'python': 1}"]) {
    assert.throws(() => looseObject(value, 'metadata'), { kind: 'invalid', detail: /^metadata / })
  }
})

test('text of objects has the same limits as a body', () => {
  for (const depth of [65, 10_000]) {
    assert.throws(() => looseObject(`{"a":${'['.repeat(depth)}`, 'metadata'), { code: 'too_deep' })
  }
  assert.equal(fieldsOf({}).take('constructor'), undefined)
})

test('fields are found under any spelling, earlier sources count, and nothing is lost', () => {
  const fields = fieldsOf(
    { agentEmail: 'a@b', 'Date Of Call': 'x', channel: 1 },
    { AGENT_EMAIL: 'c@d', 'date-of-call': 'x', channel: 2, none: null },
  )
  assert.equal(fields.take('email', 'agent_email'), 'a@b')
  assert.equal(fields.take('date_of_call'), 'x')
  assert.equal(fields.take('date_of_call'), undefined)
  assert.deepEqual(fields.rest(), { channel: 1, AGENT_EMAIL: 'c@d', 'channel (2)': 2 })
})

test('org_id under its names', () => {
  for (const name of ['org_id', 'orgID', 'OrgID', 'orgId', 'organisation_id', 'organization_id', 'ORG-ID']) {
    assert.equal(takeOrgId(fieldsOf({ [name]: ' x1 ' })), 'x1')
  }
  assert.equal(takeOrgId(fieldsOf({ org_id: 7 })), '7')
  assert.equal(takeOrgId(fieldsOf({ org_id: '' })), null)
  assert.throws(() => takeOrgId(fieldsOf({ org_id: {} })), { code: 'invalid_org_id' })
})

test('property: a body survives being sent as JSON, and as a form of JSON texts', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter((text) => !/[\0[]|^__proto__$/.test(text) && text.isWellFormed())
  const value = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.parse(JSON.stringify(json)))
  const isClean = (json: string) => !/\\u0000|__proto__|\\ud/i.test(json)
  fc.assert(
    fc.property(fc.dictionary(name, value), (sent) => {
      const json = JSON.stringify(sent)
      fc.pre(isClean(json))
      assert.deepEqual(body(json), JSON.parse(json))
      const form = Object.entries(sent)
        .filter(([key]) => key !== 'tags')
        .map(([key, one]) => [key, JSON.stringify(one)] as [string, string])
      fc.pre(form.length > 0)
      assert.deepEqual(fromUrlencoded(new URLSearchParams(form).toString()).fields, Object.fromEntries(form))
    }),
  )
})
