// One SSH connection with its SFTP channel: host key, login, and where the folder is. ssh2 speaks the protocol; which
// address it goes to, and whose key it accepts before anything is said, is decided here.

import { createHash } from 'node:crypto'
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { connectTo } from './connect.ts'
import { RemoteFailure, type Step } from './folder.ts'
import { checkFolderPath, joinPath, quote } from './names.ts'
import type { SftpSettings } from './sftp.ts'
import { readPrivateKey } from './sftp-key.ts'
import { within } from './silence.ts'

export type SftpConnection = { sftp: SFTPWrapper; base: string; isOpen: boolean; settings: SftpSettings; end(): void }

export const silenceTimeoutMsOf = (settings: SftpSettings): number => settings.silenceTimeoutMs ?? 30_000

export async function openSftp(settings: SftpSettings, signal: AbortSignal): Promise<SftpConnection> {
  const { connectTimeoutMs = 15_000, onStep, user } = settings
  const login = loginOf(settings)
  const sock = await connectTo({ ...settings, connectTimeoutMs, signal })
  const client = new Client()
  const failed = Promise.withResolvers<never>()
  const connection: SftpConnection = {
    ...{ sftp: undefined as unknown as SFTPWrapper, base: '', isOpen: true, settings },
    end() {
      connection.isOpen = false
      client.end()
      sock.destroy()
    },
  }
  const { end } = connection
  let step: Step = 'host_key'
  failed.promise.catch(() => {})
  client.on('error', failed.reject)
  client.on('close', () => {
    connection.isOpen = false
    failed.reject(new Error('the connection was closed'))
  })
  const waitFor = <T>(promise: Promise<T>) =>
    within({ step, timeoutMs: connectTimeoutMs, signal, stop: end }, Promise.race([promise, failed.promise]))
  try {
    const shaken = Promise.withResolvers<void>()
    const ready = Promise.withResolvers<void>()
    client.on('handshake', () => shaken.resolve()).on('ready', ready.resolve)
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
      // Only what is not shown while it is typed is a password.
      answer(prompts.map(({ echo }) => (echo ? '' : (settings.password ?? ''))))
    })
    client.connect({
      ...{ sock, username: user, ...login, readyTimeout: 0, keepaliveInterval: 0 },
      hostVerifier: (key: Buffer) => {
        const refusal = judgeHostKey(settings, fingerprintOf(key))
        if (refusal) failed.reject(refusal)
        return refusal === null
      },
    })
    await waitFor(shaken.promise)
    step = 'login'
    await waitFor(ready.promise)
    onStep?.('login', `Logged in as ${quote(user)}.`)
    connection.sftp = await waitFor(called<SFTPWrapper>((done) => client.sftp(done)))
    step = 'directory'
    const path = checkFolderPath(settings.path)
    const home = path.startsWith('/')
      ? ''
      : await waitFor(called<string>((done) => connection.sftp.realpath('.', done)))
    connection.base = (path.startsWith('/') ? path : joinPath(home, path.replace(/^\.\/?/, ''))).replace(
      /(.)\/+$/,
      '$1',
    )
    const found = await waitFor(
      called<{ isDirectory(): boolean }>((done) => connection.sftp.stat(connection.base, done)),
    )
    if (!found.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 2 })
    onStep?.('directory', `The folder ${connection.base} is there.`)
    return connection
  } catch (error) {
    end()
    signal.throwIfAborted()
    throw connectFailureOf(error, step, connection)
  }
}

/** A call of ssh2 as a promise. */
export function called<T>(call: (done: (error: Error | null | undefined, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))))
}

/** As `ssh-keygen -l` prints it. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

function judgeHostKey({ hostKey, onHostKey, onStep }: SftpSettings, seen: string): RemoteFailure | null {
  if (hostKey !== null && hostKey.trim().replace(/=+$/, '') !== seen) {
    return new RemoteFailure(
      'host_key',
      `The server's host key has changed: ${hostKey} is accepted, ${seen} was shown. Somebody may be between us and the server. If the server was given a new key, accept that one.`,
      { isPermanent: true, fingerprint: seen },
    )
  }
  onHostKey?.(seen)
  onStep?.(
    'host_key',
    `The server's host key is ${seen}${hostKey === null ? '; none was named, so it is trusted' : ''}.`,
  )
  return null
}

/** The ways in, in the order in which they are tried. A password goes out only after the host key was accepted. */
function loginOf({ password, privateKey, passphrase }: SftpSettings): ConnectConfig {
  const key = privateKey ? readPrivateKey(privateKey, passphrase ?? null) : null
  return {
    ...key,
    ...(password ? { password, tryKeyboard: true } : {}),
    authHandler: [
      ...(key ? (['publickey'] as const) : []),
      ...(password ? (['password', 'keyboard-interactive'] as const) : []),
    ],
  }
}

function connectFailureOf(error: unknown, step: Step, { base, settings }: SftpConnection): RemoteFailure {
  // Within our time for it: whoever speaks something else waits for us to begin.
  const isSilent = error instanceof RemoteFailure && error.step === 'host_key' && error.fingerprint === null
  if (isSilent) return new RemoteFailure(step, `${error.detail} Check that this port speaks SFTP.`, { cause: error })
  if (error instanceof RemoteFailure) return error
  const { level, code, message } = error as Error & { level?: string; code?: unknown }
  if (step === 'directory') {
    return new RemoteFailure('directory', `There is no folder ${quote(base)}, or it may not be entered.`, {
      isPermanent: code === 2 || code === 3,
      cause: error,
    })
  }
  if (level === 'client-authentication') {
    const what = settings.privateKey ? 'user name, key and password' : 'user name and password'
    return new RemoteFailure('login', `The login was refused. Check ${what}.`, { isPermanent: true, cause: error })
  }
  const detail =
    step === 'host_key'
      ? `The server and we could not agree on an SSH connection: ${quote(message)}. Check that this port speaks SFTP.`
      : `The server ended the connection: ${quote(message, [settings.password])}.`
  return new RemoteFailure(step, detail, { cause: error })
}
