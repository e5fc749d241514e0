// A small FTP server in this process, over a folder on disk, that knows what vsftpd does not (MLSD, MLST, passwords), and
// that a test can make misbehave at any command.

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, opendir, rename, stat, unlink } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'

export type FtpSession = {
  socket: Socket
  reply(text: string): void
  /** Answers 150, hands over the data connection, answers 226 when the function is done. */
  transfer(send: (data: Socket) => Promise<unknown>): Promise<void>
}

export type FtpServerOptions = {
  root: string
  user?: string
  password?: string
  features?: string[]
  tls?: { key: string; cert: string; isImplicit: boolean }
  /** True: the test has dealt with this command, and the server leaves it alone. `''` is the moment of the greeting. */
  intercept?: (command: string, argument: string, session: FtpSession) => boolean | Promise<boolean>
}

export type FtpServer = { port: number; commands: string[]; connections: Set<Socket>; close(): Promise<void> }

const factsOf = (name: string, found: { size: number; mtime: Date; isDirectory(): boolean }) => {
  const modify = found.mtime.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return `type=${found.isDirectory() ? 'dir' : 'file'};size=${found.size};modify=${modify}; ${name}`
}

export async function startFtpServer(options: FtpServerOptions): Promise<FtpServer> {
  const {
    root,
    user = 'tester',
    password = 'pass word',
    features = ['MLST size*;', 'REST STREAM', 'SIZE', 'MDTM', 'UTF8'],
  } = options
  const context = options.tls ? createSecureContext(options.tls) : null
  const commands: string[] = []
  const connections = new Set<Socket>()
  const server = createServer((raw) => {
    connections.add(raw)
    raw.setMaxListeners(0)
    raw.on('close', () => connections.delete(raw)).on('error', () => {})
    const socket = context && options.tls?.isImplicit ? encrypted(raw, context) : raw
    serve(socket, raw).catch(() => raw.destroy())
  })
  const port = await listening(server)

  async function serve(first: Socket, raw: Socket): Promise<void> {
    let control = first
    let isEncrypted = control !== raw
    let [cwd, start, renamed, name] = ['/', 0, '', '']
    let isIn = false
    let passive: { server: Server; data: Promise<Socket> } | null = null
    const reply = (text: string) => void control.write(`${text}\r\n`)
    const pathOf = (argument: string) => (argument.startsWith('/') ? argument : join(cwd, argument))
    const onDisk = (argument: string) => join(root, pathOf(argument))

    const transfer: FtpSession['transfer'] = async (send) => {
      if (!passive) return reply('425 Use EPSV first.')
      reply('150 Here it comes.')
      const accepted = await passive.data
      const data = isEncrypted && context ? encrypted(accepted, context) : accepted
      try {
        await send(data)
        if (!data.destroyed) await new Promise<void>((done) => data.end(done))
        reply('226 Done.')
      } catch {
        reply('426 It broke.')
      } finally {
        passive.server.close()
        passive = null
        start = 0
      }
    }
    const openPassive = async (): Promise<number> => {
      const accepted = Promise.withResolvers<Socket>()
      const data = createServer((socket) => {
        raw.once('close', () => socket.destroy())
        accepted.resolve(socket.on('error', () => {}))
      })
      raw.once('close', () => data.close())
      passive = { server: data, data: accepted.promise }
      return listening(data)
    }
    const session: FtpSession = {
      get socket() {
        return control
      },
      reply,
      transfer,
    }

    const answers: Record<string, (argument: string) => unknown> = {
      USER: (argument) => {
        name = argument
        reply('331 And the password?')
      },
      PASS: (argument) => {
        isIn = name === user && argument === password
        reply(isIn ? '230 Welcome.' : '530 Login incorrect.')
      },
      AUTH: () => {
        if (!context) return reply('502 No TLS here.')
        reply('234 Go on.')
        control.removeAllListeners('data')
        control = encrypted(raw, context)
        isEncrypted = true
        hear()
      },
      PBSZ: () => reply('200 OK'),
      PROT: () => reply('200 OK'),
      FEAT: () => reply(`211-Features:\r\n${features.map((feature) => ` ${feature}\r\n`).join('')}211 End`),
      OPTS: () => reply('200 OK'),
      TYPE: () => reply('200 OK'),
      PWD: () => reply(`257 "${cwd.replaceAll('"', '""')}" is where you are`),
      QUIT: () => control.end('221 Bye.\r\n'),
      CWD: async (argument) => {
        if (!(await stat(onDisk(argument))).isDirectory()) throw new Error()
        cwd = pathOf(argument)
        reply('250 OK')
      },
      EPSV: async () => reply(`229 Entering (|||${await openPassive()}|)`),
      PASV: async () => {
        const port = await openPassive()
        // Somebody else's address, as of a server behind a router.
        reply(`227 Entering (10,255,255,1,${port >> 8},${port & 255})`)
      },
      MLSD: () =>
        transfer(async (data) => {
          for await (const entry of await opendir(join(root, cwd))) {
            const facts = await stat(join(root, cwd, entry.name)).catch(() => null)
            if (facts) data.write(`${factsOf(entry.name, facts)}\r\n`)
          }
        }),
      MLST: async (argument) =>
        reply(`250-Here\r\n ${factsOf(pathOf(argument), await stat(onDisk(argument)))}\r\n250 End`),
      SIZE: async (argument) => {
        const found = await stat(onDisk(argument))
        if (!found.isFile()) throw new Error()
        reply(`213 ${found.size}`)
      },
      MDTM: async (argument) =>
        reply(`213 ${(await stat(onDisk(argument))).mtime.toISOString().replace(/[-:T]/g, '').slice(0, 14)}`),
      REST: (argument) => {
        start = Number(argument)
        reply('350 From there.')
      },
      RETR: async (argument) => {
        await stat(onDisk(argument))
        await transfer((data) => pipeline(createReadStream(onDisk(argument), { start }), data))
      },
      STOR: (argument) => transfer((data) => pipeline(data, createWriteStream(onDisk(argument), { flags: 'wx' }))),
      DELE: async (argument) => {
        await unlink(onDisk(argument))
        reply('250 Gone.')
      },
      MKD: async (argument) => {
        await mkdir(onDisk(argument))
        reply('257 Made.')
      },
      RNFR: async (argument) => {
        await stat(onDisk(argument))
        renamed = onDisk(argument)
        reply('350 To what?')
      },
      RNTO: async (argument) => {
        await rename(renamed, onDisk(argument))
        reply('250 Renamed.')
      },
    }
    const open = new Set(['USER', 'PASS', 'AUTH', 'PBSZ', 'PROT', 'FEAT', 'OPTS', 'QUIT'])

    const answer = async (line: string) => {
      const [, command = '', argument = ''] = /^([A-Za-z]+) ?(.*)$/s.exec(line) ?? []
      commands.push(line)
      if (await options.intercept?.(command, argument, session)) return
      const found = answers[command.toUpperCase()]
      if (!found) return reply('502 What?')
      if (!isIn && !open.has(command.toUpperCase())) return reply('530 Log in first.')
      await found(argument)
    }
    function hear() {
      let rest = ''
      let queue = Promise.resolve()
      control.on('data', (chunk) => {
        const lines = (rest + chunk.toString('utf8')).split('\r\n')
        rest = lines.pop() ?? ''
        for (const line of lines) queue = queue.then(() => answer(line)).catch(() => reply('550 No.'))
      })
    }
    if (!(await options.intercept?.('', '', session))) reply('220 Ready.')
    hear()
  }

  return {
    port,
    commands,
    connections,
    async close() {
      for (const socket of connections) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

function encrypted(raw: Socket, secureContext: SecureContext): Socket {
  return new TLSSocket(raw, { isServer: true, secureContext }).on('error', () => {})
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}
