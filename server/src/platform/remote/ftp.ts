// A folder on an FTP or FTPS server. Commands and their meaning are here; the dialogue is `ftp-connection.ts`, data
// connections are `ftp-data.ts`, listings `ftp-listing.ts`.

import type { Gate } from '../outbound/connection.ts'
import { bandwidth } from './bandwidth.ts'
import { RemoteFailure, type RemoteFile, type RemoteFolder, type RemoteLimits } from './folder.ts'
import {
  absolute,
  ask,
  enterFolder,
  type FtpConnection,
  ftpFailure,
  openFtp,
  silenceTimeoutMsOf,
} from './ftp-connection.ts'
import { beginTransfer } from './ftp-data.ts'
import { listingEntries, readLine } from './ftp-listing.ts'
import { lanes } from './lanes.ts'
import { checkPath, foldersTo, freePath, parentOf, quote } from './names.ts'
import { patiently } from './silence.ts'
import { steadyRead } from './steady-read.ts'
import { type Entry, walk } from './walk.ts'

export type FtpSettings = RemoteLimits & {
  host: string
  port: number
  user: string
  password: string
  security: 'none' | 'explicit' | 'implicit'
  /** Absolute, or from where the login leads to. */
  path: string
  /** SHA-256 of the one certificate that is accepted (`AB:CD:…`), whoever signed it. Null: a certificate of a known authority. */
  certificateFingerprint?: string | null
  /** PEM of an authority that is trusted besides the known ones. */
  certificateAuthority?: string | null
  gate: Gate
}

/** Connects when it is used first. Times are exact where the server knows MLSD; else `stat` asks for them. */
export function ftpFolder(settings: FtpSettings): RemoteFolder {
  const pool = lanes<FtpConnection>({
    connectionsMax: settings.connectionsMax ?? 2,
    open: (signal) => openFtp(settings, signal),
    isOpen: ({ client }) => !client.closed,
    end: (connection) => connection.end(),
  })
  const limit = bandwidth(settings.bytesPerSecondMax ?? null)
  const use = <T>(signal: AbortSignal, work: (connection: FtpConnection) => Promise<T>) =>
    pool.use(signal, work, (error) => error instanceof RemoteFailure && error.isPermanent)

  /** The bytes of one transfer; its connection is good for the next when the server said that all is sent. */
  async function* receive(
    prepare: (connection: FtpConnection) => Promise<string>,
    options: { step: 'list' | 'read'; signal: AbortSignal; start?: number; isBelow?: boolean },
  ): AsyncGenerator<Buffer> {
    const { signal, step } = options
    const lane = await pool.take(signal)
    try {
      const command = await prepare(lane.connection)
      const transfer = await beginTransfer(lane.connection, command, options)
      yield* patiently(transfer.socket, { step, timeoutMs: silenceTimeoutMsOf(settings), signal })
      const { message } = await transfer.finish()
      lane.release()
      // vsftpd: `226 Transfer done (but failed to open directory).` Nothing was listed, which is not that nothing is there.
      if (step === 'list' && /fail|denied/i.test(message)) {
        const detail = `The folder may not be listed. The server said ${quote(message)}.`
        // Of a folder below it keeps us from that one alone.
        throw new RemoteFailure(options.isBelow ? 'directory' : 'list', detail, { isPermanent: true })
      }
    } catch (error) {
      signal.throwIfAborted()
      const failure = ftpFailure(error, step, settings)
      if (failure.isPermanent) lane.release()
      throw failure
    } finally {
      lane.discard()
    }
  }

  const listFolder = (path: string, signal: AbortSignal): AsyncGenerator<Entry> => {
    const enter = async (connection: FtpConnection) => {
      await enterFolder(connection, path, signal)
      return connection.hasMlst ? 'MLSD' : 'LIST'
    }
    return listingEntries(receive(enter, { step: 'list', signal, isBelow: path !== '' }))
  }

  /** For servers that know neither MLST nor SIZE. The listing ends before another connection is asked for the time. */
  const statByListing = async (path: string, signal: AbortSignal): Promise<RemoteFile | null> => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    let found: Entry | null = null
    for await (const entry of listFolder(parentOf(path), signal)) {
      if (entry.name === name && entry.kind === 'file') found = entry
    }
    if (!found) return null
    const modifiedAt = await use(signal, (connection) => timeOf(connection, path, signal))
    return { path, sizeBytes: found.sizeBytes, modifiedAt }
  }

  const stat = async (path: string, signal: AbortSignal): Promise<RemoteFile | null> => {
    checkPath(path)
    const found = await use(signal, (connection) => statByCommand(connection, path, signal))
    return found === 'unknown' ? statByListing(path, signal) : found
  }

  return {
    list: (options) => walk(listFolder, options),

    stat,

    open: async (path, { start = 0, signal }) =>
      steadyRead({
        ...{ path: checkPath(path), start, signal, stat, bandwidth: limit, breakPauseMs: settings.breakPauseMs },
        readFrom: (_, position, inner) =>
          receive(async (connection) => `RETR ${absolute(connection, path)}`, {
            ...{ step: 'read', signal: inner, start: position },
          }),
      }),

    async move(path, to, signal) {
      checkPath(path)
      const free = await freePath(checkPath(to), async (tried) => (await stat(tried, signal)) !== null)
      await use(signal, async (connection) => {
        for (const folder of foldersTo(free)) {
          // Refused when it is there; when it cannot be made, the next command says so.
          await ask(connection, `MKD ${absolute(connection, folder)}`, 'write', signal).catch(unlessPermanent)
        }
        await ask(connection, `RNFR ${absolute(connection, path)}`, 'write', signal)
        await ask(connection, `RNTO ${absolute(connection, free)}`, 'write', signal)
      })
      return free
    },

    async remove(path, signal) {
      checkPath(path)
      try {
        await use(signal, (connection) => ask(connection, `DELE ${absolute(connection, path)}`, 'write', signal))
      } catch (error) {
        unlessPermanent(error)
        if (await stat(path, signal)) throw error
      }
    },

    async create(path, content, signal) {
      if (await stat(path, signal)) throw new RemoteFailure('write', `${quote(path)} is there already.`)
      await use(signal, async (connection) => {
        const transfer = await beginTransfer(connection, `STOR ${absolute(connection, path)}`, {
          step: 'write',
          signal,
        })
        transfer.socket.end(content)
        await transfer.finish()
      })
    },

    close: async () => pool.close(),
  }
}

function unlessPermanent(error: unknown): void {
  if (!(error instanceof RemoteFailure && error.isPermanent)) throw error
}

/** 550 is the word for "not there" and for "not for you" alike (RFC 959 §4.2). */
async function statByCommand(
  connection: FtpConnection,
  path: string,
  signal: AbortSignal,
): Promise<RemoteFile | null | 'unknown'> {
  const full = absolute(connection, path)
  if (connection.hasMlst) {
    const { message } = await ask(connection, `MLST ${full}`, 'read', signal).catch(absent)
    // The facts end at the first space (RFC 3659 §7.2); the name is the one that was asked for.
    const [facts = ''] = (message.split('\n')[1] ?? '').trimStart().split(' ')
    const [entry] = readLine(`${facts} x`) ?? []
    return entry?.kind === 'file' && Number.isSafeInteger(entry.sizeBytes)
      ? { path, sizeBytes: entry.sizeBytes, modifiedAt: entry.modifiedAt }
      : null
  }
  const sized = await ask(connection, `SIZE ${full}`, 'read', signal).catch(absent)
  const size = /^213 (\d{1,15})/.exec(sized.message)?.[1]
  // 500 and 502: it does not know the command. Some that know it do not tell the size of empty files.
  if (size === undefined) return /^(213|50)/.test(sized.message) ? 'unknown' : null
  return { path, sizeBytes: Number(size), modifiedAt: await timeOf(connection, path, signal) }
}

/** RFC 3659 §2.3: always in UTC. */
async function timeOf(connection: FtpConnection, path: string, signal: AbortSignal): Promise<Date | null> {
  const { message } = await ask(connection, `MDTM ${absolute(connection, path)}`, 'read', signal).catch(absent)
  const [, y, mo, d, h, mi, s] = /^213 (\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(message) ?? []
  return y ? new Date(Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))) : null
}

function absent(error: unknown): { message: string } {
  unlessPermanent(error)
  return { message: ((error as RemoteFailure).cause as Error | undefined)?.message ?? '' }
}
