// URLs that must never be connected to, made by spelling each special address in every way that parsers fold, and public
// ones that must not be refused. Names among them are answered by `name-server.ts`.

import type { Answer, Zone } from './name-server.ts'

type Octets = [number, number, number, number]

/** From each special-purpose network (RFC 6890 and its updates) addresses at its edges and in it; loopback first. */
const refusedIpv4 = [
  '127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255',
  '169.254.169.254 169.254.170.2 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1',
  '192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1',
  '255.255.255.255 168.63.129.16',
].flatMap((line) => line.split(' '))

const refusedIpv6 = [
  ':: ::1 ::2 ::ffff:0:1 64:ff9b::1 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:1ff::1',
  '2001:db8::1 2002::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::a9fe:a9fe',
  'febf::1 fec0::1 feff::1 ff01::1 ff02::1 ff05::2 ff0e::1 fffe::1 2001:0:7f00:1:: 1::1 1fff::1 ::a:b:c:d',
].flatMap((line) => line.split(' '))

const publicIpv4 = [
  '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.215.14 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.0.1',
  '169.255.0.1 172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1',
  '203.0.112.1 203.0.114.1 223.255.255.255 168.63.129.15 185.199.108.153',
].flatMap((line) => line.split(' '))

const publicIpv6 = [
  '2600::1 2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001:81b::200e 2400:cb00::1 2003::1 2001:200::1 2001:470::1',
  '2001:db7::1 2001:db9::1 2620:fe::fe 2800:3f0::1 2c0f:fb50::1 3ffe::1 2a03:2880:f12f::face 2003:db8::1',
].flatMap((line) => line.split(' '))

const octetsOf = (address: string) => address.split('.').map(Number) as Octets
const hex = (value: number, digits = 1) => value.toString(16).padStart(digits, '0')
const numberOf = ([a, b, c, d]: Octets) => ((a * 256 + b) * 256 + c) * 256 + d
const groupsOf = ([a, b, c, d]: Octets) => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
/** Each digit and dot by another character that IDNA maps to it. */
const mapped = (address: string, zero: number, dot: string) =>
  address.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))).replaceAll('.', dot)

/** Hosts that are this IPv4 address, and nothing else, to a URL parser. */
function ipv4Spellings(address: string): string[] {
  const octets = octetsOf(address)
  const [a, b, c, d] = octets
  const value = numberOf(octets)
  return [
    address,
    `${address}.`,
    String(value),
    `0x${hex(value)}`,
    `0X${hex(value, 8).toUpperCase()}`,
    `0${value.toString(8)}`,
    octets.map((octet) => `0x${hex(octet)}`).join('.'),
    octets.map((octet) => `0${octet.toString(8)}`).join('.'),
    octets.map((octet) => octet.toString(8).padStart(9, '0')).join('.'),
    `0x${hex(a)}.0${b.toString(8)}.${c}.0x${hex(d)}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `0x${hex(a)}.0x${hex((b * 256 + c) * 256 + d)}`,
    address.replaceAll('.', '%2e'),
    address.replace(/\d/g, (digit) => `%3${digit}`),
    mapped(address, 0xff10, '.'),
    mapped(address, 0xff10, '。'),
    mapped(address, 0x1d7ce, '．'),
    mapped(address, 0x1d7f6, '｡'),
    address.replace('.', '\u00ad.'),
    address.replace('.', '.\u200b'),
    `[::ffff:${address}]`,
    `[::ffff:${groupsOf(octets)}]`,
    `[::FFFF:${groupsOf(octets).toUpperCase()}]`,
    `[0:0:0:0:0:ffff:${groupsOf(octets)}]`,
    `[0000:0000:0000:0000:0000:ffff:${address}]`,
  ]
}

/** IPv6 that leads to an IPv4 address by a gateway, or did once: refused whatever the address. */
function tunnels(address: string): string[] {
  const groups = groupsOf(octetsOf(address))
  return [
    `[::${groups}]`,
    `[::ffff:0:${groups}]`,
    `[64:ff9b::${groups}]`,
    `[64:ff9b::${address}]`,
    `[64:ff9b:1::${groups}]`,
    `[2002:${groups}::]`,
    `[2002:${groups}::${groups}]`,
    `[2001:0:${groups}::]`,
    `[fe80::5efe:${groups}]`,
  ]
}

function ipv6Spellings(address: string): string[] {
  const plain = new URL(`http://[${address}]/`).hostname
  return [`[${address}]`, `[${address.toUpperCase()}]`, plain.replace(/([[:])(?=[0-9a-f]{1,3}[:\]])/g, '$10')]
}

const shapes: ((host: string, port: number) => string)[] = [
  (host, port) => `http://${host}:${port}/`,
  (host, port) => `https://${host}:${port}/hook?x=1`,
]
/** What a parser may take for something else; for loopback alone. */
const confusions: ((host: string, port: number) => string)[] = [
  (host, port) => `http:${host}:${port}`,
  (host, port) => `http:\\\\${host}:${port}\\`,
  (host, port) => ` ht\ttp://${host}:\n${port}/ `,
  (host, port) => `http:////${host}:${port}/`,
  (host, port) => `http://example.com@${host}:${port}/`,
  (host, port) => `http://example.com%40x@${host}:${port}/`,
  (host, port) => `http://${host}:${port}#@example.com/`,
  (host, port) => `http://${host}:${port}?@example.com/`,
  (host, port) => `http://${host}:${port}\\@example.com/`,
  (host, port) => `http://${host}:0${port}/`,
]

export type Corpus = { refused: string[]; public: string[]; flips: string[]; zone: Zone }

/** `port` is open in the guard's eyes; `good` is an address that it lets through, which flips take turns with. */
export function ssrfCorpus({ port, good }: { port: number; good: string }): Corpus {
  const zone: Zone = new Map()
  const name = (kind: string, ...turns: Answer[][]): string => {
    const host = `${kind}-${zone.size}.example`
    zone.set(host, turns)
    return host
  }
  const answer = (address: string): Answer => ({ type: address.includes(':') ? 'AAAA' : 'A', address })
  const [publicA, publicAaaa] = [answer('93.184.215.14'), answer('2606:4700:4700::1111')]

  const namesOf = (address: string) => [
    name('plain', [answer(address)]),
    name('mixed', [publicA, answer(address)]),
    name('mixed', [answer(address), publicAaaa, publicA]),
    name('alias', [{ type: 'CNAME', name: 'inside.example' }, answer(address)]),
    name('alias', [{ type: 'CNAME', name: 'one.example' }, { type: 'CNAME', name: 'two.example' }, answer(address)]),
    name('localhost.sub', [answer(address)]),
  ]
  const all = (hosts: string[]) => hosts.flatMap((host) => shapes.map((shape) => shape(host, port)))
  const refused = [
    ...refusedIpv4.flatMap((address) => all([...ipv4Spellings(address), ...tunnels(address), ...namesOf(address)])),
    ...refusedIpv6.flatMap((address) => all([...ipv6Spellings(address), ...namesOf(address)])),
    ...refusedIpv4.flatMap((address) => all(namesOf(`::ffff:${address}`).slice(0, 2))),
    ...['127.0.0.1', '[::1]', '2130706433', '127.1', '0'].flatMap((host) => confusions.map((make) => make(host, port))),
    ...['127.0.0.1', '[::1]', 'localhost'].flatMap((host) =>
      ['ftp', 'file', 'gopher', 'ws', 'wss', 'ldap', 'dict', 'unix', 'data', 'jar:http'].map(
        (s) => `${s}://${host}:${port}/`,
      ),
    ),
    ...['localhost', 'LOCALHOST', 'localhost.', 'ⓛocalhost', 'loc%61lhost'].flatMap((host) => all([host])),
  ]
  zone.set('localhost', [[answer('127.0.0.1')]])
  const publicNames = publicIpv4.map((address) => name('public', [answer(address)]))
  return {
    zone,
    refused: [...new Set(refused)],
    public: [
      ...publicIpv4.flatMap((address) => ipv4Spellings(address).map((host) => `https://${host}/`)),
      ...publicIpv6.flatMap((address) => ipv6Spellings(address).map((host) => `https://${host}/`)),
      ...publicNames.flatMap((host) => [
        `https://${host}/`,
        `http://${host.toUpperCase()}./`,
        `https://${host}:8443/a/../b?u=http://127.0.0.1/@x`,
        `https://${host.replace('public', 'ｐｕｂｌｉｃ')}/`,
      ]),
    ],
    // The guard may see the good address; whoever asks again gets the other.
    flips: ['127.0.0.1', '127.0.0.2', '::1', '10.0.0.1', '169.254.169.254'].flatMap((address) =>
      Array.from({ length: 10 }, (_, n) => {
        const turns = [[answer(good)], [answer(address)]]
        return `http://${name('flip', ...(n % 2 === 0 ? turns : turns.toReversed()))}:${port}/`
      }),
    ),
  }
}
