// An SMTP server on loopback that keeps what it is given (RFC 5321, PLAIN of RFC 4954). It offers no TLS.

import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type KeptMail = { from: string; to: string[]; headers: string; text: string; login: string | null }

export type SmtpServer = {
  url: string
  kept: KeptMail[]
  /** The next mail to somebody, which may still be under way; it is taken out of `kept`. */
  next(to: string, timeoutMs?: number): Promise<KeptMail>
  /** What the server answers to a recipient, instead of taking it. */
  refuse(answer: string | null): void
  /** How long a mail is kept before that is said. */
  answerAfter(ms: number): void
  stop(): Promise<void>
}

export async function startSmtpServer(): Promise<SmtpServer> {
  const kept: KeptMail[] = []
  const manner: Manner = { refusal: null, answerMs: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    serve(socket, kept, manner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://mailer:pass%2Fword@127.0.0.1:${port}`,
    kept,
    async next(to, timeoutMs = 5000) {
      const until = Date.now() + timeoutMs
      for (;;) {
        const index = kept.findIndex((mail) => mail.to.includes(to))
        if (index >= 0) return kept.splice(index, 1)[0] as KeptMail
        if (Date.now() > until) throw new Error(`no mail to ${to} came`)
        await delay(20)
      }
    },
    refuse(answer) {
      manner.refusal = answer
    },
    answerAfter(ms) {
      manner.answerMs = ms
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Manner = { refusal: string | null; answerMs: number }

function serve(socket: Socket, kept: KeptMail[], manner: Manner): void {
  let pending = ''
  let login: string | null = null
  let mail = { from: '', to: [] as string[] }
  let isData = false
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 loopback ESMTP')
  socket.setEncoding('utf8')
  socket.on('data', (chunk) => {
    pending += chunk
    for (;;) {
      const end = pending.indexOf(isData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const part = pending.slice(0, end)
      pending = pending.slice(end + (isData ? 5 : 2))
      if (isData) {
        isData = false
        kept.push({ ...mail, ...readMessage(part), login })
        mail = { from: '', to: [] }
        setTimeout(() => say('250 kept'), manner.answerMs)
        continue
      }
      const verb = part.slice(0, 4).toUpperCase()
      const address = /<([^>]*)>/.exec(part)?.[1] ?? ''
      if (verb === 'EHLO') say('250-loopback\r\n250-8BITMIME\r\n250 AUTH PLAIN')
      else if (verb === 'AUTH') {
        login = Buffer.from(part.split(' ')[2] ?? '', 'base64').toString()
        say('235 welcome')
      } else if (verb === 'MAIL') {
        mail = { from: address, to: [] }
        say('250 ok')
      } else if (verb === 'RCPT') {
        if (!manner.refusal) mail.to.push(address)
        say(manner.refusal ?? '250 ok')
      } else if (verb === 'DATA') {
        isData = true
        say('354 go on')
      } else if (verb === 'QUIT') {
        say('221 bye')
        socket.end()
      } else say(verb === 'RSET' || verb === 'NOOP' ? '250 ok' : '502 not here')
    }
  })
}

function readMessage(data: string): { headers: string; text: string } {
  const split = data.indexOf('\r\n\r\n')
  const headers = data.slice(0, split)
  const body = data.slice(split + 4).replace(/^\.\./gm, '.')
  const isQuoted = /content-transfer-encoding: quoted-printable/i.test(headers)
  const plain = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => `%${hex}`)
  return { headers, text: isQuoted ? decodeURIComponent(plain.replace(/%(?![0-9A-F]{2})/g, '%25')) : body }
}
