// Names that lead elsewhere, hide something, say two things, or are taken twice.

import { crc32 } from 'node:zlib'
import { alsoGood, amongGood, good, goodText, type HostileArchive } from './shapes.ts'
import { extraField, u32, zipOf } from './zip-writer.ts'

const hex = (text: string) => [...text].map((char) => `U+${char.codePointAt(0)?.toString(16)}`).join(' ')
const named = (what: string, name: string | Buffer): HostileArchive =>
  amongGood(`name: ${what}`, { name, content: 'x' }, 'zip_entry_name', { isVisible: true })

const places = [
  '../evil.wav',
  '../../../../etc/cron.d/evil',
  'a/../../evil.wav',
  'a/..',
  '..',
  'calls/../good.wav',
  './../evil.wav',
  '/etc/passwd',
  '//server/share/evil.wav',
  '/',
  'C:/Windows/evil.wav',
  'c:evil.wav',
  'Z:',
  '..\\evil.wav',
  'a\\b.wav',
  '\\\\server\\share\\evil.wav',
  'C:\\evil.wav',
  '.',
  './.',
  '',
].map((name) => named(name === '' ? 'empty' : name, name))

const controls = [...Array(32).keys(), 0x7f, 0x80, 0x85, 0x9b, 0x9f]
  .map((code) => String.fromCodePoint(code))
  .map((char) => named(`the control character ${hex(char)}`, `call${char}.wav`))

const unseen = [
  0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
  0xfeff,
]
  .map((code) => String.fromCodePoint(code))
  .map((char) => named(`the unseen character ${hex(char)}`, `call${char}vaw.exe`))

const notUtf8 = {
  'a lone continuation byte': [0x80],
  'a start without continuation': [0xc3],
  'an overlong slash': [0xc0, 0xaf],
  'an overlong dot of three bytes': [0xe0, 0x80, 0xae],
  'an overlong slash of four bytes': [0xf0, 0x80, 0x80, 0xaf],
  'half a surrogate pair': [0xed, 0xa0, 0x80],
  'beyond the last character': [0xf4, 0x90, 0x80, 0x80],
  'a byte that never is': [0xff, 0xfe],
  'a sequence of five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
}
const encodings = Object.entries(notUtf8).map(([what, bytes]) =>
  amongGood(
    `name: not UTF-8 as it says, ${what}`,
    { name: Buffer.from([0x61, ...bytes, 0x62]), content: 'x', both: { flags: 1 << 11 } },
    'zip_entry_name',
    { isVisible: true },
  ),
)

const unicodePath = (raw: string, path: Buffer, version = 1, crc = crc32(raw)) =>
  extraField(0x7075, Buffer.concat([Buffer.from([version]), u32(crc), path]))
const twice = (what: string, name: string, extra: Buffer, flags = 0) =>
  amongGood(`name: given twice, ${what}`, { name, content: 'x', both: { extra, flags } }, 'zip_entry_name', {
    isVisible: true,
  })
const paths = [
  twice('another one in ASCII', 'a.wav', unicodePath('a.wav', Buffer.from('b.exe'))),
  twice('leading out of its folder', 'a.wav', unicodePath('a.wav', Buffer.from('../b.wäv'))),
  twice('for another name', 'a.wav', unicodePath('a.wav', Buffer.from('ä.wav'), 1, crc32('c.wav'))),
  twice('of an unknown version', 'a.wav', unicodePath('a.wav', Buffer.from('ä.wav'), 2)),
  twice('not in UTF-8', 'a.wav', unicodePath('a.wav', Buffer.from([0xe4, 0x2e]))),
  twice('cut off', 'a.wav', extraField(0x7075, Buffer.from([1, 0, 0]))),
  twice('empty', 'a.wav', unicodePath('a.wav', Buffer.alloc(0))),
  twice('beside a name in UTF-8', 'é.wav', unicodePath('é.wav', Buffer.from('ä.wav')), 1 << 11),
  twice('with a control character', 'a.wav', unicodePath('a.wav', Buffer.from('ä\0.wav'))),
  amongGood(
    'name: given twice, and the second twice',
    {
      name: 'a.wav',
      content: 'x',
      both: {
        extra: Buffer.concat([unicodePath('a.wav', Buffer.from('ä.wav')), unicodePath('a.wav', Buffer.from('ö.wav'))]),
      },
    },
    'zip_entry_mismatch',
    { isVisible: true },
  ),
  amongGood(
    'name: given twice, by the local header alone',
    { name: 'a.wav', content: 'x', local: { extra: unicodePath('a.wav', Buffer.from('ä.wav')) } },
    'zip_entry_mismatch',
  ),
]

const lengths = [
  named('256 bytes', `${'a'.repeat(252)}.wav`),
  named('256 bytes in 128 letters', 'é'.repeat(128)),
  named('65,535 bytes', 'a'.repeat(65_535)),
  named('9 folders deep', `${'a/'.repeat(9)}b.wav`),
  named('100 folders deep', `${'a/'.repeat(100)}b.wav`),
]

const twins = (what: string, one: string, other: string): HostileArchive => ({
  name: `twins: ${what}`,
  bytes: () => zipOf([good, { name: one, content: 'x' }, { name: other, content: 'y' }, alsoGood]),
  outcome: [goodText, 'zip_entry_duplicate', 'zip_entry_duplicate', goodText],
})
const duplicates = [
  twins('one name twice', 'call.wav', 'call.wav'),
  twins('in upper and lower case', 'call.wav', 'CALL.WAV'),
  twins('in folders of upper and lower case', 'Calls/a.wav', 'calls/A.wav'),
  twins('composed and decomposed letters', 'José.wav'.normalize('NFC'), 'José.wav'.normalize('NFD')),
  twins('Greek sigma, final and not', 'ΟΔΟΣ.wav', 'οδος.wav'),
  twins('German sharp s', 'STRASSE.wav', 'straße.wav'),
  twins('by way of the folder itself', 'a/b.wav', 'a/./b.wav'),
  twins('by way of an empty folder', 'a/b.wav', 'a//b.wav'),
  {
    name: 'twins: a hundred of one name',
    bytes: () => zipOf([...Array(100)].map((_, at) => ({ name: 'call.wav', content: `${at}` }))),
    outcome: Array(100).fill('zip_entry_duplicate'),
  } satisfies HostileArchive,
  {
    name: 'twins: one of them encrypted',
    bytes: () =>
      zipOf([
        { name: 'a.wav', content: 'x', both: { flags: 1 } },
        { name: 'a.wav', content: 'y' },
      ]),
    outcome: ['zip_entry_encrypted', 'zip_entry_duplicate'],
  } satisfies HostileArchive,
]

export const nameTricks: HostileArchive[] = [
  ...places,
  ...controls,
  ...unseen,
  ...encodings,
  ...paths,
  ...lengths,
  ...duplicates,
]
