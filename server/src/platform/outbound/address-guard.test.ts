import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../problem.ts'
import { addressGuard } from './address-guard.ts'
import { parseOutboundAllow } from './allow-list.ts'

/** Names that lead to private places; every other name leads to a public one. */
const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'app.localhost': ['::1'],
  'metadata.google.internal': ['169.254.169.254'],
  '169.254.169.254.nip.io': ['169.254.169.254'],
  'a9fea9fe.nip.io': ['169.254.169.254'],
  '127-0-0-1.sslip.io': ['127.0.0.1'],
  'localtest.me': ['127.0.0.1'],
  'mixed.example': ['93.184.215.14', '10.0.0.1'],
  'mixed6.example': ['93.184.215.14', 'fd00::1'],
  'mapped.example': ['::ffff:10.0.0.1'],
  'zone.example': ['fe80::1%eth0'],
  'nat64.example': ['64:ff9b::7f00:1'],
  'junk.example': ['not an address'],
  'xn--fsq.example': ['192.168.1.1'],
  db: ['172.17.0.2'],
}
const lookup = async (name: string) => names[name] ?? ['93.184.215.14']
const guard = addressGuard({ allow: [], lookup })

const refusals = [
  // Loopback, in every way that a URL parser folds to it.
  'http://127.0.0.1/',
  'http://127.0.0.1:80/',
  'https://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7F.1/',
  'http://0x7f.0x0.0x0.0x1/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://0177.0.0.01/',
  'http://00000177.0.0.1/',
  'http://127.0.0.1./',
  'http://127.255.255.254/',
  'http://127.0.0.1%2e/',
  'http://%31%32%37.0.0.1/',
  'http://１２７.０.０.１/',
  'http://127。0。0。1/',
  'http://①②⑦.0.0.1/',
  'http://127.000.000.001/',
  'http:127.0.0.1',
  'http:/127.0.0.1',
  'http:\\\\127.0.0.1\\',
  'http:///127.0.0.1/',
  ' http://127.0.0.1/ ',
  'ht\ttp://127.0.0.1/',
  'http://127.0.\n0.1/',
  'HTTP://127.0.0.1',
  'http://0/',
  'http://0.0.0.0/',
  'http://0x0/',
  'http://0.1.2.3/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://app.localhost/',
  'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
  'http://loc%61lhost/',
  'http://lo\u00adcalhost/',
  // IPv6, and IPv4 inside it.
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000::0001]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[::7f00:1]/',
  'http://[::ffff:0:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::a00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:a00:1::1]/',
  'http://[2001:0:7f00:1::]/',
  'http://[2001:10::1]/',
  'http://[2001:db8::1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[fe80::1]/',
  'http://[fe80::1%25eth0]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[3fff::1]/',
  'http://[5f00::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://[4000::1]/',
  // Private, link-local, metadata, special.
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://100.64.0.1/',
  'http://100.127.255.255/',
  'http://192.0.0.1/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://239.255.255.250/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://168.63.129.16/',
  // Names that lead there.
  'http://metadata.google.internal/',
  'http://169.254.169.254.nip.io/',
  'http://a9fea9fe.nip.io/',
  'http://db/',
  'http://127-0-0-1.sslip.io/',
  'http://localtest.me/',
  'http://mixed.example/',
  'http://mixed6.example/',
  'http://mapped.example/',
  'http://zone.example/',
  'http://nat64.example/',
  'http://junk.example/',
  'http://例.example/',
  // User names that look like hosts, and the other way round.
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1@example.com/',
  'http://user:pass@example.com/',
  'http://:@127.0.0.1/',
  'http://example.com%40127.0.0.1/',
  'http://example.com:80@127.0.0.1/',
  'http://127.0.0.1#@example.com/',
  'http://127.0.0.1?@example.com/',
  'http://127.0.0.1\\@example.com/',
  'http://user@example.com/',
  // Ports and schemes.
  'http://example.com:22/',
  'http://example.com:6379/',
  'http://example.com:5432/',
  'https://example.com:8080/',
  'http://example.com:0/',
  'http://example.com:65536/',
  'http://example.com:99999999/',
  'http://8.8.8.8:53/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'file://example.com/x',
  'gopher://example.com/',
  'dict://example.com:11211/',
  'data:text/plain,x',
  'javascript:alert(1)',
  'blob:https://example.com/x',
  'ws://example.com/',
  'unix:/var/run/docker.sock',
  'jar:http://example.com!/',
  'ldap://127.0.0.1/',
  'view-source:http://127.0.0.1/',
  // Not URLs at all.
  '',
  ' ',
  '/etc/passwd',
  '//127.0.0.1/',
  'example.com',
  '127.0.0.1:80',
  'http://',
  'http://?',
  'http://[::1',
  'http://[]/',
  'http://1.2.3.4.5/',
  'http://256.256.256.256/',
  'http://0xffffffffff/',
  'http://exa mple.com/',
  'http://a\u0000b.example/',
  `http://${'a.'.repeat(130)}example/`,
  `http://example.com/${'a'.repeat(9000)}`,
  'http://./',
]

const publicForms = [
  'http://example.com/',
  'https://example.com/',
  'https://example.com:443/',
  'http://example.com:80/hook?x=1#y',
  'https://example.com:8443/',
  'https://EXAMPLE.com./',
  'https://bücher.example/',
  'https://a_b.example/',
  'http://8.8.8.8/',
  'http://134744072/',
  'https://[2606:4700:4700::1111]/',
  'https://[::ffff:8.8.8.8]/',
  'http://172.32.0.1/',
  'http://11.0.0.1/',
  'http://100.128.0.1/',
  'http://192.167.255.255/',
  'http://169.253.0.1/',
  'http://198.20.0.1/',
  'http://223.255.255.255/',
  'https://[2a00:1450:4001:81b::200e]/',
  'https://[2001:4860:4860::8888]/',
  'https://127.0.0.1.example.com/',
  'https://localhost.example.com/',
  'https://example.com/http://127.0.0.1/',
  'https://example.com/@127.0.0.1',
]

async function isRefused(url: string, by = guard): Promise<boolean> {
  try {
    await by.check(url)
    return false
  } catch (error) {
    assert.ok(error instanceof Problem, `${url}: ${error}`)
    assert.equal(error.code, 'destination_not_allowed')
    return true
  }
}

test('every spelling of a destination that is not public is refused, with one and the same words', async () => {
  const details = new Set<string>()
  const passed: string[] = []
  for (const url of refusals) {
    if (!(await isRefused(url))) passed.push(url)
    else
      details.add(
        await guard.check(url).then(
          () => '',
          (error: Problem) => error.detail,
        ),
      )
  }
  console.log(`${refusals.length - passed.length} of ${refusals.length} refused`)
  assert.deepEqual(passed, [])
  assert.equal(details.size, 1)
  assert.ok(refusals.length >= 80)
})

test('public destinations pass', async () => {
  const stopped: string[] = []
  for (const url of publicForms) if (await isRefused(url)) stopped.push(url)
  console.log(`${publicForms.length - stopped.length} of ${publicForms.length} public forms pass`)
  assert.deepEqual(stopped, [])
})

test('the allow-list opens what it names and no more', async () => {
  const opened = addressGuard({ allow: parseOutboundAllow('127.0.0.1:9000,[::1]/128:9000,10.0.0.0/8'), lookup })
  assert.ok(!(await isRefused('http://127.0.0.1:9000/', opened)))
  assert.ok(!(await isRefused('http://localhost:9000/', opened)))
  assert.ok(!(await isRefused('http://[::ffff:127.0.0.1]:9000/', opened)))
  assert.ok(!(await isRefused('http://10.1.1.1:5000/', opened)))
  assert.ok(await isRefused('http://127.0.0.1:9001/', opened))
  assert.ok(await isRefused('http://127.0.0.2:9000/', opened))
  assert.ok(await isRefused('http://example.com:9000/', opened))
  assert.ok(await isRefused('http://user@10.1.1.1/', opened))
  assert.ok(await isRefused('ftp://10.1.1.1/', opened))
})

test('a name that cannot be resolved just now passes at the door, and fails as `dns` at the connection', async () => {
  const silent = addressGuard({ allow: [], lookup: () => Promise.reject(new Error('SERVFAIL')) })
  assert.ok(!(await isRefused('https://example.com/', silent)))
  await assert.rejects(silent.resolve('example.com', 443), (error: { failure?: { reason: string } }) => {
    return error.failure?.reason === 'dns'
  })
})

test('every IPv4 address is judged alike, however it is written', async () => {
  const isSpecial = (a: number, b: number, c: number) =>
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113)
  const octet = fc.nat(255)
  const first = fc.oneof(octet, fc.constantFrom(10, 100, 127, 169, 172, 192, 198, 203))
  const second = fc.oneof(octet, fc.constantFrom(0, 16, 18, 31, 51, 64, 88, 168, 254))
  await fc.assert(
    fc.asyncProperty(first, second, fc.oneof(octet, fc.constantFrom(0, 2, 99, 100, 113)), octet, async (a, b, c, d) => {
      const value = ((a * 256 + b) * 256 + c) * 256 + d
      const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':')
      const forms = [
        `${a}.${b}.${c}.${d}`,
        String(value),
        `0x${value.toString(16)}`,
        `0${value.toString(8)}`,
        `0x${a.toString(16)}.0${b.toString(8)}.${c * 256 + d}`,
        `[::ffff:${groups}]`,
        `[::ffff:${a}.${b}.${c}.${d}]`,
      ]
      for (const form of forms) assert.equal(await isRefused(`http://${form}/`), isSpecial(a, b, c), form)
    }),
    { numRuns: 300 },
  )
})

test('any text is either refused or a public http URL', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.webUrl(),
        fc.string().map((s) => `http://${s}/`),
      ),
      async (text) => {
        if (!(await isRefused(text))) assert.match(new URL(text).protocol, /^https?:$/)
      },
    ),
    { numRuns: 500 },
  )
})
