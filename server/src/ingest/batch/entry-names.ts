// What the names of files in an archive tell: recordings, tables and chats, and what operating systems leave behind.
// Names are compared without regard to case, and whether or not accents are written as characters of their own.

const recordings = new Set(
  'wav wave mp3 m4a m4b mp4 mpeg mpga flac ogg oga opus webm mka mkv aac amr aif aiff wma 3gp 3ga gsm au snd caf mov'.split(
    ' ',
  ),
)
const texts = new Set(['csv', 'tsv', 'json', 'ndjson', 'jsonl'])
const junk = new Set(['.ds_store', 'thumbs.db', 'desktop.ini', 'icon\r', 'ehthumbs.db'])

export const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)
export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Without its folders and its extension. */
export const stemOf = (name: string): string => baseOf(name).replace(/(?<=.)\.[^.]{1,8}$/, '')

/** In lower case; empty without one. */
export const extensionOf = (name: string): string => /.\.([^./]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** What a file is, as far as its name tells. `junk` is of no interest to anybody. */
export function entryKind(name: string): 'recording' | 'text' | 'junk' | 'other' {
  const base = baseOf(name).toLowerCase()
  // Resource forks of macOS: `__MACOSX/._call.wav` beside `call.wav`.
  if (junk.has(base) || base.startsWith('._') || /(^|\/)__macosx\//i.test(name)) return 'junk'
  const extension = extensionOf(base)
  return recordings.has(extension) ? 'recording' : texts.has(extension) || isMetadataName(name) ? 'text' : 'other'
}

/** `metadata.csv`, whatever stands in it; what Excel saves as Unicode text is called `.txt`. */
export const isMetadataName = (name: string): boolean =>
  /^metadata\.(csv|tsv|txt|json|ndjson|jsonl)$/i.test(baseOf(name))

export const isWorkbookName = (name: string): boolean => /\.(xlsx?|xlsm|xlsb|ods|numbers)$/i.test(name)

/** One spelling for names that are the same: `.\Calls\A.WAV` as `calls/a.wav`. */
export const nameKey = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.')
    .join('/')
