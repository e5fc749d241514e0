// From what is stored of a remote server to a folder that can be read: the protocol, the login, what is trusted.

import { realpath } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { Db } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import { isInFolder } from '../../platform/folder-nesting.ts'
import { portOf, withoutBrackets } from '../../platform/outbound/address-guard.ts'
import type { Gate } from '../../platform/outbound/connection.ts'
import { Problem } from '../../platform/problem.ts'
import { type OnStep, RemoteFailure, type RemoteFolder } from '../../platform/remote/folder.ts'
import { ftpFolder } from '../../platform/remote/ftp.ts'
import { localFolder } from '../../platform/remote/local.ts'
import { sftpFolder } from '../../platform/remote/sftp.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { s3Folder } from '../../storage/index.ts'
import { type FileAddress, isAt, isUrl, pathInServer, protocolsFor, readFileUrl, refused } from './file-url.ts'
import {
  openServerSecrets,
  pinHostKey,
  requireServer,
  type Server,
  type ServerColumns,
  type ServerSecrets,
  serversOf,
} from './servers.ts'
import { sharedFolders } from './shared-folders.ts'

export type OpenServers = {
  /**
   * The server's folder, or `path` in it. Nothing is connected before the folder is used; the caller closes it.
   * @throws Problem('not_found')
   */
  openServer(orgId: string, serverId: string, extra?: Extra): Promise<RemoteFolder>
  /** The same for settings that are not saved. */
  openSettings(columns: ServerColumns, secrets: ServerSecrets, extra?: Extra): Promise<RemoteFolder>
  /**
   * For the moment at which somebody enters it. A name that cannot be resolved just now passes: it is checked again at
   * each connection. @throws Problem('invalid', 'destination_not_allowed')
   */
  checkDestination(columns: ServerColumns): Promise<void>
  /**
   * The folder that holds the file of a file_url of any scheme but http, and the path in it; the caller closes the folder.
   * @throws Problem('invalid') that says what to set up
   */
  serverForUrl(orgId: string, url: string): Promise<{ folder: RemoteFolder; path: string; server: Server | null }>
  /**
   * A file_url as a client sent it, as it is kept and fetched: checked as far as that goes without a connection.
   * Null: a path on the client's own machine.
   * @throws Problem('invalid') as serverForUrl
   */
  checkFileUrl(orgId: string, text: string): Promise<string | null>
}

export type OpenServerParts = {
  db: Db
  secrets: Secrets
  /** For FTP and SFTP, and for the endpoints of buckets. */
  gates: { files: NonNullable<Gate>; web: NonNullable<Gate> }
  /** What the operator opened of this machine. */
  mountedFolders: readonly string[]
}

export type Extra = {
  /** A folder in that of the server. */
  path?: string
  onStep?: OnStep
  connectTimeoutMs?: number
  silenceTimeoutMs?: number
  /** Told of a host key that is met while none is trusted. */
  onHostKey?: (met: string) => void
}

export function openServers(parts: OpenServerParts): OpenServers {
  const { db, secrets } = parts
  const share = sharedFolders()

  async function openSaved(server: Server, extra: Extra = {}): Promise<RemoteFolder> {
    const held = await openServerSecrets(db, secrets, server)
    if (server.protocol !== 'sftp' || server.host_key !== null) return connect(parts, server, held, extra)
    let pinned: Promise<void> | null = null
    const onHostKey = (met: string) => {
      extra.onHostKey?.(met)
      pinned ??= inScope([server.org_id], () => pinHostKey(db, server, met)).then((trusted) => {
        if (trusted !== met) throw otherHostKey(trusted, met)
      })
      // Whoever uses the folder is told.
      pinned.catch(() => undefined)
    }
    return onlyAfter(await connect(parts, server, held, { ...extra, onHostKey }), () => pinned)
  }

  /** For all who read there at the same time, with the settings as they are now. */
  function shared(server: Server, path = ''): Promise<RemoteFolder> {
    const { org_id, id, updated_at } = server
    return share(JSON.stringify([org_id, id, updated_at.getTime(), path]), () => openSaved(server, { path }))
  }

  async function find(orgId: string, url: string): Promise<{ address: FileAddress; found: Found | null }> {
    const address = readFileUrl(url)
    const servers = await serversOf(db, orgId, protocolsFor(address))
    const fits = servers.flatMap((server) => {
      const path = pathInServer(server, address)
      return path === null ? [] : [{ server, path }]
    })
    // The one that opens the least.
    const [found] = fits.sort((one, other) => other.server.path.length - one.server.path.length)
    if (found) return { address, found }
    const near = servers.find((server) => isAt(server, address) && server.protocol !== 'mounted')
    if (near) throw refused('outside_of_server', `is not in ${near.path}, which “${near.name}” opens`)
    return { address, found: null }
  }

  return {
    async openServer(orgId, serverId, extra = {}) {
      const server = await requireServer(db, orgId, serverId)
      const { path = '', ...watching } = extra
      // A trial has connections of its own, of which it is told each step.
      return Object.keys(watching).length > 0 ? openSaved(server, extra) : shared(server, path)
    },
    openSettings: (columns, held, extra = {}) => connect(parts, columns, held, extra),
    async checkDestination({ host, port, settings }) {
      const endpoint = settings.endpoint ? new URL(settings.endpoint) : null
      const asked =
        host !== null && port !== null
          ? allowed(parts.gates.files)(host, port)
          : endpoint && allowed(parts.gates.web)(withoutBrackets(endpoint.hostname), portOf(endpoint))
      await asked?.catch((err) => {
        if (err instanceof Problem) throw err
      })
    },
    async serverForUrl(orgId, url) {
      const { address, found } = await find(orgId, url)
      if (found) {
        const { server, path } = found
        return { folder: await shared(server), path, server }
      }
      const { folder, path } = anonymous(parts, address)
      return { folder, path, server: null }
    },
    async checkFileUrl(orgId, text) {
      if (!isUrl(text)) {
        const isPath = isAbsolute(text) && !text.includes('/../') && text.isWellFormed()
        if (!isPath || parts.mountedFolders.length === 0) return null
        const url = `file://${text.split('/').map(encodeURIComponent).join('/')}`
        const found = await find(orgId, url).catch((err) => {
          if (err instanceof Problem && err.kind === 'invalid') return null
          throw err
        })
        return found?.found ? url : null
      }
      const { address, found } = await find(orgId, text)
      if (!found && address.scheme !== 'http') requireAnonymous(address)
      return text
    },
  }
}

type Found = { server: Server; path: string }

async function connect(
  { gates, mountedFolders }: OpenServerParts,
  columns: ServerColumns,
  held: ServerSecrets,
  { path = '', onHostKey, ...watching }: Extra,
): Promise<RemoteFolder> {
  const { protocol, settings, connections_max: connectionsMax, bytes_per_second_max: bytesPerSecondMax } = columns
  const limits = { connectionsMax, bytesPerSecondMax, ...watching }
  const inner = cleanPath(path)
  const folder = inner && columns.path ? `${columns.path.replace(/\/$/, '')}/${inner}` : inner || columns.path
  if (protocol === 'mounted') {
    await requireOpened(mountedFolders, columns.path)
    return localFolder({ root: columns.path, path: inner, ...(watching.onStep ? { onStep: watching.onStep } : {}) })
  }
  if (protocol === 's3') {
    return s3Folder({
      ...limits,
      bucket: settings.bucket ?? '',
      prefix: folder && `${folder}/`,
      region: settings.region ?? '',
      endpoint: settings.endpoint ?? null,
      accessKeyId: columns.user_name ?? '',
      secretAccessKey: held.secret_access_key ?? '',
      forcePathStyle: settings.force_path_style ?? false,
      gate: allowed(gates.web),
    })
  }
  const place = {
    ...limits,
    host: columns.host ?? '',
    port: columns.port ?? 0,
    path: folder,
    gate: allowed(gates.files),
  }
  if (protocol === 'sftp') {
    return sftpFolder({
      ...place,
      user: columns.user_name ?? '',
      password: held.password ?? null,
      privateKey: held.private_key ?? null,
      ...(held.passphrase ? { passphrase: held.passphrase } : {}),
      hostKey: columns.host_key,
      ...(onHostKey ? { onHostKey } : {}),
    })
  }
  return ftpFolder({
    ...place,
    user: columns.user_name ?? 'anonymous',
    password: held.password ?? (columns.user_name ? '' : anonymousPassword),
    security: ({ ftp: 'none', ftps: 'explicit', ftps_implicit: 'implicit' } as const)[protocol],
    certificateFingerprint: settings.certificate_sha256 ?? null,
  })
}

// RFC 1635 asks for an address of the user; servers take anything.
const anonymousPassword = 'anonymous@'

type OnFtp = Extract<FileAddress, { host: string }>

/** @throws Problem('invalid', 'no_server_for_url') for what cannot be read without a login */
function requireAnonymous(address: FileAddress): asserts address is OnFtp {
  if (address.scheme === 'ftp' || address.scheme === 'ftps') return
  const what =
    address.scheme === 's3'
      ? `is in the bucket ${address.bucket}, which no remote server of your organisation opens`
      : address.scheme === 'file'
        ? 'is in no folder that whoever runs this server opened for your organisation'
        : 'is on a server that your organisation has not set up'
  const advice = address.scheme === 'file' ? '' : '. Add it with POST /v1/remote-servers'
  throw refused('no_server_for_url', `${what}${advice}`)
}

/** ftps without a port, or with 990, is TLS from the start, as curl has it. */
function anonymous({ gates }: OpenServerParts, address: FileAddress): { folder: RemoteFolder; path: string } {
  requireAnonymous(address)
  const isImplicit = address.scheme === 'ftps' && (address.port ?? 990) === 990
  const folder = ftpFolder({
    host: address.host,
    port: address.port ?? (isImplicit ? 990 : 21),
    user: 'anonymous',
    password: anonymousPassword,
    security: address.scheme === 'ftp' ? 'none' : isImplicit ? 'implicit' : 'explicit',
    path: '',
    gate: allowed(gates.files),
  })
  return { folder, path: address.path.replace(/^\/+/, '') }
}

/** Whatever is wrong with an address, one text says so: the answer must not help to map a private network. */
const allowed =
  (gate: NonNullable<Gate>): NonNullable<Gate> =>
  (hostname, port) =>
    gate(hostname, port).catch((err) => {
      throw err instanceof Problem ? notAllowed(err) : err
    })

export const notAllowed = (cause: unknown): Problem =>
  new Problem(
    'invalid',
    'destination_not_allowed',
    'This address is not allowed as a destination. Use a public address; the operator of this server can open others with INDABA_OUTBOUND_ALLOW.',
    { cause },
  )

function otherHostKey(trusted: string | null, met: string): RemoteFailure {
  const detail = trusted
    ? `The server showed the host key ${met}, and ${trusted} is the one that is trusted.`
    : 'The server was changed while it was connected to. Try again.'
  return new RemoteFailure('host_key', detail, { fingerprint: met })
}

/** Nothing is taken from a server before its host key is the one that is trusted. */
function onlyAfter(folder: RemoteFolder, pinned: () => Promise<void> | null): RemoteFolder {
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work
    await pinned()
    return done
  }
  return {
    async *list(options) {
      for await (const file of folder.list(options)) {
        await pinned()
        yield file
      }
      await pinned()
    },
    stat: (path, signal) => then(folder.stat(path, signal)),
    open: (path, options) => then(folder.open(path, options)),
    move: (path, to, signal) => then(folder.move(path, to, signal)),
    remove: (path, signal) => then(folder.remove(path, signal)),
    create: (path, content, signal) => then(folder.create(path, content, signal)),
    close: () => folder.close(),
  }
}

function cleanPath(path: string): string {
  const clean = path.replace(/^\/+|\/+$/g, '')
  if (/(^|\/)\.{1,2}(\/|$)|\p{Cc}/u.test(clean)) {
    throw new Problem('invalid', 'invalid_request', 'path: must not have . or .. between slashes.', {
      facts: { field: 'path' },
    })
  }
  return clean
}

/** The operator may have closed a folder since it was given to an organisation, or put something else in its place. */
async function requireOpened(mountedFolders: readonly string[], path: string): Promise<void> {
  const real = await realpath(path).catch(() => null)
  const roots = await Promise.all(mountedFolders.map((one) => realpath(one).catch(() => null)))
  if (real === path && roots.some((root) => root !== null && isInFolder(root, path))) return
  const detail = 'Whoever runs this server has closed this folder, or it is not mounted just now.'
  throw new RemoteFailure('directory', detail)
}
