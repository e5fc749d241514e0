// Mail goes out here, by the operator's own SMTP server. What stands in it is the slices' business.

import type { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import { Problem } from './problem.ts'

export type Message = {
  to: string
  subject: string
  text: string
  /** The same for what is sent again because nobody knows whether it was: servers and programs that read mail drop doubles. */
  messageId?: string
  attachments?: { fileName: string; contentType: string; content: Readable }[]
}

export type Mail = {
  /** Whether a server is set; without one nothing can be sent, and slices show what they would have sent or say so. */
  isSet: boolean
  /** @throws Problem('upstream', 'mail_failed') when the server does not take it; `unavailable` when none is set */
  send(message: Message): Promise<void>
  close(): void
}

export type MailSettings = {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
  smtpUrl: string | null
  from: string | null
  /** Whether a connection that stays unencrypted is given up. */
  requiresTls: boolean
}

const connectTimeoutMs = 10_000
const silenceTimeoutMs = 20_000
const connectionsMax = 2
/** In characters, of what a server says in its refusal. */
const reasonCharsMax = 200

export function openMail({ smtpUrl, from, requiresTls }: MailSettings): Mail {
  if (!smtpUrl || !from) {
    const send = async () => {
      throw new Problem('unavailable', 'mail_not_set', 'No mail can be sent: INDABA_SMTP_URL is not set.')
    }
    return { isSet: false, send, close() {} }
  }
  const url = new URL(smtpUrl)
  const isSecure = url.protocol === 'smtps:'
  const user = decodeURIComponent(url.username)
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 465 : 587),
    secure: isSecure,
    requireTLS: requiresTls && !isSecure,
    ...(user ? { auth: { user, pass: decodeURIComponent(url.password) } } : {}),
    pool: true,
    maxConnections: connectionsMax,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    // A message is text that is written here; it never reads a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    isSet: true,
    async send({ to, subject, text, messageId, attachments = [] }) {
      try {
        // As an object: nothing in an address is taken for a second one.
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          ...(messageId ? { messageId: `<${messageId}>` } : {}),
          attachments: attachments.map(({ fileName: filename, ...rest }) => ({ filename, ...rest })),
        })
      } catch (cause) {
        const reason = String((cause as Error).message).slice(0, reasonCharsMax)
        throw new Problem('upstream', 'mail_failed', `The mail server did not take the message: ${reason}`, { cause })
      }
    },
    close: () => transport.close(),
  }
}
