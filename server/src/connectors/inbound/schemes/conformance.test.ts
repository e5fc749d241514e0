// What every scheme must do: take what its publisher shows, and nothing that differs from it.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { schemes } from '../schemes.ts'
import type { InboundScheme } from '../shapes.ts'
import { requestOf, type Sample, samples, schemeOf } from './samples.ts'

const mutationsEach = 4000

const isProven = (sample: Sample, change: Parameters<typeof requestOf>[1] = {}, secret = sample.secret) =>
  schemeOf(sample).isProven(requestOf(sample, change), secret, sample.settings)

const flip = (bytes: Buffer, bit: number) => {
  const changed = Buffer.from(bytes)
  const index = Math.floor(bit / 8) % changed.length
  changed[index] = (changed[index] as number) ^ (1 << (bit % 8))
  return changed
}

/** Another text, by one step that people or programs make. */
const changed = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.constantFrom('drop', 'double', 'swap', 'insert', 'cut', 'all'), fc.string())
    .map(([at, how, word]) => {
      const other = word || 'x'
      if (how === 'drop') return text.slice(0, at) + text.slice(at + 1)
      if (how === 'double') return text.slice(0, at) + text.slice(at - 1)
      if (how === 'insert') return text.slice(0, at) + other + text.slice(at)
      if (how === 'cut') return text.slice(0, at)
      if (how === 'all') return `${text}, ${text}`
      const [a = '', b = ''] = [text[at], text[at + 1]]
      return `${text.slice(0, at)}${b}${a}${text.slice(at + 2)}`
    })
    .filter((one) => one !== text)

/** What no proof is expected to cover: of Microsoft's and of a shared secret the body, whose words are not signed. */
const signsBody = ({ scheme }: Sample) => scheme !== 'microsoft-graph' && scheme !== 'shared-secret'

const canBeSecret = (scheme: InboundScheme, secret: string): boolean => {
  try {
    scheme.checkSecret?.(secret)
    return true
  } catch {
    return false
  }
}

test('every scheme has a sample', () => {
  assert.deepEqual([...new Set(samples.map(({ scheme }) => scheme))].sort(), schemes.map(({ name }) => name).sort())
})

for (const sample of samples) {
  describe(`${sample.scheme} (${sample.source})`, () => {
    const scheme = schemeOf(sample)
    const proof = Object.keys(sample.headers).filter((name) => !sample.unsigned.includes(name))

    test('takes what is published, and reads what it says', () => {
      const request = requestOf(sample)
      assert.equal(isProven(sample), true)
      assert.equal(scheme.sentAtMs(request, sample.settings), sample.sentAtMs)
      assert.deepEqual(scheme.facts(request, sample.settings), sample.facts)
    })

    test('takes nothing under another secret', () => {
      fc.assert(
        fc.property(changed(sample.secret), (secret) => !canBeSecret(scheme, secret) || !isProven(sample, {}, secret)),
        { numRuns: 500 },
      )
      assert.equal(isProven(sample, {}, ''), false)
    })

    test(`refuses each of ${mutationsEach} changed bodies`, { skip: !signsBody(sample) }, () => {
      const bytes = Buffer.from(sample.body)
      const other = fc.oneof(
        fc.nat(bytes.length * 8 - 1).map((bit) => flip(bytes, bit)),
        changed(sample.body).map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given)),
      )
      fc.assert(
        fc.property(other, (body) => body.equals(bytes) || !isProven(sample, { bytes: body })),
        { numRuns: mutationsEach },
      )
    })

    for (const name of proof) {
      test(`refuses each of ${mutationsEach} changed ${name}`, () => {
        const given = sample.headers[name] as string
        fc.assert(
          fc.property(changed(given), (text) => {
            // Hexadecimal in capitals is the same number; a Standard Webhooks header is a list.
            if (text.toLowerCase() === given.toLowerCase() || text.split(' ').includes(given)) return true
            return !isProven(sample, { headers: { ...sample.headers, [name]: text } })
          }),
          { numRuns: mutationsEach },
        )
      })

      test(`refuses a missing, an empty and a doubled ${name}`, () => {
        const { [name]: given, ...others } = sample.headers
        // As Node hands over a header that came twice. Where it is a list by its publisher's word, it is one.
        const doubled = name === 'svix-signature' ? [] : [`${given}, ${given}`, [given, given]]
        for (const value of ['', ...doubled]) {
          const headers = { ...others, [name]: value } as Sample['headers']
          assert.equal(isProven(sample, { headers }), false)
        }
        assert.equal(isProven(sample, { headers: others }), false)
      })
    }

    test('reads any request without failing', () => {
      const headers = fc.dictionary(fc.constantFrom(...proof, ...sample.unsigned, 'x-other'), fc.string())
      fc.assert(
        fc.property(headers, fc.oneof(fc.json(), fc.string()), (given, body) => {
          const request = requestOf(sample, { headers: given, body })
          const { id, kind } = scheme.facts(request, sample.settings)
          const atMs = scheme.sentAtMs(request, sample.settings)
          assert.ok(id === null || /^[\x21-\x7e]{1,207}$/.test(id))
          assert.ok(kind === null || (kind.length <= 100 && !/\p{Cc}/u.test(kind)))
          assert.ok(atMs === null || typeof atMs === 'number')
          assert.equal(typeof isProven(sample, { headers: given, body }), 'boolean')
          assert.ok(typeof (scheme.answerProven?.(request) ?? null) === 'object')
        }),
        { numRuns: 1000 },
      )
    })

    test('never keeps a header that proves', () => {
      const secretive = ['authorization', 'signature', 'secret', 'token']
      for (const name of scheme.keptHeaders(sample.settings)) {
        assert.equal(name, name.toLowerCase())
        assert.ok(!/signature(?!-timestamp)/.test(name) && !secretive.includes(name), name)
      }
    })
  })
}

test('no scheme compares by itself: what leaks time is in one place', () => {
  const folder = import.meta.dirname
  for (const file of readdirSync(folder).filter((name) => !/test|samples/.test(name))) {
    const source = readFileSync(join(folder, file), 'utf8')
    assert.doesNotMatch(source, /createHmac|timingSafeEqual|digest\(|[=!]== secret\b(?!\.)/, file)
  }
  assert.match(readFileSync(join(folder, '../proofs.ts'), 'utf8'), /return equalSecret\(mac\.digest\(encoding\)/)
})
