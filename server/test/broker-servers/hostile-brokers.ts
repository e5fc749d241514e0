// Servers that mean harm to whoever publishes to them: each is what a connection of theirs does.

import { type AddressInfo, createServer, type Socket } from 'node:net'

export type Behaviour = (socket: Socket) => void

export type HostileServer = { port: number; connections: Set<Socket>; visits(): number; close(): Promise<void> }

export async function startHostile(behave: Behaviour): Promise<HostileServer> {
  const connections = new Set<Socket>()
  let visits = 0
  const server = createServer((socket) => {
    visits += 1
    connections.add(socket)
    socket.on('error', () => {}).on('close', () => connections.delete(socket))
    behave(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    visits: () => visits,
    async close() {
      const closed = new Promise((done) => server.close(done))
      for (const socket of connections) socket.destroy()
      await closed
    },
  }
}

/** As fast as the reader reads, until it is gone. */
export function writeForever(socket: Socket, chunk: Buffer): void {
  const go = () => {
    while (!socket.destroyed && socket.write(chunk)) {}
  }
  socket.on('drain', go)
  go()
}

export const anybody: Record<string, Behaviour> = {
  'says nothing': (socket) => void socket.resume(),
  'closes at once': (socket) => void socket.destroy(),
  'resets at the first word': (socket) => void socket.once('data', () => socket.resetAndDestroy()),
  'answers in HTTP': (socket) => {
    socket.resume()
    socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  },
  'sends zeros without end': (socket) => {
    socket.resume()
    writeForever(socket, Buffer.alloc(65_536))
  },
  'sends letters without end': (socket) => {
    socket.resume()
    writeForever(socket, Buffer.alloc(65_536, 'INFO {"a":"'))
  },
  'sends its text byte by byte without end': (socket) => {
    socket.resume().setNoDelay(true)
    const timer = setInterval(() => socket.write('I'), 1)
    socket.on('close', () => clearInterval(timer))
  },
}

const million = 'e'.repeat(1_000_000)

/** Says who it is, and answers each command of NATS as `answer` likes. */
const nats =
  (info: string, answer: (line: string, socket: Socket) => void): Behaviour =>
  (socket) => {
    socket.write(`INFO ${info}\r\n`)
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('latin1').split('\r\n')) {
        if (line === 'PING') socket.write('PONG\r\n')
        else answer(line, socket)
      }
    })
  }

const info = '{"server_id":"x","version":"2.9.0","proto":1,"headers":true,"max_payload":1048576,"jetstream":true}'

/** The inbox that the library listens to, and the answer to the first message. */
const answerOf = (line: string, socket: Socket, text: string) => {
  const [verb, , inbox] = line.split(' ')
  if (verb === 'HPUB') socket.write(`MSG ${inbox} 1 ${text.length}\r\n${text}\r\n`)
}

export const natsBehaviours: Record<string, Behaviour> = {
  'an INFO that is not JSON': nats('{"', () => {}),
  'an INFO full of other servers': nats(
    info.replace('{', '{"connect_urls":["169.254.169.254:80","10.0.0.1:4222"],'),
    () => {},
  ),
  'an error of a million characters at the login': nats(info, (line, socket) => {
    if (line.startsWith('CONNECT')) socket.write(`-ERR '${million}'\r\n`)
  }),
  'an error of a million characters instead of a confirmation': nats(info, (line, socket) =>
    answerOf(line, socket, JSON.stringify({ error: { code: 500, err_code: 1, description: million } })),
  ),
  'a confirmation that is no JSON': nats(info, (line, socket) => answerOf(line, socket, '{"stream"')),
  'a confirmation of nothing': nats(info, (line, socket) => answerOf(line, socket, '{}')),
  'a confirmation of the length of everything': nats(info, (line, socket) => {
    if (!line.startsWith('HPUB')) return
    socket.write(`MSG x 1 ${2 ** 40}\r\n`)
    writeForever(socket, Buffer.alloc(65_536))
  }),
  'nonsense after the login': nats(info, (line, socket) => {
    if (line.startsWith('HPUB')) socket.write('\u0000\u0001nonsense\r\n')
  }),
}

const method = (channel: number, classId: number, methodId: number, args = Buffer.alloc(0)) =>
  frame(1, channel, Buffer.concat([short(classId), short(methodId), args]))
const frame = (type: number, channel: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([type]), short(channel), long(payload.length), payload, Buffer.from([0xce])])
const short = (value: number) => Buffer.from([value >> 8, value & 255])
const long = (value: number) => {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(value)
  return out
}
const longString = (text: string) => Buffer.concat([long(text.length), Buffer.from(text)])
const shortString = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])

const start = method(0, 10, 10, Buffer.concat([Buffer.from([0, 9]), long(0), longString('PLAIN'), longString('en_US')]))
const tune = method(0, 10, 30, Buffer.concat([short(10), long(131_072), short(60)]))
const openOk = method(0, 10, 41, shortString(''))
const closeConnection = method(0, 10, 50, Buffer.concat([short(541), shortString('go away'), short(0), short(0)]))
const channelOpenOk = method(1, 20, 11, long(0))
const confirmSelectOk = method(1, 85, 11)
const basicReturn = method(
  1,
  60,
  50,
  Buffer.concat([short(312), shortString('NO_ROUTE'), shortString(''), shortString('')]),
)
const header = (size: bigint) => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(size)
  return frame(2, 1, Buffer.concat([short(60), short(0), length, short(0)]))
}

/** One packet for each that comes in: what comes after the last is answered with nothing. */
const amqp =
  (...packets: Buffer[][]): Behaviour =>
  (socket) => {
    let turn = 0
    socket.on('data', () => {
      const packet = packets[turn++]
      if (packet) socket.write(Buffer.concat(packet))
    })
  }
const loggedIn = [[start], [tune], [openOk], [channelOpenOk], [confirmSelectOk]]

export const amqpBehaviours: Record<string, Behaviour> = {
  'a close in the packet that ends the handshake': amqp([start], [tune], [openOk, closeConnection]),
  'nonsense in the packet that ends the handshake': amqp([start], [tune], [openOk, Buffer.alloc(100, 7)]),
  'a channel of its own in that packet': amqp([start], [tune], [openOk, method(9, 20, 40)]),
  'a frame of a million bytes': amqp([start], [tune], [frame(1, 0, Buffer.alloc(1_000_000))]),
  'a frame of 4 GiB': (socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([Buffer.from([1, 0, 0]), long(2 ** 32 - 1)]))
      writeForever(socket, Buffer.alloc(65_536))
    })
  },
  'a refusal': amqp(...loggedIn, [method(1, 60, 120, Buffer.concat([long(0), long(1), Buffer.from([0])]))]),
  'a message that comes back and never ends': (socket) => {
    amqp(...loggedIn)(socket)
    let turn = 0
    socket.on('data', () => {
      if (++turn !== 6) return
      socket.write(Buffer.concat([basicReturn, header(2n ** 60n)]))
      writeForever(socket, frame(3, 1, Buffer.alloc(60_000)))
    })
  },
}

/** Answers each request with the bytes, behind the length and its correlation id. */
const kafka =
  (answer: (key: number) => Buffer | null, length?: number): Behaviour =>
  (socket) => {
    socket.on('data', (request: Buffer) => {
      if (request.length < 12) return
      const body = answer(request.readInt16BE(4))
      if (body) socket.write(Buffer.concat([long(length ?? body.length + 4), request.subarray(8, 12), body]))
    })
  }

export const kafkaBehaviours: Record<string, Behaviour> = {
  'an answer of 2 GiB': (socket) => {
    socket.once('data', (request: Buffer) => {
      socket.write(Buffer.concat([long(2 ** 31 - 1), request.subarray(8, 12)]))
      writeForever(socket, Buffer.alloc(65_536))
    })
  },
  'an answer of a negative length': kafka(() => Buffer.alloc(20, 255), 2 ** 32 - 5),
  'an answer that is empty': kafka(() => Buffer.alloc(0)),
  'an answer full of ones': kafka(() => Buffer.alloc(1000, 255)),
  'an answer to another question': (socket) => {
    socket.on('data', () => socket.write(Buffer.concat([long(8), long(77), long(0)])))
  },
  'a list of 2 billion': kafka(() => Buffer.concat([short(0), long(2 ** 31 - 1)])),
  'an error of a million characters': kafka((key) =>
    key === 18
      ? Buffer.concat([short(0), long(1), short(36), short(0), short(0), long(0)])
      : key === 17
        ? Buffer.concat([short(0), long(0)])
        : Buffer.concat([short(58), short(32_000), Buffer.alloc(32_000, 'e'), long(0), Buffer.alloc(968_000)]),
  ),
}
