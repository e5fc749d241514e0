// A folder on an SFTP server. Requests and their meaning are here; how a connection is made is `sftp-connection.ts`.

import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import type { Gate } from '../outbound/connection.ts'
import { bandwidth } from './bandwidth.ts'
import { RemoteFailure, type RemoteFile, type RemoteFolder, type RemoteLimits, type Step } from './folder.ts'
import { lanes } from './lanes.ts'
import { checkPath, foldersTo, freePath, joinPath, quote } from './names.ts'
import { called, openSftp, type SftpConnection, silenceTimeoutMsOf } from './sftp-connection.ts'
import { sftpBytes } from './sftp-read.ts'
import { within } from './silence.ts'
import { steadyRead } from './steady-read.ts'
import { type Entry, walk } from './walk.ts'

export type SftpSettings = RemoteLimits & {
  host: string
  port: number
  user: string
  password?: string | null
  /** OpenSSH or PEM. */
  privateKey?: string | null
  passphrase?: string | null
  /** `SHA256:…` as ssh-keygen prints it. Null: the key that is seen first is accepted, and told to `onHostKey`. */
  hostKey: string | null
  onHostKey?: (fingerprint: string) => void
  /** Absolute, or from where the login leads to. */
  path: string
  gate: Gate
}

/** SSH_FX_*, draft-ietf-secsh-filexfer-02 §7. */
const status = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3 }

/** Connects when it is used first. */
export function sftpFolder(given: SftpSettings): RemoteFolder {
  // Where no key was named, the first that is met is the only one for as long as the folder is open.
  const settings: SftpSettings = {
    ...given,
    onHostKey(fingerprint) {
      settings.hostKey ??= fingerprint
      given.onHostKey?.(fingerprint)
    },
  }
  const pool = lanes<SftpConnection>({
    connectionsMax: settings.connectionsMax ?? 2,
    open: (signal) => openSftp(settings, signal),
    isOpen: ({ isOpen }) => isOpen,
    end: (connection) => connection.end(),
  })
  const limit = bandwidth(settings.bytesPerSecondMax ?? null)
  /** One request, on whichever connection is free. */
  const use = <T>(step: Step, signal: AbortSignal, call: Call<T>): Promise<T> =>
    pool.use(signal, (connection) => request(connection, step, signal, call), isAnswer)

  async function* listFolder(path: string, signal: AbortSignal): AsyncGenerator<Entry> {
    const lane = await pool.take(signal)
    const { connection } = lane
    try {
      const handle = await request<Buffer>(connection, 'directory', signal, (sftp, at, done) =>
        sftp.opendir(at(path), done),
      )
      for (;;) {
        const batch = await request<FileEntryWithStats[]>(connection, 'list', signal, (sftp, _, done) =>
          sftp.readdir(handle, done),
        ).catch((error) => {
          if (statusOf(error) === status.endOfFile) return null
          throw error
        })
        if (batch === null) break
        for (const { filename, attrs } of batch) yield { name: filename, ...factsOf(attrs) }
      }
      connection.sftp.close(handle, () => {})
      lane.release()
    } finally {
      lane.discard()
    }
  }

  async function* readFrom(path: string, start: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const lane = await pool.take(signal)
    try {
      yield* sftpBytes(lane.connection, absolute(lane.connection, path), start, signal)
      lane.release()
    } catch (error) {
      signal.throwIfAborted()
      throw sftpFailure(error, 'read')
    } finally {
      lane.discard()
    }
  }

  /** Of files, folders and links alike; null when there is nothing of that name. */
  const lstat = async (path: string, signal: AbortSignal): Promise<Stats | null> => {
    checkPath(path)
    try {
      return await use<Stats>('read', signal, (sftp, at, done) => sftp.lstat(at(path), done))
    } catch (error) {
      if (statusOf(error) === status.noSuchFile) return null
      throw error
    }
  }

  const stat = async (path: string, signal: AbortSignal): Promise<RemoteFile | null> => {
    const found = await lstat(path, signal)
    if (!found) return null
    const { kind, sizeBytes, modifiedAt } = factsOf(found)
    return kind === 'file' ? { path, sizeBytes, modifiedAt } : null
  }

  return {
    list: (options) => walk(listFolder, options),

    stat,

    open: async (path, { start = 0, signal }) =>
      steadyRead({
        ...{ path: checkPath(path), start, signal, stat, readFrom },
        ...{ bandwidth: limit, breakPauseMs: settings.breakPauseMs },
      }),

    async move(path, to, signal) {
      checkPath(path)
      const free = await freePath(checkPath(to), async (tried) => (await lstat(tried, signal)) !== null)
      for (const folder of foldersTo(free)) {
        if (await lstat(folder, signal)) continue
        await use<void>('write', signal, (sftp, at, done) => sftp.mkdir(at(folder), done)).catch(async (error) => {
          // Somebody else has made it since.
          if (!(await lstat(folder, signal))) throw error
        })
      }
      await use<void>('write', signal, (sftp, at, done) => sftp.rename(at(path), at(free), done))
      return free
    },

    async remove(path, signal) {
      checkPath(path)
      await use<void>('write', signal, (sftp, at, done) => sftp.unlink(at(path), done)).catch((error) => {
        if (statusOf(error) !== status.noSuchFile) throw error
      })
    },

    async create(path, content, signal) {
      checkPath(path)
      await use<void>('write', signal, (sftp, at, done) => sftp.writeFile(at(path), content, { flag: 'wx' }, done))
    },

    close: async () => pool.close(),
  }
}

type Done<T> = (error: Error | null | undefined, result: T) => void
type Call<T> = (sftp: SFTPWrapper, at: (path: string) => string, done: Done<T>) => void

async function request<T>(connection: SftpConnection, step: Step, signal: AbortSignal, call: Call<T>): Promise<T> {
  const options = { step, timeoutMs: silenceTimeoutMsOf(connection.settings), signal, stop: connection.end }
  try {
    const at = (path: string) => absolute(connection, path)
    return await within(
      options,
      called<T>((done) => call(connection.sftp, at, done as Done<T>)),
    )
  } catch (error) {
    signal.throwIfAborted()
    throw sftpFailure(error, step)
  }
}

const absolute = ({ base }: SftpConnection, path: string) => (path === '' ? base : joinPath(base, path))

/** `S_IFMT` and its values, as POSIX has them and draft-ietf-secsh-filexfer-02 §5 takes them over. */
const modes = new Map<number, Entry['kind']>([
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'link'],
])

function factsOf({ mode, size, mtime }: Pick<Stats, 'mode' | 'size' | 'mtime'>): Omit<Entry, 'name'> {
  return {
    kind: modes.get(mode & 0o170000) ?? 'other',
    sizeBytes: size ?? Number.NaN,
    modifiedAt: mtime === undefined ? null : new Date(mtime * 1000),
  }
}

/** The number by which an SFTP server refused; null for a connection that broke, which has words of its own. */
function statusOf(error: unknown): number | null {
  const code = error instanceof RemoteFailure && (error.cause as { code?: unknown } | undefined)?.code
  return typeof code === 'number' ? code : null
}

/** The connection is as good as before. */
const isAnswer = (error: unknown) => statusOf(error) !== null

function sftpFailure(error: unknown, step: Step): RemoteFailure {
  if (error instanceof RemoteFailure) return error
  const { code, message } = error as Error & { code?: unknown }
  if (typeof code !== 'number') {
    return new RemoteFailure(step, `The server ended or broke the connection: ${quote(message)}.`, { cause: error })
  }
  const isPermanent = code === status.noSuchFile || code === status.permissionDenied
  const what =
    code === status.noSuchFile ? 'it is not there' : code === status.permissionDenied ? 'not permitted' : null
  return new RemoteFailure(step, `The server refused: ${what ?? quote(message)}.`, { isPermanent, cause: error })
}
