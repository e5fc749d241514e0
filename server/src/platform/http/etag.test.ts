import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { etagHeader, requireMatch, type Version, versionOf } from './etag.ts'

const given = (tag: string | undefined) => ({ headers: { 'if-match': tag } })

test('what was read matches as long as nothing of it is another, however a client writes the tag', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (read, now) => {
      const version = versionOf({ state: now })
      const { ETag } = etagHeader(versionOf({ state: read }))
      const isSame = JSON.stringify(read) === JSON.stringify(now)
      for (const tag of [ETag, `W/${ETag}`, `"x", ${ETag}`, ` ${ETag.slice(1, -1)} `]) {
        if (isSame) requireMatch(given(tag), 'thing', version)
        else assert.throws(() => requireMatch(given(tag), 'thing', version), { code: 'changed_meanwhile' })
      }
    }),
  )
})

test('a refusal says what it is now; without the header, or with a star, any state will do', () => {
  const versions: Version[] = [{ revision: 7 }, versionOf({ name: 'Care' })]
  for (const now of versions) {
    const thing = { ...now, secret: 'x' }
    for (const tag of [undefined, '*', '"x", *', etagHeader(now).ETag]) requireMatch(given(tag), 'thing', now)
    for (const tag of ['', '""', '"x"', '"*"', '"77"', ',,,', '"'.repeat(60_000)]) {
      assert.throws(
        () => requireMatch(given(tag), 'thing', thing),
        { kind: 'conflict', code: 'changed_meanwhile', facts: now },
        tag.slice(0, 10),
      )
    }
  }
})
