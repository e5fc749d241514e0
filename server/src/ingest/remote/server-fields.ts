// What clients say of remote servers and what they are shown. No secret is in any answer.

import { isIPv6 } from 'node:net'
import { type Static, Type } from 'typebox'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import type { Protocol, SecretName, Server, ServerColumns, ServerSecrets } from './servers.ts'
import { secretNames } from './servers.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description })

const connectionsMax = 8
const connectionsDefault = 2
const secretCharsMax = 20_000

const protocols = ['ftp', 'ftps', 'ftps_implicit', 'sftp', 's3'] as const
export const name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '\\S',
  description: 'Once in the organisation',
})

const optionalFields = {
  host: text(253, 'Name or address, without `ftp://`'),
  port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'Absent: 21, 990 for ftps_implicit, 22 for sftp' }),
  user_name: text(300, 'Absent, with ftp and ftps: anonymous'),
  password: text(secretCharsMax, 'Never shown again'),
  private_key: text(secretCharsMax, 'SFTP: in PEM or OpenSSH form. Never shown again'),
  passphrase: text(secretCharsMax, 'Of the private key. Never shown again'),
  path: Type.String({
    maxLength: 1000,
    description: 'Folder that is opened, as the server spells it; of a bucket, what keys begin with. Empty: all',
  }),
  host_key: Type.String({
    pattern: '^SHA256:[A-Za-z0-9+/]{43}=?$',
    description:
      'SFTP: fingerprint that the server must have, as `ssh-keygen -l` prints it. Absent: the first that is met',
  }),
  certificate_sha256: Type.String({
    pattern: '^([0-9A-Fa-f]{2}:?){32}$',
    description: 'FTPS: fingerprint of the one certificate that is trusted, for servers with one of their own',
  }),
  bucket: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$', description: 'S3' }),
  region: Type.String({ pattern: '^[a-z0-9-]{1,40}$', description: 'S3; absent: us-east-1' }),
  endpoint: text(500, 'Address of an S3-compatible service; absent: Amazon’s'),
  force_path_style: Type.Boolean({ description: 'S3: the bucket stands in the path, as MinIO and others want it' }),
  access_key_id: text(200, 'S3'),
  secret_access_key: text(1000, 'S3. Never shown again'),
  connections_max: Type.Integer({ minimum: 1, maximum: connectionsMax, description: 'At once; absent: 2' }),
  bytes_per_second_max: Type.Integer({ minimum: 1024, maximum: 2 ** 40, description: 'Absent: no limit' }),
}
type Name = keyof typeof optionalFields

const optional = Object.fromEntries(
  Object.entries(optionalFields).map(([field, schema]) => [field, Type.Optional(orNull(schema))]),
) as { [F in Name]: ReturnType<typeof Type.Optional<ReturnType<typeof orNull<(typeof optionalFields)[F]>>>> }

const protocol = Type.Union(
  protocols.map((one) => Type.Literal(one)),
  { description: 'ftps: FTP that turns to TLS; ftps_implicit: TLS from the start' },
)
export const examples = {
  server: {
    name: 'Recorder',
    protocol: 'sftp',
    host: 'sftp.example.com',
    user_name: 'indaba',
    password: 'the password',
    path: '/recordings',
  },
}
export const newServerBody = Type.Object({ name, protocol, ...optional }, { examples: [examples.server] })
export const serverTestBody = Type.Object(
  { name: Type.Optional(name), protocol, ...optional },
  { examples: [examples.server] },
)
export const serverChangeBody = Type.Object(
  { name: Type.Optional(name), protocol: Type.Optional(protocol), ...optional },
  { examples: [{ password: 'the new password' }] },
)
/** What a field of a change or of a new server may be: null takes back what was set. */
type Given = Static<typeof serverChangeBody>

const everywhere: Name[] = ['path', 'connections_max', 'bytes_per_second_max']
const ofFtp: Name[] = [...everywhere, 'host', 'port', 'user_name', 'password']
const ofFtps: Name[] = [...ofFtp, 'certificate_sha256']
const known: Record<Protocol, Name[]> = {
  ftp: ofFtp,
  ftps: ofFtps,
  ftps_implicit: ofFtps,
  sftp: [...ofFtp, 'private_key', 'passphrase', 'host_key'],
  s3: [...everywhere, 'bucket', 'region', 'endpoint', 'force_path_style', 'access_key_id', 'secret_access_key'],
  mounted: everywhere,
}
const ports: Partial<Record<Protocol, number>> = { ftp: 21, ftps: 21, ftps_implicit: 990, sftp: 22 }

export type ServerGiven = { columns: ServerColumns; secrets: ServerSecrets }

/** @throws Problem('invalid', 'invalid_request') that names the field */
export function readNewServer(fields: Record<string, unknown>): ServerGiven {
  const given = strictFields(newServerBody, fields)
  const secrets = secretsIn(given)
  checkSecrets(given.protocol, Object.keys(secrets))
  return { columns: columnsOf(given.protocol, given), secrets }
}

/** Settings that are not saved, for a test of them. */
export const readServerTest = (fields: Record<string, unknown>): ServerGiven =>
  readNewServer({ ...strictFields(serverTestBody, fields), name: 'test' })

/**
 * What a server is after a change. What was pinned or stored for one destination is not kept for another: the secrets
 * must be given again then, so that nobody has them sent to a machine of their own.
 * @throws Problem('invalid', 'invalid_request' | 'secret_required') that names the field
 */
export function readServerChange(
  server: Server,
  fields: Record<string, unknown>,
): ServerGiven & { keeps: readonly SecretName[] } {
  const change: Given = strictFields(serverChangeBody, fields)
  if (server.protocol === 'mounted' && (change.protocol ?? change.path) !== undefined) {
    throw wrong('path', 'is set by whoever runs this server')
  }
  const protocol = change.protocol ?? server.protocol
  const before = fieldsOf(server)
  // What the new protocol has no word for goes; what it has a default of its own for, too.
  if (protocol !== server.protocol) before.port = null
  const kept = Object.entries(before).filter(([field]) => field === 'name' || isKnown(protocol, field))
  const columns = columnsOf(protocol, { ...Object.fromEntries(kept), ...change } as Given)
  const isMoved = destinationOf(columns) !== destinationOf(server)
  if (isMoved) {
    columns.host_key = change.host_key ?? null
    columns.settings.certificate_sha256 = fingerprintOf(change.certificate_sha256)
  }
  const isSaidAgain = secretNames.some((one) => change[one] !== undefined)
  if (isMoved && server.secrets_held.length > 0 && !isSaidAgain) {
    const detail =
      'What is stored to log in with is only sent to the server that it was entered for. Send it again with this change.'
    throw new Problem('invalid', 'secret_required', detail, { facts: { field: server.secrets_held[0] } })
  }
  const secrets = secretsIn(change)
  const keeps = isMoved ? [] : server.secrets_held.filter((one) => change[one] === undefined)
  checkSecrets(protocol, [...keeps, ...Object.keys(secrets)])
  return { columns, secrets, keeps }
}

const isKnown = (protocol: Protocol, field: string) => (known[protocol] as string[]).includes(field)

const secretsIn = (given: Given): ServerSecrets =>
  Object.fromEntries(secretNames.flatMap((one) => (given[one] ? [[one, given[one]]] : [])))

function checkSecrets(protocol: Protocol, held: string[]): void {
  const has = (name: SecretName) => held.includes(name)
  if (protocol === 'sftp' && !has('password') && !has('private_key')) {
    throw wrong('password', 'is required, or a private_key')
  }
  if (has('passphrase') && !has('private_key')) throw wrong('passphrase', 'is of no use without a private_key')
  if (protocol === 's3' && !has('secret_access_key')) throw wrong('secret_access_key', 'is required')
}

/** Checks what is given against the protocol, and fills in what is not. */
function columnsOf(protocol: Protocol, given: Given): ServerColumns {
  for (const [field, value] of Object.entries(given)) {
    if (value === null || value === undefined || field === 'name' || field === 'protocol') continue
    if (!isKnown(protocol, field)) throw wrong(field, `is of no use with ${protocol}`)
  }
  const isOnNetwork = ports[protocol] !== undefined
  if (isOnNetwork && !given.host) throw wrong('host', 'is required')
  if (protocol === 'sftp' && !given.user_name) throw wrong('user_name', 'is required')
  if (protocol === 's3' && !given.bucket) throw wrong('bucket', 'is required')
  if (protocol === 's3' && !given.access_key_id) throw wrong('access_key_id', 'is required')
  const login = protocol === 's3' ? given.access_key_id : given.user_name
  if (/\p{Cc}/u.test(login ?? '')) throw wrong('user_name', 'must not have control characters')
  return {
    name: (given.name ?? '').trim(),
    protocol,
    host: isOnNetwork ? hostOf(given.host ?? '') : null,
    port: given.port ?? ports[protocol] ?? null,
    user_name: login ?? null,
    path: pathOf(protocol, given.path ?? ''),
    settings:
      protocol === 's3'
        ? {
            bucket: given.bucket ?? '',
            region: given.region ?? 'us-east-1',
            endpoint: given.endpoint ? endpointOf(given.endpoint) : null,
            force_path_style: given.force_path_style ?? false,
          }
        : { certificate_sha256: fingerprintOf(given.certificate_sha256) },
    host_key: given.host_key?.replace(/=$/, '') ?? null,
    connections_max: given.connections_max ?? connectionsDefault,
    bytes_per_second_max: given.bytes_per_second_max ?? null,
  }
}

function hostOf(text: string): string {
  const host = canonicalHost(text)
  if (host === null) throw wrong('host', 'must be a name or an address alone, such as sftp.example.com')
  return host
}

/** As URLs are compared: small letters, punycode, `127.0.0.1` for all its spellings; IPv6 without brackets. */
export function canonicalHost(text: string): string | null {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1')
  if (!isIPv6(bare) && /[\s/?#@:\\[\]%]/.test(bare)) return null
  const host = URL.parse(`http://${isIPv6(bare) ? `[${bare}]` : bare}/`)?.hostname ?? ''
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '') || null
}

function endpointOf(text: string): string {
  const url = URL.parse(text.trim())
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
  if (!isPlain || url.pathname !== '/') throw wrong('endpoint', 'must look like https://s3.example.com, without a path')
  return url.origin.replace(/\.(?=:\d+$|$)/, '')
}

function pathOf(protocol: Protocol, text: string): string {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw wrong('path', 'must not have control characters')
  if (protocol !== 's3' && /(^|\/)\.{1,2}(\/|$)/.test(text))
    throw wrong('path', 'must not have . or .. between slashes')
  if (protocol === 's3') return text.replace(/^\/+|\/+$/g, '')
  return text.length > 1 ? text.replace(/\/+$/, '') || '/' : text
}

/** `AB:CD:…` */
const fingerprintOf = (text: string | null | undefined): string | null =>
  text ? (text.replaceAll(':', '').toUpperCase().match(/../g) as string[]).join(':') : null

const destinationOf = ({ protocol, host, port, settings }: ServerColumns) =>
  JSON.stringify([protocol, host, port, settings.endpoint ?? null])

/** What decides which files are seen there. Where a login leads to depends on who logs in. */
export const placeOf = ({ protocol, host, port, settings, path, user_name }: ServerColumns): string =>
  JSON.stringify([
    ...[protocol, host, port, settings.endpoint ?? null, settings.bucket ?? null, path],
    protocol === 's3' || path.startsWith('/') ? null : user_name,
  ])

function fieldsOf(server: ServerColumns): Given {
  const { name, host, port, path, host_key, connections_max, bytes_per_second_max, settings, user_name } = server
  const login = server.protocol === 's3' ? { access_key_id: user_name } : { user_name }
  return { name, host, port, path, host_key, connections_max, bytes_per_second_max, ...settings, ...login }
}

function wrong(field: string, issue: string): Problem {
  return new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })
}

const moment = Type.String({ format: 'date-time' })
const shown = Type.Object(
  Object.fromEntries(
    Object.entries(optionalFields)
      .filter(([field]) => !(secretNames as readonly string[]).includes(field))
      .map(([field, schema]) => [field, orNull(schema)]),
  ),
)
export const serverAnswer = Type.Object({
  server_id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  protocol: Type.String({ description: '`mounted`: a folder that whoever runs this server opened' }),
  ...shown.properties,
  has_password: Type.Boolean(),
  has_private_key: Type.Boolean(),
  has_passphrase: Type.Boolean(),
  has_secret_access_key: Type.Boolean(),
  created_at: moment,
  updated_at: moment,
})

export const serverView = (server: Server) => ({
  server_id: server.id,
  name: server.name,
  protocol: server.protocol,
  ...Object.fromEntries(Object.keys(shown.properties).map((field) => [field, null])),
  ...fieldsOf(server),
  ...Object.fromEntries(secretNames.map((one) => [`has_${one}`, server.secrets_held.includes(one)])),
  created_at: server.created_at,
  updated_at: server.updated_at,
})
