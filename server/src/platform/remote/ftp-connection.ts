// One FTP control connection, logged in: greeting, encryption, login, what the server can do, and where its folder is.
// basic-ftp keeps the dialogue (RFC 959, RFC 4217); which address it goes to and whom it trusts is decided here.

import { Client, FTPError, type FTPResponse } from 'basic-ftp'
import { connectTo } from './connect.ts'
import { RemoteFailure, type Step } from './folder.ts'
import type { FtpSettings } from './ftp.ts'
import { checkFolderPath, joinPath, quote } from './names.ts'
import { within } from './silence.ts'
import { type Secured, secure } from './tls.ts'

export type FtpConnection = {
  client: Client
  /** The checked address of this connection; data connections go nowhere else. */
  address: string
  secured: Secured | null
  /** The folder, absolute. */
  base: string
  hasMlst: boolean
  /** Until the server refuses EPSV (RFC 2428). */
  hasEpsv: boolean
  settings: FtpSettings
  end(): void
}

const connectTimeoutMsDefault = 15_000
export const silenceTimeoutMsOf = (settings: FtpSettings): number => settings.silenceTimeoutMs ?? 30_000

export async function openFtp(settings: FtpSettings, signal: AbortSignal): Promise<FtpConnection> {
  const { connectTimeoutMs = connectTimeoutMsDefault, onStep, user, password, security } = settings
  const raw = await connectTo({ ...settings, connectTimeoutMs, signal })
  const address = raw.remoteAddress ?? ''
  const client = new Client(silenceTimeoutMsOf(settings))
  const end = () => {
    client.close()
    raw.destroy()
  }
  const encrypt = async (socket: typeof raw) => {
    const secured = await secure(socket, settings, { timeoutMs: connectTimeoutMs, signal, onStep })
    client.ftp.socket = secured.socket
    return secured
  }
  try {
    let secured: Secured | null = null
    if (security === 'implicit') secured = await encrypt(raw)
    else client.ftp.socket = raw
    const connection: FtpConnection = {
      ...{ client, address, secured, settings, end },
      ...{ base: '', hasMlst: false, hasEpsv: true },
    }
    await greet(connection, signal)
    if (security === 'explicit') {
      await ask(connection, 'AUTH TLS', 'tls', signal).catch((error) => {
        if (!(error instanceof RemoteFailure && error.isPermanent)) throw error
        throw new RemoteFailure('tls', `The server offers no encryption: ${error.detail}`, { isPermanent: true })
      })
      connection.secured = await encrypt(raw)
    }
    await logIn(connection, user, password, signal)
    onStep?.('login', `Logged in as ${quote(user)}.`)
    await settle(connection, signal)
    onStep?.('directory', `The folder ${connection.base} is there.`)
    return connection
  } catch (error) {
    end()
    throw error
  }
}

/** One command and its answer. Refusals become failures of `step`; `quote`d, without the password. */
export async function ask(
  connection: FtpConnection,
  command: string,
  step: Step,
  signal: AbortSignal,
): Promise<FTPResponse> {
  return answered(connection, step, signal, () => connection.client.ftp.request(command))
}

/** Like `ask`, where a refusal is an answer too. */
export async function askAnyway(connection: FtpConnection, command: string, signal: AbortSignal): Promise<FTPResponse> {
  return answered(connection, 'login', signal, () => connection.client.sendIgnoringError(command))
}

async function answered<T>(
  connection: FtpConnection,
  step: Step,
  signal: AbortSignal,
  talk: () => Promise<T>,
): Promise<T> {
  const { settings, end } = connection
  // A server that keeps talking without an answer is not silent, so this is twice what silence may last.
  const options = { step, timeoutMs: silenceTimeoutMsOf(settings) * 2, signal, stop: end }
  try {
    return await within(options, talk())
  } catch (error) {
    signal.throwIfAborted()
    throw ftpFailure(error, step, settings)
  }
}

export function ftpFailure(error: unknown, step: Step, settings: FtpSettings): RemoteFailure {
  if (error instanceof RemoteFailure) return error
  if (!(error instanceof FTPError)) {
    const isSilent = /^Timeout/.test((error as Error).message)
    const what = isSilent ? 'did not answer in time' : 'ended or broke the connection'
    return new RemoteFailure(step, `The server ${what}.`, { cause: error })
  }
  const said = `The server said ${quote(error.message, [settings.password])}.`
  // RFC 959 §4.2.1: 4xx may go well another time; 421 is the usual word for too many connections.
  const isPassing = error.code < 500 || (step === 'login' && /too many|maximum/i.test(error.message))
  return new RemoteFailure(step, said, { isPermanent: !isPassing, cause: error })
}

async function greet(connection: FtpConnection, signal: AbortSignal): Promise<void> {
  const { ftp } = connection.client
  await answered(connection, 'route', signal, () =>
    ftp.handle(undefined, (answer, task) => {
      if (answer instanceof Error) task.reject(answer)
      else if (answer.code >= 200 && answer.code < 300) task.resolve(answer)
      else task.reject(new FTPError(answer))
    }),
  ).catch((error) => {
    if (!(error instanceof RemoteFailure) || error.cause instanceof FTPError) throw error
    throw new RemoteFailure('route', `${error.detail} Check that this port speaks FTP, and not SFTP or TLS at once.`, {
      cause: error.cause,
    })
  })
}

async function logIn(connection: FtpConnection, user: string, password: string, signal: AbortSignal): Promise<void> {
  await askAnyway(connection, 'OPTS UTF8 ON', signal)
  for (const text of [user, password]) {
    if (/[\r\n\0]/.test(text)) {
      throw new RemoteFailure('login', 'User name and password cannot have line ends in them.', { isPermanent: true })
    }
  }
  await answered(connection, 'login', signal, () => connection.client.login(user, password)).catch((error) => {
    if (!(error instanceof RemoteFailure && error.isPermanent)) throw error
    throw new RemoteFailure('login', `The login was refused. Check user name and password. ${error.detail}`, {
      isPermanent: true,
      cause: error.cause,
    })
  })
}

async function settle(connection: FtpConnection, signal: AbortSignal): Promise<void> {
  const { settings, client } = connection
  const features = await answered(connection, 'login', signal, () => client.features())
  connection.hasMlst = features.has('MLST')
  if (connection.hasMlst) await askAnyway(connection, 'OPTS MLST type;size;modify;', signal)
  await ask(connection, 'TYPE I', 'login', signal)
  if (connection.secured) {
    // RFC 4217 §9: data connections are encrypted too, or there are none.
    await ask(connection, 'PBSZ 0', 'tls', signal)
    await ask(connection, 'PROT P', 'tls', signal)
  }
  const path = checkFolderPath(settings.path)
  if (path.startsWith('/')) connection.base = path
  else {
    const home = /"(.*)"/.exec((await ask(connection, 'PWD', 'directory', signal)).message)?.[1]?.replaceAll('""', '"')
    if (home === undefined) throw new RemoteFailure('directory', 'The server did not say where the login leads to.')
    connection.base = joinPath(home, path.replace(/^\.\/?/, ''))
  }
  connection.base = connection.base.replace(/(.)\/+$/, '$1')
  await enterFolder(connection, '', signal)
}

/** Makes the folder the current one: a listing without a path has no trouble with spaces, stars and dashes in it. */
export async function enterFolder(connection: FtpConnection, path: string, signal: AbortSignal): Promise<void> {
  const full = absolute(connection, path)
  await ask(connection, `CWD ${full}`, 'directory', signal).catch((error) => {
    if (!(error instanceof RemoteFailure && error.isPermanent)) throw error
    throw new RemoteFailure(
      'directory',
      `There is no folder ${quote(full)}, or it may not be entered. ${error.detail}`,
      {
        isPermanent: true,
        cause: error.cause,
      },
    )
  })
}

export const absolute = ({ base }: FtpConnection, path: string): string => (path === '' ? base : joinPath(base, path))
