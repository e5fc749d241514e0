// FTP's data connections: passive only, to the address of the control connection and no other, whatever the server says,
// and encrypted as the control connection is.

import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { FTPError, type FTPResponse } from 'basic-ftp'
import { RemoteFailure, type Step } from './folder.ts'
import { ask, type FtpConnection, ftpFailure, silenceTimeoutMsOf } from './ftp-connection.ts'
import { within } from './silence.ts'
import { tlsOptions } from './tls.ts'

/** `finish` waits until the server has said that the transfer is complete. */
export type Transfer = { socket: Socket; finish(): Promise<FTPResponse> }

/** Servers open ports of their own for data; what listens below 1024 is something else. */
const portMin = 1024

/** Opens a data connection, gives the command, and waits until the server begins. `start`: from this byte on (REST). */
export async function beginTransfer(
  connection: FtpConnection,
  command: string,
  options: { step: Step; signal: AbortSignal; start?: number },
): Promise<Transfer> {
  const { step, signal, start = 0 } = options
  const timeoutMs = silenceTimeoutMsOf(connection.settings)
  const { socket, trusted } = await openData(connection, step, signal)
  const stop = () => {
    socket.destroy()
    connection.end()
  }
  try {
    if (start > 0) await ask(connection, `REST ${start}`, step, signal)
    const { begun, finished } = give(connection, command)
    await within({ step, timeoutMs, signal, stop }, begun)
    // Control connections are silent during a transfer, and rightly so.
    connection.client.ftp.socket.setTimeout(0)
    await within({ step: 'tls', timeoutMs, signal, stop }, trusted)
    return { socket, finish: () => within({ step, timeoutMs, signal, stop }, finished) }
  } catch (error) {
    // After a refusal the dialogue goes on; after anything else nobody knows where it stands.
    if (error instanceof FTPError) socket.destroy()
    else stop()
    signal.throwIfAborted()
    throw ftpFailure(error, step, connection.settings)
  }
}

function give(connection: FtpConnection, command: string) {
  const begun = Promise.withResolvers<void>()
  const finished = connection.client.ftp.handle(command, (answer, task) => {
    const refusal = answer instanceof Error ? answer : answer.code >= 300 ? new FTPError(answer) : null
    if (refusal) {
      begun.reject(refusal)
      task.reject(refusal)
      return
    }
    begun.resolve()
    if ((answer as FTPResponse).code >= 200) task.resolve(answer)
  })
  finished.catch(() => {})
  begun.promise.catch(() => {})
  return { begun: begun.promise, finished: finished as Promise<FTPResponse> }
}

/** `trusted` is waited for after the command only: many servers shake hands no sooner. */
async function openData(
  connection: FtpConnection,
  step: Step,
  signal: AbortSignal,
): Promise<{ socket: Socket; trusted: Promise<void> }> {
  const { address, secured, settings } = connection
  const port = await passivePort(connection, step, signal)
  if (!(port >= portMin && port <= 65_535)) {
    throw new RemoteFailure(step, `The server named port ${port} for data, which is not used.`, { isPermanent: true })
  }
  const raw = connectTcp({ host: address, port, noDelay: true })
  const connected = Promise.withResolvers<void>()
  raw.once('connect', connected.resolve)
  raw.on('error', connected.reject)
  const timeoutMs = settings.connectTimeoutMs ?? 15_000
  try {
    await within({ step, timeoutMs, signal, stop: () => raw.destroy() }, connected.promise)
  } catch (error) {
    signal.throwIfAborted()
    throw new RemoteFailure(
      step,
      `No data connection to port ${port}. Open the server's passive ports in its firewall, and set the address that it announces.`,
      { cause: error },
    )
  }
  if (!secured) return { socket: raw, trusted: Promise.resolve() }
  const session = secured.session()
  const socket = connectTls({ ...tlsOptions(settings), socket: raw, ...(session ? { session } : {}) })
  const trusted = sameServer(socket, secured.fingerprint)
  trusted.catch(() => {})
  return { socket, trusted }
}

/** The data connection leads to whom the control connection leads to. */
async function sameServer(socket: TLSSocket, fingerprint: string): Promise<void> {
  const shaken = Promise.withResolvers<void>()
  socket.once('secureConnect', shaken.resolve)
  socket.on('error', shaken.reject).once('close', () => shaken.reject(new Error('closed')))
  await shaken.promise
  if (socket.isSessionReused() || socket.getPeerCertificate().fingerprint256 === fingerprint) return
  throw new RemoteFailure('tls', 'The data connection shows another certificate.', { isPermanent: true })
}

async function passivePort(connection: FtpConnection, step: Step, signal: AbortSignal): Promise<number> {
  if (connection.hasEpsv) {
    try {
      const { message } = await ask(connection, 'EPSV', step, signal)
      const port = /\((.)\1\1(\d{1,5})\1\)/.exec(message)?.[2]
      if (port) return Number(port)
    } catch (error) {
      if (!(error instanceof RemoteFailure && error.isPermanent)) throw error
    }
    connection.hasEpsv = false
  }
  const { message } = await ask(connection, 'PASV', step, signal)
  // Only the port is taken: the address may be a private one behind a router, or somebody else's (RFC 2577 §3).
  const [, high, low] = /\d+,\d+,\d+,\d+,(\d{1,3}),(\d{1,3})/.exec(message) ?? []
  return Number(high) * 256 + Number(low)
}
