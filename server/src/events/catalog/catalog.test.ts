import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import { asyncApi, exampleOf } from './asyncapi.ts'
import { catalog, eventFilters, eventTypes, filtersOf, isEventFilter } from './catalog.ts'
import { eventsMarkdown } from './events-page.ts'

const root = resolve(import.meta.dirname, '../../../..')
// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes; the assertions tell what it must be
type Json = any

test('each event has a name of its own, a subject that its data has, and an example of its own schema', () => {
  const names = catalog.map(({ type }) => type)
  assert.equal(new Set(names).size, names.length)
  for (const { type, version, scope, description, subject, data, example } of catalog) {
    assert.match(type, /^[a-z]+\.[a-z_]+$/)
    assert.match(version, /^[1-9]\d*$/)
    assert.match(description, /^[A-Z].+\.$/, type)
    assert.ok(['conversation', 'organisation', 'endpoint'].includes(scope))
    assert.ok(Object.hasOwn(data.properties, subject), `${type} has no ${subject}`)
    assert.deepEqual([...Value.Errors(data, example)], [], type)
    assert.deepEqual(Object.keys(example).sort(), Object.keys(data.properties).sort(), type)
    assert.ok(!Value.Check(data, {}), `the schema of ${type} takes anything`)
  }
})

test('what is sent on demand cannot be subscribed to', () => {
  for (const { type, scope } of catalog) {
    assert.equal(isEventFilter(type), scope !== 'endpoint', type)
    assert.equal((eventTypes as readonly string[]).includes(type), scope !== 'endpoint', type)
  }
  assert.ok(!eventFilters.has('webhook.*'))
  assert.deepEqual(filtersOf('alert.opened'), ['alert.opened', 'alert.*', '*'])
})

test('the document has the parts that AsyncAPI 3.0 asks for, and its references lead somewhere', () => {
  const document: Json = JSON.parse(JSON.stringify(asyncApi('1.2.3')))
  assert.equal(document.asyncapi, '3.0.0')
  assert.equal(document.info.version, '1.2.3')
  const at = (ref: string): Json =>
    ref
      .slice(2)
      .split('/')
      .reduce((place: Json, key) => place?.[key], document)
  let refs = 0
  const walk = (value: Json, where: string) => {
    if (value === null || typeof value !== 'object') return
    if (typeof value.$ref === 'string') {
      refs += 1
      assert.match(value.$ref, /^#\//)
      assert.ok(at(value.$ref), `${where}: ${value.$ref}`)
    }
    for (const [key, one] of Object.entries(value)) walk(one, `${where}.${key}`)
  }
  walk(document, '')
  assert.ok(refs > catalog.length * 3)
  // AsyncAPI 3.0: keys of components.
  for (const kind of Object.values<Json>(document.components)) {
    for (const key of Object.keys(kind)) assert.match(key, /^[\w.-]+$/)
  }
  for (const [name, { action, channel }] of Object.entries<Json>(document.operations)) {
    assert.equal(action, name === 'receiveFromStream' ? 'receive' : 'send', name)
    assert.match(channel.$ref, /^#\/channels\/\w+$/)
  }
  for (const { type, scope } of catalog) {
    assert.ok(document.channels.webhook.messages[type])
    assert.equal(Boolean(document.channels.stream.messages[type]), scope !== 'endpoint', type)
    const { payload, examples } = document.components.messages[type]
    const [envelope, own] = payload.allOf.map((one: Json) => (one.$ref ? at(one.$ref) : one))
    const data = at(own.properties.data.$ref)
    for (const { payload: shown } of examples) {
      assert.deepEqual([...Value.Errors(envelope, shown)], [], type)
      assert.deepEqual([...Value.Errors(data, shown.data)], [], type)
    }
  }
})

test('the page names every event with its fields, and its example is one', () => {
  const page = eventsMarkdown()
  for (const { type, description, data } of catalog) {
    assert.ok(page.includes(`| \`${type}\` | ${description} |`), type)
    for (const name of Object.keys(data.properties)) assert.ok(page.includes(`| \`${name}\` |`), `${type} ${name}`)
  }
  const shown = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text as string))
  assert.deepEqual(shown[0], exampleOf(catalog.find(({ type }) => type === 'call.completed') as (typeof catalog)[0]))
  const listed = [...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` \|/gm)].map(([, type]) => type)
  assert.deepEqual(listed, [...new Set(listed)])
  assert.deepEqual([...listed].sort(), catalog.map(({ type }) => type).sort())
})

test('both are written down as they are here', () => {
  const { info } = JSON.parse(readFileSync(resolve(root, 'asyncapi.json'), 'utf8'))
  const written = readFileSync(resolve(root, 'asyncapi.json'), 'utf8')
  assert.equal(written, `${JSON.stringify(asyncApi(info.version), null, 2)}\n`, 'run npm run generate')
  assert.equal(readFileSync(resolve(root, 'docs/events.md'), 'utf8'), eventsMarkdown(), 'run npm run generate')
})
