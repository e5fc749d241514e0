// Decides which destinations the program may talk to when somebody else names them (webhooks, file_url, ...).
// Only public addresses on standard ports, and what the operator opened. It judges; `connection.ts` connects.

import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'
import { Problem } from '../problem.ts'
import { type Address, type AllowEntry, isAllowed, isWithin, readAddress } from './allow-list.ts'
import { failure, failureError } from './failure.ts'
import { lookupName, type NameLookup } from './name-lookup.ts'

export type AddressGuard = {
  /** Of public addresses. */
  readonly ports: OpenPorts
  /** The URL, where its own form does not rule it out; asks no name server. Throws `destination_not_allowed`. */
  parse(url: string | URL): URL
  /**
   * All addresses of a host, each one checked, to connect to as they are. Throws `destination_not_allowed` if any of
   * them may not be reached on this port; a failure error with reason `dns` if there is none.
   */
  resolve(hostname: string, port: number): Promise<string[]>
  /**
   * For the moment at which somebody enters a URL. A name that cannot be resolved just now passes, on a port that is
   * open to all: it is checked again at each connection. Throws `destination_not_allowed`.
   */
  check(url: string | URL): Promise<URL>
}

export type OpenPorts = readonly number[] | ((port: number) => boolean)

export type AddressGuardOptions = {
  allow: AllowEntry[]
  /** Of public addresses. */
  ports?: OpenPorts
  dnsTimeoutMs?: number
  lookup?: NameLookup
}

const standardPorts = [443, 80, 8443]

/** FTP and SFTP servers are where their owners put them, and wait for a word of their own protocol. */
export const isFileServerPort = (port: number): boolean => [21, 22, 990].includes(port) || port >= 1024

const urlCharactersMax = 8192

/**
 * What is not a public destination: IANA's special-purpose registries (RFC 6890 and its updates), multicast, and one
 * cloud's exception.
 * IPv6 is the other way round: only 2000::/3 is handed out to hosts (RFC 4291 §2.4), so all else is refused, which
 * covers ::/128, ::1, IPv4-compatible, NAT64, discard, SRv6, unique local, link-local, site-local and multicast.
 */
const notPublic = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's host node: a public number that never leaves the machine room
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23', // Teredo, ORCHID, benchmarking
  '2001:db8::/32',
  '2002::/16', // 6to4
  '3fff::/20',
].map((cidr) => ipaddr.parseCIDR(cidr))
const globalUnicast = ipaddr.parseCIDR('2000::/3')

export function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv6' && !isWithin(address, ...globalUnicast)) return false
  return !notPublic.some((network) => isWithin(address, ...network))
}

export function addressGuard(options: AddressGuardOptions): AddressGuard {
  const { allow, ports = standardPorts, dnsTimeoutMs = 2000, lookup = lookupName } = options
  const isOpen = typeof ports === 'function' ? ports : (port: number) => ports.includes(port)

  const parse = (text: string | URL): URL => {
    if (typeof text === 'string' && text.length > urlCharactersMax) throw notAllowed('URL too long')
    const url = typeof text === 'string' ? URL.parse(text) : text
    if (!url) throw notAllowed('not a URL')
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw notAllowed(`scheme ${url.protocol}`)
    if (url.username !== '' || url.password !== '') throw notAllowed('user name or password in the URL')
    if (!isHostName(url.hostname)) throw notAllowed('not a host name')
    const literal = readAddress(withoutBrackets(url.hostname))
    if (literal) judge(literal, portOf(url))
    return url
  }

  const judge = (address: Address, port: number) => {
    if (isAllowed(allow, address, port)) return
    if (!isPublic(address)) throw notAllowed(`${address} is not public`)
    if (!isOpen(port)) throw notAllowed(`port ${port}`)
    // A public address of this machine is a way around its own firewall.
    if (isOwnAddress(address)) throw notAllowed(`${address} belongs to this machine`)
  }

  const resolve = async (hostname: string, port: number): Promise<string[]> => {
    const literal = readAddress(hostname)
    const texts = literal ? [hostname] : await lookUp(lookup, hostname, dnsTimeoutMs)
    const addresses = texts.map((text) => {
      const address = readAddress(text)
      if (!address) throw notAllowed(`unreadable address ${text}`)
      judge(address, port)
      return address.toString()
    })
    if (addresses.length === 0) throw failureError(failure('dns', 'the name of the server could not be found'))
    return addresses
  }

  const check = async (text: string | URL): Promise<URL> => {
    const url = parse(text)
    try {
      await resolve(withoutBrackets(url.hostname), portOf(url))
    } catch (error) {
      if (error instanceof Problem) throw error
      // Without an address, only this much is sure; a port that the operator opened somewhere must not show by passing.
      if (!isOpen(portOf(url))) throw notAllowed(`port ${portOf(url)}`)
    }
    return url
  }

  return { ports, parse, resolve, check }
}

/** One text for every refusal, whatever the reason: the answer must not help to map a private network. */
export function notAllowed(reason: string): Problem {
  return new Problem(
    'invalid',
    'destination_not_allowed',
    'This address is not allowed as a destination. Use a public http or https address on a standard port, without ' +
      'user name and password; the operator of this server can open others with INDABA_OUTBOUND_ALLOW.',
    { cause: new Error(reason) },
  )
}

/** RFC 1123 §2.1, with underscores, which some names have; or an address, which the URL parser has read. */
export function isHostName(hostname: string): boolean {
  if (hostname.startsWith('[')) return true
  const name = hostname.replace(/\.$/, '')
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

export function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

async function lookUp(lookup: NameLookup, name: string, timeoutMs: number): Promise<string[]> {
  try {
    return await lookup(name, timeoutMs)
  } catch (error) {
    if ((error as { failure?: unknown }).failure) throw error
    throw failureError(failure('dns', 'the name of the server could not be found', error))
  }
}

function isOwnAddress(address: Address): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return own.some((entry) => readAddress(entry.address)?.toString() === address.toString())
}
