import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { contentsKind } from './contents-kind.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

function told(head: Uint8Array): string {
  try {
    return contentsKind(head)
  } catch (err) {
    assert.ok(err instanceof Problem && err.kind === 'invalid')
    return `${err.code}: ${err.detail}`
  }
}

test('a ZIP, also an empty or a spanned one', () => {
  for (const head of ['PK\x03\x04\x14\0', 'PK\x05\x06\0\0', 'PK\x07\x08PK\x03\x04'])
    assert.equal(told(bytes(head)), 'zip')
})

test('lists, whatever their encoding', () => {
  const utf16 = Buffer.from('\ufefffilename,agent\r\n', 'utf16le')
  const heads = [
    bytes('filename,agent_name\r\n'),
    Buffer.from('\ufefffilename;agent\n"Zoë";x'),
    utf16,
    Buffer.from(utf16).swap16(),
    Buffer.from('filename\tagent\nZo\xeb\tx\n\x1a', 'latin1'),
    bytes('[{"messages":[]}]'),
    bytes('  {"a":1}\n{"a":2}\n'),
    bytes('ID3 number,WAVE,ftyp\n'),
  ]
  for (const head of heads) assert.equal(told(head), 'list', String(head))
})

test('what else it is, by name, and what to do', () => {
  const cases: [string, RegExp][] = [
    ['', /^empty_file/],
    ['Rar!\x1a\x07\x01\0', /^unsupported_archive: The file is a RAR archive\. Pack its contents as a ZIP/],
    ["7z\xbc\xaf'\x1c\0", /^unsupported_archive: The file is a 7z archive/],
    ['\x1f\x8b\x08\0', /gzip/],
    ['BZh91AY&SY\0', /bzip2/],
    ['\xfd7zXZ\0', /xz/],
    ['\x28\xb5\x2f\xfd\0', /Zstandard/],
    [`${'a'.repeat(100)}${'\0'.repeat(157)}ustar\0`, /tar/],
    [
      'RIFF\x24\0\0\0WAVEfmt ',
      /^single_recording: The file is a WAV recording\. Send single recordings to \/v1\/calls\/upload/,
    ],
    ['ID3\x04\0\0', /MP3/],
    ['\xff\xfb\x90\0', /MP3/],
    ['fLaC\0\0', /FLAC/],
    ['OggS\0\x02', /Ogg/],
    ['\0\0\0\x20ftypM4A ', /M4A/],
    ['#!AMR\n\x3c\0', /AMR/],
    ['%PDF-1.7\n', /^unsupported_file: The file is a PDF/],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', /Excel/],
    ['\x7fELF\x02\x01', /^unsupported_file: The file is neither a ZIP nor text/],
  ]
  for (const [head, expected] of cases) assert.match(told(bytes(head)), expected)
})

test('any bytes are told, and never anything else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (head) => {
      assert.match(told(head), /^(zip|list|empty_file|unsupported_archive|single_recording|unsupported_file)/)
    }),
  )
})
