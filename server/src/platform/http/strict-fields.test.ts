import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { strictFields } from './strict-fields.ts'

const oneOf = (...values: string[]) => Type.Union(values.map((value) => Type.Literal(value)))
const schema = Type.Object({
  name: Type.String(),
  kind: Type.Optional(oneOf('call', 'chat')),
  mood: Type.Optional(Type.Union([Type.Unsafe<string>(Type.String({ enum: ['good', 'bad'] })), Type.Null()])),
  settings: Type.Optional(Type.Object({ url: Type.String() })),
})

test('a refusal names the field, however deep, and what it may be', () => {
  const refused = (fields: Record<string, unknown>, detail: RegExp) =>
    assert.throws(
      () => strictFields(schema, fields),
      (error: Error) => detail.test(error.message),
      JSON.stringify(fields),
    )
  refused({}, /^name: is required\.$/)
  refused({ name: 'x', settings: {} }, /^settings\/url: is required\.$/)
  refused({ name: 'x', kind: 'letter' }, /^kind: must be one of call, chat\.$/)
  refused({ name: 'x', mood: 'fair' }, /^mood: must be one of good, bad\.$/)
  refused({ name: 7 }, /^name: must be string\.$/)
  refused({ name: 'x', nome: 'y' }, /^nome: is not known here\. Send name, kind, mood, settings\.$/)
  assert.deepEqual(strictFields(schema, { name: 'x', mood: null }), { name: 'x', mood: null })
})
