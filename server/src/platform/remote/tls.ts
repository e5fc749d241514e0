// Encrypts a connection that is open, and judges the certificate before anything is said over it: by the known
// authorities, by one more that the owner trusts, or by the fingerprint of the one certificate that is accepted.

import { isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect, rootCertificates, type TLSSocket } from 'node:tls'
import { connectFailure } from '../outbound/failure.ts'
import { type OnStep, RemoteFailure } from './folder.ts'
import { quote } from './names.ts'
import { within } from './silence.ts'

export type TlsTrust = {
  host: string
  certificateFingerprint?: string | null
  certificateAuthority?: string | null
}

/** Remembers the session for data connections, which many servers want to be the same (vsftpd's require_ssl_reuse). */
export type Secured = { socket: TLSSocket; session(): Buffer | undefined; fingerprint: string }

export function tlsOptions({ host, certificateAuthority }: TlsTrust): ConnectionOptions {
  return {
    host,
    // RFC 6066 §3: an address is not a server name.
    ...(isIP(host) ? {} : { servername: host }),
    ...(certificateAuthority ? { ca: [...rootCertificates, certificateAuthority] } : {}),
    // Judged below, so that the fingerprint of what is refused can be shown.
    rejectUnauthorized: false,
  }
}

export async function secure(
  raw: Socket,
  trust: TlsTrust,
  options: { timeoutMs: number; signal: AbortSignal; onStep?: OnStep | undefined },
): Promise<Secured> {
  let session: Buffer | undefined
  const socket = connect({ ...tlsOptions(trust), socket: raw })
  socket.on('session', (latest) => {
    session = latest
  })
  const stop = () => raw.destroy()
  const shaken = Promise.withResolvers<void>()
  socket.once('secureConnect', shaken.resolve).once('error', shaken.reject)
  socket.once('close', () => shaken.reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
  try {
    await within({ ...options, step: 'tls', stop }, shaken.promise)
    const fingerprint = socket.getPeerCertificate().fingerprint256 ?? ''
    judge(socket, trust, fingerprint)
    options.onStep?.(
      'tls',
      `${socket.getProtocol()}, certificate ${fingerprint}, valid until ${socket.getPeerCertificate().valid_to}.`,
    )
    socket.removeAllListeners('error').removeAllListeners('close')
    return { socket, session: () => session ?? socket.getSession(), fingerprint }
  } catch (error) {
    stop()
    if (error instanceof RemoteFailure || options.signal.aborted) throw error
    throw new RemoteFailure('tls', `No encrypted connection: ${connectFailure('tls', error).detail}.`, { cause: error })
  }
}

function judge(socket: TLSSocket, trust: TlsTrust, fingerprint: string): void {
  const pinned = trust.certificateFingerprint
  const error = socket.authorizationError as unknown as string | Error | undefined
  if (pinned) {
    if (plain(pinned) === plain(fingerprint) && fingerprint !== '') return
    throw new RemoteFailure(
      'tls',
      `The server's certificate has changed: ${pinned} is accepted, ${fingerprint} was shown. If the server was given a new certificate, accept that one.`,
      { isPermanent: true, fingerprint },
    )
  }
  if (socket.authorized) return
  const code = typeof error === 'string' ? error : ((error as { code?: string } | undefined)?.code ?? '')
  const reason = connectFailure('tls', { code }).detail
  const certificate = socket.getPeerCertificate()
  const facts = `SHA-256 ${fingerprint}, for ${quote(certificate.subjectaltname ?? String(certificate.subject?.CN ?? '?'))}, valid until ${certificate.valid_to}`
  throw new RemoteFailure(
    'tls',
    `The certificate cannot be trusted: ${reason} (${facts}). If it is the right one, accept this fingerprint.`,
    { isPermanent: true, fingerprint, cause: error },
  )
}

const plain = (fingerprint: string) => fingerprint.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase()
