// Tags that two people change at once. What else becomes of tags: test/journeys/annotations.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../test/harness.ts'
import { person, startSideDoor } from '../../../test/side-door.ts'
import { tagColours } from './tags.ts'

const { indaba, door } = await startSideDoor()

test('a tag is not overwritten by who read it before somebody else changed it', async () => {
  const { orgId } = await indaba.customer()
  const [one, other] = [person(orgId, 'admin'), person(orgId, 'supervisor')]
  const made = await door.ask(one, 'POST', '/v1/tags', { name: 'Refund', colour: tagColours[0] })
  assert.deepEqual([made.status, made.headers.get('etag')], [201, `"${made.body.etag}"`])
  const path = `/v1/tags/${made.body.id}`
  const listed = async () =>
    (await door.ask(other, 'GET', '/v1/tags')).body.tags.find((tag: Json) => tag.id === made.body.id)
  assert.equal((await listed()).etag, made.body.etag)

  const patch = (by: typeof one, body: object, etag: string) => door.ask(by, 'PATCH', path, body, { 'if-match': etag })
  const both = await Promise.all([
    patch(one, { colour: tagColours[1] }, made.body.etag),
    patch(other, { colour: tagColours[2] }, made.body.etag),
  ])
  const [won, lost] = both.sort((a, b) => a.status - b.status)
  assert.deepEqual([won?.status, lost?.status, lost?.body.error.code], [200, 409, 'CHANGED_MEANWHILE'])
  const now = await listed()
  assert.deepEqual([now.colour, now.etag], [won?.body.colour, won?.body.etag])

  const late = await patch(other, { name: 'Money back' }, made.headers.get('etag') ?? '')
  assert.deepEqual([late.status, late.body.error.details], [409, { etag: now.etag }])
  assert.equal((await patch(other, { name: 'Money back' }, `"${now.etag}"`)).body.name, 'Money back')
  assert.equal(
    (await door.ask(one, 'PATCH', path, { colour: tagColours[3] })).status,
    200,
    'whoever does not ask overwrites',
  )
})
