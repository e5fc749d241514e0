// The operator's list of addresses that the address guard lets through although they are not public:
// how it is written (`INDABA_OUTBOUND_ALLOW`), and whether an address and port are on it.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Problem } from '../problem.ts'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** One entry. `port` null: every port of these addresses is open. */
export type AllowEntry = { text: string; network: Address; prefixBits: number; port: number | null }

/**
 * Reads `10.1.0.0/16, 127.0.0.1:9000, [fd00::/8]:443`: entries `CIDR` or `CIDR:port`, separated by commas.
 * A single address is its own CIDR. Without a port, every port of these addresses is open; with one, only that port.
 * Throws Problem('invalid', 'outbound_allow') that names the entry which cannot be read.
 */
export function parseOutboundAllow(text: string): AllowEntry[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry)
}

export function isAllowed(entries: AllowEntry[], address: Address, port: number): boolean {
  return entries.some((entry) => (entry.port ?? port) === port && isWithin(address, entry.network, entry.prefixBits))
}

export function isWithin(address: Address, network: Address, prefixBits: number): boolean {
  return address.kind() === network.kind() && address.match(network as never, prefixBits)
}

/** The address as the network will see it: an IPv4 address written inside IPv6 becomes IPv4. Null: not an address. */
export function readAddress(text: string): Address | null {
  // A zone (`fe80::1%eth0`) belongs to one link of one machine, so it is never a destination.
  return isIP(text) && !text.includes('%') ? ipaddr.process(text) : null
}

// In brackets, the prefix of an IPv6 network may stand inside or behind them.
const entryPattern =
  /^(?:\[(?<address>[^\]/]+)\/(?<prefix>\d{1,3})\]|(?:\[(?<address>[^\]/]+)\]|(?<address>[0-9.]+|[0-9a-fA-F:.]+?))(?:\/(?<prefix>\d{1,3}))?)(?::(?<port>\d{1,5}))?$/

function parseEntry(text: string): AllowEntry {
  const parts = entryPattern.exec(text)?.groups ?? {}
  // Without brackets, `::1:8080` is one long IPv6 address: the port is only cut off after brackets, a prefix or IPv4.
  const isBare = isIP(text) !== 0
  const whole = isBare ? text : (parts.address ?? '')
  if (!isIP(whole) || whole.includes('%')) {
    throw refuse(text, 'write addresses, not names: 10.1.0.0/16, 127.0.0.1:9000 or [::1]/128:8080')
  }
  const network = ipaddr.parse(whole)
  if (readAddress(whole)?.kind() !== network.kind()) throw refuse(text, 'write an IPv4 address as IPv4')
  const bitsMax = network.kind() === 'ipv4' ? 32 : 128
  const prefixBits = isBare || parts.prefix === undefined ? bitsMax : Number(parts.prefix)
  const port = isBare || parts.port === undefined ? null : Number(parts.port)
  if (prefixBits > bitsMax) throw refuse(text, `the prefix is at most /${bitsMax}`)
  if (port !== null && (port < 1 || port > 65_535)) throw refuse(text, 'a port is 1 to 65535')
  const family = network.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  const start = family.networkAddressFromCIDR(`${whole}/${prefixBits}`)
  if (start.toString() !== network.toString()) {
    throw refuse(text, `${whole} is not the start of a /${prefixBits} network; did you mean ${start}/${prefixBits}?`)
  }
  return { text, network, prefixBits, port }
}

function refuse(entry: string, reason: string): Problem {
  const shown = entry.length > 60 ? `${entry.slice(0, 60)}…` : entry
  return new Problem('invalid', 'outbound_allow', `INDABA_OUTBOUND_ALLOW: cannot read "${shown}": ${reason}.`)
}
