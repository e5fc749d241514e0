// The URL of a broker: scheme, one or several hosts, ports, and nothing else. Also which ports of public addresses
// brokers may be reached on.

import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { BrokerKind } from './shapes.ts'
import type { HostPort } from './socket.ts'

/** Of each scheme: its kind, whether it is encrypted, and the port where none is named. */
export const brokerSchemes: Record<string, { kind: BrokerKind; isTls: boolean; port: number }> = {
  nats: { kind: 'nats', isTls: false, port: 4222 },
  tls: { kind: 'nats', isTls: true, port: 4222 },
  amqp: { kind: 'rabbitmq', isTls: false, port: 5672 },
  amqps: { kind: 'rabbitmq', isTls: true, port: 5671 },
  kafka: { kind: 'kafka', isTls: false, port: 9092 },
  kafkas: { kind: 'kafka', isTls: true, port: 9093 },
}

const publicPorts: Record<BrokerKind, [from: number, to: number][]> = {
  nats: [[4222, 4222]],
  rabbitmq: [[5671, 5672]],
  // Amazon MSK has a port for each way to log in, and another row of them for clients outside of its network.
  kafka: [
    [9092, 9098],
    [9192, 9198],
  ],
}

/** For the address guard: what a broker of this kind may listen on at a public address. */
export const isBrokerPort = (kind: BrokerKind) => (port: number) =>
  publicPorts[kind].some(([from, to]) => port >= from && port <= to)

export type BrokerUrl = { isTls: boolean; hosts: HostPort[] }

const charactersMax = 2000
const hostsMax = 10

/** Of a URL that `urlFault` passed. */
export function readBrokerUrl(url: string): BrokerUrl {
  const { scheme = '', hosts = '' } = urlPattern.exec(url)?.groups ?? {}
  const facts = brokerSchemes[scheme]
  if (!facts) throw new TypeError('not the URL of a broker')
  return { isTls: facts.isTls, hosts: hosts.split(',').map((text) => readHost(text, facts.port) as HostPort) }
}

/** What is wrong with the URL, in plain words; null when nothing is. */
export function urlFault(url: string, kind: BrokerKind): string | null {
  const known = Object.keys(brokerSchemes).filter((scheme) => brokerSchemes[scheme]?.kind === kind)
  const wanted = `must be such as ${known.map((scheme) => `${scheme}://broker.example.com:${brokerSchemes[scheme]?.port}`).join(' or ')}`
  if (url.length > charactersMax) return `must have at most ${charactersMax} characters`
  if (url.includes('@')) return 'must not hold a user name or password: they have fields of their own'
  const { scheme = '', hosts = '' } = urlPattern.exec(url)?.groups ?? {}
  const facts = brokerSchemes[scheme]
  if (facts?.kind !== kind) return `${wanted}, without path or query`
  const parts = hosts.split(',')
  if (parts.length > hostsMax) return `must name at most ${hostsMax} hosts`
  return parts.every((text) => readHost(text, facts.port)) ? null : `${wanted}; several hosts are separated by commas`
}

const urlPattern = /^(?<scheme>[a-z]+):\/\/(?<hosts>[^/?#\s]+)\/?$/
const hostPattern = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]%]+))(?::(?<port>[1-9][0-9]{0,4}))?$/
const namePattern = /^(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?$/

function readHost(text: string, defaultPort: number): HostPort | null {
  const { v6, name, port } = hostPattern.exec(text)?.groups ?? {}
  const portNumber = port === undefined ? defaultPort : Number(port)
  if (portNumber > 65_535) return null
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port: portNumber } : null
  const host = domainToASCII(name ?? '').toLowerCase()
  // What ends in a number is an address (WHATWG URL, "ends in a number"), and only its plain form is taken.
  const isNumeric = /^(?:0x[0-9a-f]*|[0-9]+)$/.test(host.split('.').at(-1) ?? '')
  const isFine = isNumeric ? isIP(name ?? '') === 4 : namePattern.test(host)
  return isFine ? { host, port: portNumber } : null
}
