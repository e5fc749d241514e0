import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeText } from './text-encoding.ts'

const text = 'filename,agent_name\nnaïve.wav,Zoë "€"\n'

test('each encoding is told, with and without its mark', () => {
  const le = Buffer.from(text, 'utf16le')
  const be = Buffer.from(le).swap16()
  const all: [Uint8Array, string][] = [
    [Buffer.from(text), 'utf-8'],
    [Buffer.from(`\ufeff${text}`), 'utf-8'],
    [Buffer.concat([Buffer.of(0xff, 0xfe), le]), 'utf-16le'],
    [Buffer.concat([Buffer.of(0xfe, 0xff), be]), 'utf-16be'],
    [le, 'utf-16le'],
    [be, 'utf-16be'],
    [Buffer.from(text.replace('€', '\x80'), 'latin1'), 'windows-1252'],
  ]
  for (const [bytes, encoding] of all) assert.deepEqual(decodeText(bytes), { text, encoding })
  assert.deepEqual(decodeText(Buffer.alloc(0)), { text: '', encoding: 'utf-8' })
})

test('any bytes are some well-formed text, and UTF-8 stays what it is', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => decodeText(bytes).text.isWellFormed()))
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (sent) => {
      if (!sent.includes('\0') && !sent.startsWith('\ufeff')) assert.equal(decodeText(Buffer.from(sent)).text, sent)
    }),
  )
})
