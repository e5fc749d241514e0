// The form of a remote server as it is written, and as the API takes it: only what its protocol knows.

import type { Server, ServerSent } from './queries.ts'

export type Protocol = ServerSent['protocol']
export const protocols: Protocol[] = ['sftp', 'ftps', 'ftps_implicit', 'ftp', 's3']

export type ServerDraft = {
  name: string
  protocol: Protocol
  host: string
  port: number | ''
  user_name: string
  password: string
  private_key: string
  passphrase: string
  path: string
  host_key: string
  certificate_sha256: string
  bucket: string
  region: string
  endpoint: string
  force_path_style: boolean
  access_key_id: string
  secret_access_key: string
  connections_max: number | ''
}

const login = ['host', 'port', 'user_name', 'password'] as const
const bucket = ['bucket', 'region', 'endpoint', 'force_path_style', 'access_key_id', 'secret_access_key'] as const

/** In the order of the form. */
export const serverFields: Record<Protocol, readonly (keyof ServerDraft)[]> = {
  sftp: [...login, 'private_key', 'passphrase', 'host_key'],
  ftps: [...login, 'certificate_sha256'],
  ftps_implicit: [...login, 'certificate_sha256'],
  ftp: login,
  s3: bucket,
}

const sealed: readonly string[] = ['password', 'private_key', 'passphrase', 'secret_access_key']
export const isSealed = (name: string): boolean => sealed.includes(name)

export const serverDraftOf = (server: Server | undefined): ServerDraft => ({
  name: server?.name ?? '',
  protocol: (server?.protocol ?? 'sftp') as Protocol,
  host: server?.host ?? '',
  port: server?.port ?? '',
  user_name: server?.user_name ?? '',
  password: '',
  private_key: '',
  passphrase: '',
  path: server?.path ?? '',
  host_key: server?.host_key ?? '',
  certificate_sha256: server?.certificate_sha256 ?? '',
  bucket: server?.bucket ?? '',
  region: server?.region ?? '',
  endpoint: server?.endpoint ?? '',
  force_path_style: server?.force_path_style ?? false,
  access_key_id: server?.access_key_id ?? '',
  secret_access_key: '',
  connections_max: server?.connections_max ?? '',
})

const common = ['name', 'protocol', 'path', 'connections_max'] as const

/** `before`: only what differs from it. What is sealed and left empty stays as it is. */
export function serverBodyOf(draft: ServerDraft, before?: ServerDraft): ServerSent {
  const names = [...common, ...serverFields[draft.protocol]]
  const given = names
    .filter((name) => (before ? draft[name] !== before[name] : draft[name] !== ''))
    .map((name) => [name, draft[name] === '' ? null : draft[name]])
  return Object.fromEntries(given) as ServerSent
}
