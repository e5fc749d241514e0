// Entries that are no plain file: links, devices, encrypted, in unknown methods, archives in the archive.

import { gzipSync } from 'node:zlib'
import { quineOf } from './quine.ts'
import { amongGood, goodText, type HostileArchive } from './shapes.ts'
import { type EntrySpec, extraField, fileMode, zipOf } from './zip-writer.ts'

const visible = { isVisible: true } as const

const hosts = { Unix: 3, macOS: 19, DOS: 0, NTFS: 10 }
const modes = {
  'a symbolic link': 0o120777,
  'a symbolic link without rights': 0o120000,
  'a character device': 0o020644,
  'a block device': 0o060644,
  'a socket': 0o140755,
  'a door': 0o150644,
  'a folder called as a file': 0o040755,
  'a kind that does not exist': 0o170644,
}
const types = Object.entries(modes).flatMap(([what, mode]) =>
  Object.entries(hosts).map(([host, id]) =>
    amongGood(
      `type: ${what}, from ${host}`,
      { name: 'link.wav', content: '/etc/passwd', directory: { attributes: fileMode(mode), madeBy: (id << 8) | 30 } },
      'zip_entry_type',
      visible,
    ),
  ),
)

const asiUnix = (mode: number) => {
  const data = Buffer.alloc(14)
  data.writeUInt16LE(mode, 4)
  return extraField(0x756e, data)
}
const hidden: HostileArchive[] = [
  amongGood(
    'type: a pipe',
    { name: 'pipe.wav', directory: { attributes: fileMode(0o010644) } },
    'zip_entry_type',
    visible,
  ),
  amongGood(
    'type: a link by an extra field',
    { name: 'a.wav', content: 'x', both: { extra: asiUnix(0o120777) } },
    'zip_entry_type',
    visible,
  ),
  amongGood(
    'type: a device by an extra field',
    { name: 'a.wav', content: 'x', both: { extra: asiUnix(0o060777) } },
    'zip_entry_type',
    visible,
  ),
  amongGood('type: a folder with contents', { name: 'calls.wav/', content: 'hidden' }, 'zip_entry_type', visible),
  amongGood(
    'type: a folder with packed contents',
    { name: 'calls.wav/', content: goodText, method: 8 },
    'zip_entry_type',
    visible,
  ),
]

const encrypted = (what: string, bad: Partial<EntrySpec>) =>
  amongGood(`encrypted: ${what}`, { name: 'secret.wav', content: 'x', ...bad }, 'zip_entry_encrypted', visible)
const aes = extraField(0x9901, Buffer.from([2, 0, 0x41, 0x45, 3, 8, 0]))
const encryption: HostileArchive[] = [
  encrypted('as PKZIP did', { both: { flags: 1 } }),
  encrypted('as PKZIP did, packed', { method: 8, both: { flags: 1 } }),
  encrypted('as WinZip does (AES)', { both: { flags: 1, method: 99, extra: aes } }),
  encrypted('AES by its field, without the flag', { both: { extra: aes } }),
  encrypted('AES by its field, of two', { both: { extra: Buffer.concat([aes, aes]) } }),
  encrypted('strong, by its field', { both: { extra: extraField(0x0017, Buffer.alloc(8)) } }),
  encrypted('with masked local headers', { both: { flags: 1 << 13 } }),
  {
    name: 'encrypted: strong, by its flag',
    bytes: () => zipOf([{ name: 'a.wav', content: 'x', both: { flags: (1 << 6) | 1 } }]),
    outcome: 'zip_encrypted',
    ...visible,
  },
]

const unknownMethods = [
  1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99, 255, 0x800, 65_535,
]
const methods = unknownMethods.map((method) =>
  amongGood(`method ${method}`, { name: 'a.wav', content: 'x', both: { method } }, 'zip_entry_method', visible),
)
const patch = amongGood(
  'method: a patch',
  { name: 'a.wav', content: 'x', both: { flags: 1 << 5 } },
  'zip_entry_method',
  visible,
)

const extensions =
  'zip ZIP zipx jar war apk rar r00 7z gz tgz bz2 tbz2 xz txz zst lz lzma lz4 Z tar cab arj ace lzh iso z01'
const nestedByName = extensions
  .split(' ')
  .map((extension) =>
    amongGood(
      `nested: by the name .${extension}`,
      { name: `calls.${extension}`, content: 'x' },
      'zip_entry_archive',
      visible,
    ),
  )

const tar = Buffer.alloc(1024)
tar.write('ustar', 257)
export const archiveBytes: Record<string, Buffer> = {
  ZIP: zipOf([{ name: 'a.wav', content: goodText, method: 8 }]),
  'an empty ZIP': zipOf([]),
  'one part of a split ZIP': Buffer.concat([Buffer.from('PK\x07\x08'), zipOf([])]),
  'RAR 4': Buffer.from('Rar!\x1a\x07\x00\xcf\x90\x73\x00\x00\x0d\x00\x00\x00\x00\x00\x00\x00', 'latin1'),
  'RAR 5': Buffer.from('Rar!\x1a\x07\x01\x00\x33\x92\xb5\xe5\x0a\x01\x05\x06\x00\x05\x01\x01', 'latin1'),
  '7z': Buffer.from('7z\xbc\xaf\x27\x1c\x00\x04\x8d\x9b\xd5\x0f\x00\x00\x00\x00\x00\x00\x00\x00', 'latin1'),
  gzip: gzipSync(goodText),
  bzip2: Buffer.from('BZh91AY&SY\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00', 'latin1'),
  xz: Buffer.from('\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x00\x00\x00\x00\x1c\xdf\x44\x21', 'latin1'),
  Zstandard: Buffer.from('\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00\x99\xe9\xd8\x51', 'latin1'),
  CAB: Buffer.from('MSCF\x00\x00\x00\x00\x2c\x00\x00\x00', 'latin1'),
  tar,
}
const nestedByBytes = Object.entries(archiveBytes).flatMap(([kind, content]) =>
  [0, 8].map((method) =>
    amongGood(
      `nested: ${kind} called a recording, method ${method}`,
      { name: 'call.wav', content, method },
      'zip_entry_archive',
    ),
  ),
)

const quine = (name: string): HostileArchive => ({
  name: `quine: ${name}`,
  bytes: () => quineOf(name),
  outcome: ['zip_entry_archive'],
})
const quines = [quine('unpacks to itself for ever and ever.zip'), quine('unpacks to itself for ever and ever.wav')]

export const kindTricks: HostileArchive[] = [
  ...types,
  ...hidden,
  ...encryption,
  ...methods,
  patch,
  ...nestedByName,
  ...nestedByBytes,
  ...quines,
]
