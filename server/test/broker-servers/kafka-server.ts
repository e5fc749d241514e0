// One Kafka broker in this process, for as much of the protocol as a producer uses: ApiVersions, Metadata,
// InitProducerId, Produce and SASL, in versions that Kafka 2.0 to 3.9 speak. It keeps what it is given, and judges
// producers' sequences as a broker does. It is no Kafka: it knows no replicas, no disk and no other node.

import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { type SaslDialogue, type SaslLogin, saslDialogue } from './kafka-sasl.ts'
import {
  array,
  flag,
  int16,
  int32,
  int64,
  type RecordBatch,
  readRecordBatch,
  sized,
  string,
  type WireReader,
  wireReader,
} from './kafka-wire.ts'

export type KafkaRecord = RecordBatch['records'][number] & { topic: string; partition: number; offset: number }

export type KafkaServerOptions = {
  port?: number
  /** Name and number of partitions. */
  topics: Record<string, number>
  denied?: string[]
  login?: SaslLogin
  iterations?: number
  /** Where metadata says that this broker is. */
  advertised?: { host: string; port: number }
  tls?: { key: string; cert: string }
  /** What earlier servers were given. */
  log?: KafkaRecord[]
  /** Before a stored record is confirmed; true: the connection breaks instead. */
  isBreaking?: (record: KafkaRecord) => boolean
}

export type KafkaServer = { port: number; log: KafkaRecord[]; connections: Set<Socket>; close(): Promise<void> }

/** Keys and versions, with the first that are as they are written here. */
const versions = { produce: [0, 3, 3], metadata: [3, 4, 4], saslHandshake: [17, 0, 1], apiVersions: [18, 0, 1] }
const others = { initProducerId: [22, 0, 1], saslAuthenticate: [36, 0, 0] }
/** "Error Codes". */
const errors = { unknownTopic: 3, tooLarge: 10, denied: 29, unsupportedMechanism: 33, unsupportedVersion: 35 }
const loginErrors = { notLoggedIn: 34, failed: 58 }
const sequenceErrors = { outOfOrder: 45 }
const messageBytesMax = 2 ** 20

export async function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  const { topics, denied = [], login, iterations = 4096, log = [], isBreaking = () => false } = options
  const connections = new Set<Socket>()
  /** By producer and partition: the next sequence number. */
  const sequences = new Map<string, number>()
  let lastProducerId = BigInt(Date.now())

  const apiKeys = () =>
    array(Object.values({ ...versions, ...others }).map((three) => Buffer.concat(three.map((number) => int16(number)))))

  const metadata = (request: WireReader) => {
    const names = request.array(() => request.string() ?? '')
    const { port } = server.address() as AddressInfo
    const at = options.advertised ?? { host: '127.0.0.1', port }
    const partition = (index: number) =>
      Buffer.concat([int16(0), int32(index), int32(1), array([int32(1)]), array([int32(1)])])
    const topic = (name: string) => {
      const count = topics[name] ?? 0
      const partitions = Array.from({ length: count }, (_, index) => partition(index))
      return Buffer.concat([int16(count ? 0 : errors.unknownTopic), string(name), flag(false), array(partitions)])
    }
    return [
      int32(0),
      array([Buffer.concat([int32(1), string(at.host), int32(at.port), string(null)])]),
      ...[string('cluster'), int32(1), array(names.map(topic))],
    ]
  }

  const append = (topic: string, partition: number, bytes: Buffer): { error: number; offset: number } => {
    const { producerId, producerEpoch, firstSequence, records } = readRecordBatch(bytes)
    const last = log.filter((record) => record.topic === topic && record.partition === partition)
    if (denied.includes(topic)) return { error: errors.denied, offset: -1 }
    if (!(partition < (topics[topic] ?? 0))) return { error: errors.unknownTopic, offset: -1 }
    if (bytes.length > messageBytesMax) return { error: errors.tooLarge, offset: -1 }
    const key = `${producerId} ${producerEpoch} ${topic} ${partition}`
    const next = sequences.get(key) ?? 0
    // Sent again after a confirmation that was lost: stored once, confirmed twice (KIP-98).
    if (firstSequence < next) return { error: 0, offset: last.length - 1 }
    if (firstSequence > next) return { error: sequenceErrors.outOfOrder, offset: -1 }
    sequences.set(key, next + records.length)
    log.push(...records.map((record, index) => ({ ...record, topic, partition, offset: last.length + index })))
    return { error: 0, offset: last.length }
  }

  const produce = (request: WireReader) => {
    if (request.string() !== null) throw new Error('a transaction')
    if (request.int16() !== -1) throw new Error('acks is not all')
    request.int32()
    const responses = request.array(() => {
      const topic = request.string() ?? ''
      const partitions = request.array(() => {
        const index = request.int32()
        const { error, offset } = append(topic, index, request.bytesOf(request.int32()) ?? Buffer.alloc(0))
        return Buffer.concat([int32(index), int16(error), int64(BigInt(offset)), int64(-1n)])
      })
      return Buffer.concat([string(topic), array(partitions)])
    })
    return [array(responses), int32(0)]
  }

  const serve = (socket: Socket) => {
    let dialogue: SaslDialogue | null = null
    const isIn = () => !login || (dialogue?.isDone() ?? false)
    const answer = (key: number, version: number, request: WireReader): Buffer[] => {
      if (key === 18) {
        // An unknown version is answered in version 0, so that anybody can read it (KIP-511).
        return version > 1
          ? [int16(errors.unsupportedVersion), apiKeys()]
          : [int16(0), apiKeys(), ...(version ? [int32(0)] : [])]
      }
      if (key === 17) {
        const mechanism = request.string() ?? ''
        const isKnown = login !== undefined && ['PLAIN', 'SCRAM-SHA-512'].includes(mechanism)
        if (isKnown) dialogue = saslDialogue(mechanism, login, iterations)
        return [int16(isKnown ? 0 : errors.unsupportedMechanism), array([string('PLAIN'), string('SCRAM-SHA-512')])]
      }
      if (key === 36) {
        const said = dialogue?.answer(request.bytesOf(request.int32()) ?? Buffer.alloc(0)) ?? null
        if (said) return [int16(0), string(null), sized(said)]
        return [int16(loginErrors.failed), string('Authentication failed'), sized(Buffer.alloc(0))]
      }
      if (!isIn()) throw new Error(`request ${key} before the login (${loginErrors.notLoggedIn})`)
      if (key === 3) return metadata(request)
      if (key === 0) return produce(request)
      if (key === 22) {
        lastProducerId += 1n
        return [int32(0), int16(0), int64(lastProducerId), int16(0)]
      }
      throw new Error(`request ${key} is not known`)
    }
    let waiting = Buffer.alloc(0)
    connections.add(socket)
    socket.on('error', () => {}).on('close', () => connections.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE()) {
        const length = waiting.readInt32BE()
        const request = wireReader(waiting.subarray(4, 4 + length))
        waiting = waiting.subarray(4 + length)
        const [key, version, correlation] = [request.int16(), request.int16(), request.int32()]
        request.string()
        const before = log.length
        try {
          const said = Buffer.concat([int32(correlation), ...answer(key, version, request)])
          if (log.slice(before).some(isBreaking)) return void socket.destroy()
          socket.write(sized(said))
        } catch (error) {
          // As a broker does with what it cannot read.
          socket.destroy(error as Error)
        }
      }
    })
  }

  const server = options.tls ? createTls(options.tls, serve) : createTcp(serve)
  server.on('tlsClientError', () => {})
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    log,
    connections,
    async close() {
      const closed = new Promise((done) => server.close(done))
      for (const socket of connections) socket.resetAndDestroy()
      await closed
    },
  }
}
