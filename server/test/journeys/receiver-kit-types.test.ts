// The kit's types of events are those of the catalogue: as types (the compiler checks the first part), and as text.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { sdkEventTypes } from '../../../scripts/sdk-events.ts'
import type { Thinned } from '../../../sdk/src/events.gen.ts'
import type { WebhookEvent, WebhookEventOf, WebhookEventType } from '../../../sdk/src/index.ts'
import { catalog, type DataOf, type MessageType } from '../../src/events/catalog/catalog.ts'

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Sent<Type extends MessageType> = DataOf<Type> & Thinned
/** Of each type of event, whether its data are the same on both sides. */
type Agreement = { [Type in MessageType]: IsSame<WebhookEventOf<Type>['data'], Sent<Type>> }

const namesAgree: IsSame<WebhookEventType, MessageType> = true
const dataAgree: IsSame<Agreement[MessageType], true> = true

test('the kit knows each event of the catalogue, with its data', () => {
  assert.ok(namesAgree && dataAgree)
  const written = readFileSync(resolve(import.meta.dirname, '../../../sdk/src/events.gen.ts'), 'utf8')
  assert.equal(written, sdkEventTypes(catalog), 'Run `npm run generate`.')
  for (const { type } of catalog) assert.ok(written.includes(`'${type}': Envelope<'${type}', `), type)
})

test('events are told apart by their type', () => {
  const about = (event: WebhookEvent): string => {
    switch (event.type) {
      case 'call.completed':
        return event.data.call_id
      case 'chat.completed':
        return event.data.chat_id
      default:
        return event.data.links.self
    }
  }
  const completed = catalog.find(({ type }) => type === 'call.completed')
  assert.equal(about({ type: 'call.completed', data: completed?.example } as WebhookEvent), completed?.example.call_id)
})

test('a schema that the writer of types does not know is no type, but an error', () => {
  const [first] = catalog
  assert.ok(first)
  const odd = { ...first, data: { type: 'object', properties: { at: { type: 'tuple' } } } }
  assert.throws(() => sdkEventTypes([odd as unknown as typeof first]), /No type is known/)
})
