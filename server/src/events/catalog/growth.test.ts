import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { type TSchema, Type } from 'typebox'
import { asyncApi } from './asyncapi.ts'
import { oneOf, orNull } from './declaration.ts'
import { brokenPromises, type JsonSchema } from './growth.ts'

const document = (schema: TSchema) => ({ components: { schemas: { 'x-1': JSON.parse(JSON.stringify(schema)) } } })
const from = (before: TSchema, after: TSchema) => brokenPromises(document(before), document(after))
const text = Type.String()

test('what is published now is kept', () => {
  const published = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../../asyncapi.json'), 'utf8'))
  assert.ok(Object.keys(published.components.schemas).length > 20)
  assert.deepEqual(brokenPromises(published, JSON.parse(JSON.stringify(asyncApi('1')))), [])
})

test('fields may be added, and what is told may become narrower', () => {
  const before = Type.Object({ a: orNull(text), n: Type.Number(), more: Type.Optional(text) })
  assert.deepEqual(from(before, Type.Object({ ...before.properties, b: text, c: Type.Optional(text) })), [])
  assert.deepEqual(from(before, Type.Object({ a: text, n: Type.Integer(), more: text })), [])
  assert.deepEqual(from(before, Type.Object({ a: orNull(text, 'told in other words'), n: oneNumber, more: text })), [])
  const link = Type.Object({ links: Type.Object({ self: text }) })
  assert.deepEqual(from(link, Type.Object({ links: Type.Object({ self: text, other: text }) })), [])
})
const oneNumber = Type.Integer({ minimum: 5 })

test('whatever a receiver could rely on and could not any more is named', () => {
  const cases: [TSchema, TSchema, string][] = [
    [Type.Object({ a: text }), Type.Object({}), 'x-1.a is gone'],
    [Type.Object({ a: text }), Type.Object({ b: text }), 'x-1.a is gone'],
    [Type.Object({ a: text }), Type.Object({ a: Type.Optional(text) }), 'x-1.a can be missing now'],
    [Type.Object({ a: text }), Type.Object({ a: orNull(text) }), 'x-1.a can be null now'],
    [Type.Object({ a: text }), Type.Object({ a: Type.Integer() }), 'x-1.a was string and is integer'],
    [Type.Object({ a: Type.Integer() }), Type.Object({ a: Type.Number() }), 'x-1.a was integer and is number'],
    [Type.Object({ a: oneOf(['x', 'y']) }), Type.Object({ a: oneOf(['x', 'z']) }), 'x-1.a can be z now'],
    [Type.Object({ a: oneOf(['x']) }), Type.Object({ a: text }), 'x-1.a can be anything now'],
    [Type.Object({ a: Type.Array(text) }), Type.Object({ a: Type.Array(orNull(text)) }), 'x-1.a[] can be null now'],
    [
      Type.Object({ a: orNull(Type.Object({ code: text })) }),
      Type.Object({ a: orNull(Type.Object({ kind: text })) }),
      'x-1.a.code is gone',
    ],
    [
      Type.Object({ a: Type.Record(text, Type.Integer()) }),
      Type.Object({ a: Type.Record(text, text) }),
      'x-1.a.* was integer and is string',
    ],
    [Type.Object({ a: Type.String({ format: 'uuid' }) }), Type.Object({ a: text }), 'x-1.a is no uuid any more'],
    [
      Type.Object({ a: Type.Integer({ minimum: 0 }) }),
      Type.Object({ a: Type.Integer() }),
      'x-1.a can be less than 0 now',
    ],
  ]
  for (const [before, after, expected] of cases) assert.deepEqual(from(before, after), [expected])
})

test('an event that is gone is named', () => {
  const next = document(text)
  assert.deepEqual(brokenPromises({ components: { schemas: { ...next.components.schemas, 'y-1': {} } } }, next), [
    'y-1 is gone',
  ])
})

test('of every field of every event: taken away, made optional or null, it is noticed', () => {
  const whole = () =>
    JSON.parse(JSON.stringify(asyncApi('1'))) as { components: { schemas: Record<string, JsonSchema> } }
  let tried = 0
  for (const [name, { properties = {}, required = [] }] of Object.entries(whole().components.schemas)) {
    for (const field of Object.keys(properties)) {
      const changed = (change: (schema: Required<Pick<JsonSchema, 'properties' | 'required'>>) => void) => {
        const next = whole()
        change(next.components.schemas[name] as Required<Pick<JsonSchema, 'properties' | 'required'>>)
        return brokenPromises(whole(), next)
      }
      const gone = changed((schema) => delete schema.properties[field])
      assert.deepEqual(gone, [`${name}.${field} is gone`])
      if (required.includes(field)) {
        const optional = changed((schema) => {
          schema.required = schema.required.filter((one) => one !== field)
        })
        assert.deepEqual(optional, [`${name}.${field} can be missing now`])
      }
      const number = changed((schema) => {
        schema.properties[field] = { type: 'neither' }
      })
      assert.equal(number.length, 1, `${name}.${field}`)
      tried += 1
    }
  }
  assert.ok(tried > 300, String(tried))
})
