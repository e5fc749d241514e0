// Names and paths of remote files: which can be asked for again, how a taken one is numbered, how server text is quoted.
// A path here is never one of this machine's own.

import { RemoteFailure } from './folder.ts'

const nameCharactersMax = 1024
const pathCharactersMax = 4096
const quotedCharactersMax = 200

/** Why a name from a server cannot be used, in plain words; null when it can. */
export function nameFault(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'is no name of a file'
  if (name.includes('/')) return 'has a slash in it'
  // Line ends would end a command of FTP; PostgreSQL refuses NUL.
  if (/\p{Cc}/u.test(name)) return 'has a line end or another control character in it'
  if (name.includes('\uFFFD') || !name.isWellFormed()) return 'is not written in UTF-8'
  if (name.length > nameCharactersMax) return `is longer than ${nameCharactersMax} characters`
  return null
}

/** A path relative to the folder, as it came from a listing. Throws where it would lead out of the folder. */
export function checkPath(path: string): string {
  const isFine = path.length <= pathCharactersMax && path.split('/').every((part) => nameFault(part) === null)
  if (!isFine)
    throw new RemoteFailure('read', `${quote(path)} is no path of a file in this folder.`, { isPermanent: true })
  return path
}

/** The setting that says where the folder is. Line ends are refused, `..` is the owner's business. */
export function checkFolderPath(path: string): string {
  if (/\p{Cc}/u.test(path) || path.length > pathCharactersMax) {
    throw new RemoteFailure('directory', `${quote(path)} is no path of a folder.`, { isPermanent: true })
  }
  return path
}

export const joinPath = (folder: string, name: string): string =>
  folder === '' ? name : folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** The folders on the way to a path, outermost first: `a/b/c.wav` has `a` and `a/b`. */
export function foldersTo(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

const numbersMax = 1000

/** `call.wav`, then `call (2).wav`, `call (3).wav`, ... : the first that is not taken. */
export async function freePath(path: string, isTaken: (path: string) => Promise<boolean>): Promise<string> {
  const slash = path.lastIndexOf('/') + 1
  const dot = path.lastIndexOf('.')
  const cut = dot > slash ? dot : path.length
  for (let number = 1; number <= numbersMax; number++) {
    const tried = number === 1 ? path : `${path.slice(0, cut)} (${number})${path.slice(cut)}`
    if (!(await isTaken(tried))) return tried
  }
  throw new RemoteFailure('write', `There are ${numbersMax} files of the name ${quote(path)} already.`, {
    isPermanent: true,
  })
}

/** Text of another server in a sentence of ours: one line, not long, without the secrets that it may echo. */
export function quote(text: string, secrets: (string | null | undefined)[] = []): string {
  let safe = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  for (const secret of secrets) if (secret && secret.length > 3) safe = safe.replaceAll(secret, '***')
  return `"${safe.length > quotedCharactersMax ? `${safe.slice(0, quotedCharactersMax)}…` : safe}"`
}
