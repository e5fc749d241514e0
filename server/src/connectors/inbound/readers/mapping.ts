// From a body in another system's words to the fields that our own doors take: which place holds which field.

import { Type } from 'typebox'
import { readBody } from '../../../platform/http/body.ts'
import { Problem } from '../../../platform/problem.ts'
import { isPointer, pointerPattern, valueAt } from '../json-pointer.ts'
import { type Fields, objectOf } from '../proofs.ts'
import type { Settings } from '../shapes.ts'

const namesMax = 100
const pointer = Type.String({ pattern: pointerPattern, maxLength: 500 })
const pointers = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 200 }), pointer, { maxProperties: namesMax, description })
const scalar = Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean(), Type.Null()])

export const mappingSettings = Type.Object({
  kind: Type.Union([Type.Literal('call'), Type.Literal('chat')]),
  when: Type.Optional(
    Type.Record(Type.String({ pattern: pointerPattern, maxLength: 500 }), Type.Array(scalar, { maxItems: 100 }), {
      maxProperties: 20,
      description: 'Places in the body (JSON Pointer, RFC 6901), and what may stand there. Other messages are ignored',
    }),
  ),
  fields: pointers('Fields as `POST /v1/calls/upload` and `POST /v1/chats/upload` take them, and where each stands'),
  constants: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown(), {
      maxProperties: namesMax,
      description: 'Fields that are the same for every message, unless it has its own',
    }),
  ),
  message_fields: Type.Optional(
    pointers('Of a chat: where in each of `messages` its `sender`, `message` and `timestamp` stand'),
  ),
})

export type Mapping = {
  kind: 'call' | 'chat'
  when?: Record<string, unknown[]>
  fields: Record<string, string>
  constants?: Fields
  message_fields?: Record<string, string>
}

/** What the schema cannot say of names. @throws Problem('invalid') */
export function checkMapping(settings: Settings): void {
  const { kind, when = {}, fields, message_fields } = settings as Mapping
  const refuse = (field: string, issue: string) => {
    const facts = { field: `reader_settings.${field}`, issue }
    throw new Problem('invalid', 'invalid_settings', `reader_settings.${field}: ${issue}.`, { facts })
  }
  const bad = Object.keys(when).find((one) => !isPointer(one))
  if (bad !== undefined) refuse('when', 'must name places in the body, such as /event/type')
  const names = Object.keys(fields)
  if (kind === 'call' && !names.includes('file_url')) refuse('fields', 'must say where file_url stands')
  if (kind === 'chat' && !names.includes('messages')) refuse('fields', 'must say where messages stand')
  if (kind === 'call' && message_fields) refuse('message_fields', 'is for chats alone')
}

/** @throws Problem('invalid') for a body that is neither JSON nor a form, or not UTF-8 */
export const readMessageBody = (body: Buffer, contentType: string | undefined): Fields =>
  readBody(body, contentType).fields

/** Whether the message is one of those that are wanted; else where it differs. */
export function unwantedAt(body: Fields, { when = {} }: Mapping): string | null {
  const differs = Object.entries(when).find(([place, wanted]) => !wanted.includes(valueAt(body, place) as never))
  return differs?.[0] ?? null
}

/** What is not there is left out. */
export function mapped(body: Fields, { fields, constants = {}, message_fields: inner }: Mapping): Fields {
  const found: Fields = { ...constants, ...pick(body, fields) }
  if (!inner || !Array.isArray(found.messages)) return found
  return { ...found, messages: found.messages.map((one) => pick(objectOf(one), inner)) }
}

const pick = (body: Fields, places: Record<string, string>): Fields =>
  Object.fromEntries(
    Object.entries(places).flatMap(([name, place]) => {
      const value = valueAt(body, place)
      return value === undefined || value === null ? [] : [[name, value]]
    }),
  )
