import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Type } from 'typebox'
import { okWithEtag } from './etag.ts'
import { openApi } from './openapi.ts'
import { pageSize, readCursor, writeCursor } from './paging.ts'
import { apiDocument, referenceRoutes } from './reference.ts'
import { ok, route } from './route.ts'

type Operation = {
  parameters: { name: string; in: string; required: boolean; description?: string }[]
  requestBody: { content: object }
  responses: object
  deprecated?: boolean
}
type Document = { paths: Record<string, { post: Operation }> }

const thing = route({
  method: 'POST',
  paths: ['/v1/things/:id/parts', '/things/:id/old'],
  summary: 'Add a part',
  tag: 'Things',
  auth: 'calls:read',
  params: Type.Object({ id: Type.String({ description: 'Which thing' }) }),
  query: Type.Object({ dry: Type.Optional(Type.Boolean()), by: Type.String() }),
  body: Type.Object({ name: Type.String() }),
  bodyKinds: ['json', 'multipart'],
  answers: { 201: { description: 'Made', schema: Type.Object({ id: Type.String() }) } },
  handle: async () => ok(null),
})

test('the API reference tells of a route what the server knows of it', () => {
  const { paths } = openApi([thing], { title: 't', version: '1', description: '' }) as Document
  const { post } = paths['/v1/things/{id}/parts'] as { post: Operation }
  assert.deepEqual(
    post.parameters.map(({ name, in: place, required }) => [name, place, required]),
    [
      ['id', 'path', true],
      ['dry', 'query', false],
      ['by', 'query', true],
      ['Idempotency-Key', 'header', false],
    ],
  )
  assert.equal(post.parameters[0]?.description, 'Which thing')
  assert.deepEqual(Object.keys(post.requestBody.content), ['application/json', 'multipart/form-data'])
  assert.deepEqual(Object.keys(post.responses), ['201', 'default'])
  assert.equal(post.deprecated, undefined)
  assert.equal(paths['/things/{id}/old']?.post.deprecated, true)
  JSON.stringify(apiDocument([thing], '1'))
})

test('the reference page loads only what the server itself serves', async () => {
  const routes = referenceRoutes([thing], '1')
  const call = (index: number, params = {}) => routes[index]?.handle({ params } as never)
  const page = await call(1)
  const links = [...String(page?.body).matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => found[1] as string)
  assert.equal(links.length, 3)
  for (const link of links) {
    const served = await call(2, { file: link.replace('/docs/', '') })
    assert.ok(String(served?.body).length > 50, link)
  }
  for (const file of ['../package.json', 'constructor', '__proto__', 'index.html', '']) {
    await assert.rejects(async () => call(2, { file }), { code: 'not_found' })
  }
})

test('an ETag stands for its content, and is recognised as clients send it back', () => {
  const etagOf = (body: unknown) => okWithEtag({ headers: {} }, body).headers?.ETag as string
  fc.assert(fc.property(fc.json(), fc.json(), (a, b) => assert.equal(etagOf(a) === etagOf(b), a === b)))
  const etag = etagOf({ a: 1 })
  for (const known of [etag, `"x", ${etag}`, '*', ` ${etag} `]) {
    assert.deepEqual(okWithEtag({ headers: { 'if-none-match': known } }, { a: 1 }), {
      status: 304,
      headers: { ETag: etag },
    })
  }
  for (const other of ['', '"x"', etag.slice(0, -2)]) {
    assert.equal(okWithEtag({ headers: { 'if-none-match': other } }, { a: 1 }).status, 200)
  }
})

test('cursors come back as they were, and nothing else is taken for one', () => {
  const isAny = (value: unknown): value is object => typeof value === 'object' && value !== null
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (one) =>
      assert.deepEqual(readCursor(writeCursor(one), isAny), JSON.parse(JSON.stringify(one))),
    ),
  )
  fc.assert(
    fc.property(fc.string(), (given) => {
      assert.throws(() => readCursor(given, (value): value is object => isAny(value) && 'q' in value), {
        code: 'invalid_cursor',
      })
    }),
  )
  assert.deepEqual([pageSize(), pageSize(1), pageSize(200), pageSize(10 ** 12)], [50, 1, 200, 200])
})
