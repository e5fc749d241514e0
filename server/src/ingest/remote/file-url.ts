// What a file_url may be, and how each kind is read. Who may fetch from there, and with what, is the business of others.

import { Problem } from '../../platform/problem.ts'
import { canonicalHost } from './server-fields.ts'
import type { Protocol, Server } from './servers.ts'

export type FileAddress =
  | { scheme: 'http' }
  /** Keys are taken as they stand, as the tools of S3 do. */
  | { scheme: 's3'; bucket: string; path: string }
  /** `port` null: the usual one. */
  | { scheme: 'ftp' | 'ftps' | 'sftp'; host: string; port: number | null; path: string }
  /** Absolute, on this machine. */
  | { scheme: 'file'; path: string }

export const urlCharactersMax = 8192

export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(text)

/** @throws Problem('invalid') with the field `file_url`, saying how to write it */
export function readFileUrl(text: string): FileAddress {
  if (text.length > urlCharactersMax) throw refused('bad_file_url', `is longer than ${urlCharactersMax} characters`)
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw refused('bad_file_url', 'has control characters')
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase()
  if (scheme === 'http' || scheme === 'https') return { scheme: 'http' }
  if (scheme === 's3') return readBucket(text)
  if (scheme !== 'ftp' && scheme !== 'ftps' && scheme !== 'sftp' && scheme !== 'file') {
    const known = 'http://, https://, s3://, ftp://, ftps:// or sftp://'
    throw refused('unsupported_scheme', `must start with ${known}`)
  }
  const url = URL.parse(text)
  if (!url) throw refused('bad_file_url', 'is not an address that can be read')
  if (url.username !== '' || url.password !== '') {
    const advice =
      'holds a user name or password, which would be stored and shown with the call. Set the server up with POST /v1/remote-servers, and leave them out here'
    throw refused('credentials_in_url', advice)
  }
  if (url.search !== '' || url.hash !== '') {
    throw refused('bad_file_url', 'has a ? or #: write them as %3F and %23 where they belong to the name')
  }
  const path = decoded(url.pathname)
  if (scheme === 'file') {
    if (url.hostname !== '' && url.hostname !== 'localhost') throw refused('bad_file_url', 'names another machine')
    return { scheme, path }
  }
  if (path === '' || path.endsWith('/')) throw refused('bad_file_url', 'names a folder and no file')
  const host = canonicalHost(decoded(url.hostname))
  if (host === null) throw refused('bad_file_url', 'has no server in it')
  // URL drops 21 for ftp, as it is the usual one.
  return { scheme, host, port: url.port === '' ? null : Number(url.port), path }
}

function readBucket(text: string): FileAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(text) ?? []
  if (bucket.includes('@')) throw refused('credentials_in_url', 'must name the bucket alone: s3://bucket/key')
  if (bucket === '' || path === '' || path.endsWith('/')) {
    throw refused('bad_file_url', 'must name a bucket and a key: s3://bucket/folder/call.wav')
  }
  requireSteps(path)
  return { scheme: 's3', bucket, path }
}

/** Escapes read. */
function decoded(text: string): string {
  let plain: string
  try {
    plain = decodeURIComponent(text)
  } catch {
    throw refused('bad_file_url', 'has escapes that are not UTF-8')
  }
  if (/\p{Cc}/u.test(plain)) throw refused('bad_file_url', 'has control characters')
  requireSteps(plain)
  return plain
}

function requireSteps(path: string): void {
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) throw refused('bad_file_url', 'must not have . or .. between slashes')
}

const protocolsOf: Record<Exclude<FileAddress['scheme'], 'http'>, readonly Protocol[]> = {
  s3: ['s3'],
  ftp: ['ftp'],
  ftps: ['ftps', 'ftps_implicit'],
  sftp: ['sftp'],
  file: ['mounted'],
}
const usualPorts: Partial<Record<Protocol, number>> = { ftp: 21, ftps: 21, ftps_implicit: 990, sftp: 22 }

export const protocolsFor = (address: FileAddress): readonly Protocol[] =>
  address.scheme === 'http' ? [] : protocolsOf[address.scheme]

/** Where the file is in what this server opens; null: not in it. */
export function pathInServer(server: Server, address: FileAddress): string | null {
  if (address.scheme === 'http' || !protocolsFor(address).includes(server.protocol)) return null
  return isAt(server, address) ? below(server.path, address.path) : null
}

/** Whether it is the same machine or bucket, whatever the folder. */
export function isAt(server: Server, address: FileAddress): boolean {
  if (address.scheme === 's3') return server.settings.bucket === address.bucket
  if (address.scheme === 'file') return true
  if (address.scheme === 'http') return false
  return server.host === address.host && server.port === (address.port ?? usualPorts[server.protocol])
}

/** A path without a slash at its start goes on from where the login leads to, as the server's own folder does. */
function below(folder: string, path: string): string | null {
  const [outer, inner] = [folder, path].map((one) => one.replace(/^\/+/, '')) as [string, string]
  if (outer === '') return inner || null
  return inner.startsWith(`${outer}/`) ? inner.slice(outer.length + 1) || null : null
}

export function refused(code: string, issue: string): Problem {
  return new Problem('invalid', code, `file_url ${issue}.`, { facts: { field: 'file_url', issue } })
}
