// Tells archives of any kind by their names and first bytes. Whether one may be where it is, others decide.

/** As many first bytes as telling them takes: a tar archive names itself at byte 257. */
export const telltaleBytes = 262

const magics: { name: string; at: number; bytes: Buffer }[] = [
  { name: 'ZIP', at: 0, bytes: Buffer.from('PK\x03\x04', 'latin1') },
  { name: 'ZIP', at: 0, bytes: Buffer.from('PK\x05\x06', 'latin1') },
  { name: 'ZIP', at: 0, bytes: Buffer.from('PK\x07\x08', 'latin1') },
  { name: 'RAR', at: 0, bytes: Buffer.from('Rar!\x1a\x07', 'latin1') },
  { name: '7z', at: 0, bytes: Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1') },
  { name: 'gzip', at: 0, bytes: Buffer.from('\x1f\x8b\x08', 'latin1') },
  { name: 'bzip2', at: 0, bytes: Buffer.from('BZh', 'latin1') },
  { name: 'xz', at: 0, bytes: Buffer.from('\xfd7zXZ\0', 'latin1') },
  { name: 'Zstandard', at: 0, bytes: Buffer.from('\x28\xb5\x2f\xfd', 'latin1') },
  { name: 'CAB', at: 0, bytes: Buffer.from('MSCF\0\0\0\0', 'latin1') },
  { name: 'tar', at: 257, bytes: Buffer.from('ustar', 'latin1') },
]

/** The kind of archive that begins like this: `RAR`. null for anything else. */
export const archiveKindOf = (firstBytes: Buffer): string | null =>
  magics.find(({ at, bytes }) => firstBytes.subarray(at, at + bytes.length).equals(bytes))?.name ?? null

const archiveName =
  /\.(zip|zipx|jar|war|apk|rar|r\d\d|7z|gz|tgz|bz2|tbz2?|xz|txz|zst|tzst|lz|lzma|lz4|z|tar|cab|arj|ace|lha|lzh|iso|z\d\d)$/i

/** Whether this is what a file is called that is an archive or a compressed file. */
export const isArchiveName = (name: string): boolean => archiveName.test(name)
