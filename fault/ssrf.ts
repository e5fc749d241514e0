// Fault: destinations that are not what they seem. Every URL of the corpus is sent to as webhooks are, and again as the
// target of a redirect; names are answered by a name server that changes its mind. Canaries listen where none of it may
// arrive, and every socket that this process opens is counted.

import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { type Figure, report } from '../bench/figure.ts'
import { parseOutboundAllow } from '../server/src/platform/outbound/allow-list.ts'
import { nameLookup } from '../server/src/platform/outbound/name-lookup.ts'
import { type Outbound, outbound } from '../server/src/platform/outbound/request.ts'
import { startNameServer } from './name-server.ts'
import { ssrfCorpus } from './ssrf-corpus.ts'

/** Stands for a public address: on the list of what is allowed. */
const good = '127.0.0.5'
const atOnce = 64
/** How often each name that changes its mind is asked. */
const flipRounds = 4

/** `redirectsEach`: every how many-th URL of the corpus is a redirect's target too. */
export async function measureSsrf({ redirectsEach }: { redirectsEach: number }): Promise<Figure[]> {
  let arrivedAtGood = 0
  let targets: string[] = []
  const receiver = createHttpServer((request, response) => {
    const target = targets[Number(/^\/to\/(\d+)/.exec(request.url ?? '')?.[1])]
    // Bytes as they are: an address in other scripts would not pass as a header.
    if (target === undefined) response.end('good')
    else
      response.writeHead(302, { location: Buffer.from(target.trim().replace(/[\t\n]/g, '')).toString('latin1') }).end()
  })
  receiver.on('connection', () => (arrivedAtGood += 1))
  const port = await listening(receiver, good)
  let arrivedAtCanary = 0
  const canaries: Server[] = []
  for (const host of ['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.255.254', '::1']) {
    const canary = createServer((socket) => {
      arrivedAtCanary += 1
      socket.destroy()
    })
    // A machine without IPv6 has no ::1.
    if (await listening(canary, host, port).catch(() => null)) canaries.push(canary)
  }
  const corpus = ssrfCorpus({ port, good })
  const names = await startNameServer(corpus.zone)
  const out = outbound({
    allow: parseOutboundAllow(`${good}/32:${port}`),
    userAgent: 'Indaba/fault',
    // Open, so that no port stands in for a judgement of the address.
    ports: [80, 443, 8443, port],
    lookup: nameLookup([names.address]),
  })
  let sockets = 0
  const countSocket = () => {
    sockets += 1
  }
  const opened = channel('net.client.socket')
  opened.subscribe(countSocket)
  try {
    const reached = await notRefused(out, corpus.refused)
    const socketsOfRefused = sockets
    // Without slashes, after http: stands a path on the server that redirects (WHATWG URL, special relative).
    targets = corpus.refused.filter((url, index) => index % redirectsEach === 0 && !/^http:[^/\\]/.test(url))
    const followed = await notRefused(
      out,
      targets.map((_, index) => `http://${good}:${port}/to/${index}`),
      3,
    )
    const flips = Array.from({ length: flipRounds }, () => corpus.flips).flat()
    const flipped = await outcomes(out, flips)
    const strangeFlips = flips.filter((_, index) => !/^(good|refused_destination)$/.test(flipped[index] ?? ''))
    const bothSides = new Set(flipped).size
    const refusedPublic = await refusals(out, corpus.public)
    const elsewhere = socketsOfRefused + (sockets - arrivedAtGood)
    const arrived = arrivedAtCanary
    const unseen = await unnoticed(canaries, () => arrivedAtCanary)
    const from = `${corpus.refused.length} URLs, ${targets.length} redirects, ${flips.length} names that change, ${names.queries()} queries, ${canaries.length} canaries`
    return [
      count(
        'URLs that must be refused',
        corpus.refused.length,
        { atLeast: 2000 },
        `${corpus.zone.size} of their names are answered.`,
      ),
      count('Connections to canaries', arrived, { atMost: 0 }, `${from}.`),
      count('Canaries that would not have noticed', unseen, { atMost: 0 }, `${canaries.length} canaries.`),
      count('Sockets opened towards anything but the allowed server', elsewhere, { atMost: 0 }, `${from}.`),
      count('URLs that were not refused', reached.length, { atMost: 0 }, listed(reached)),
      count(
        'Redirects that were not refused',
        followed.length,
        { atMost: 0 },
        listed(followed.map((url) => targets[Number(url.split('/').at(-1))] ?? url)),
      ),
      count(
        'Answers from elsewhere to names that change',
        strangeFlips.length + (bothSides === 2 ? 0 : 1),
        { atMost: 0 },
        listed(strangeFlips),
      ),
      count('Public URLs', corpus.public.length, { atLeast: 200 }, 'Spelled in the same ways.'),
      count('Public URLs that were refused', refusedPublic.length, { atMost: 0 }, listed(refusedPublic)),
    ]
  } finally {
    opened.unsubscribe(countSocket)
    await out.close()
    names.stop()
    for (const server of [receiver, ...canaries]) server.close()
  }
}

async function listening(server: Server, host: string, port = 0): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A canary that sees nothing proves nothing: each is connected to on purpose. */
async function unnoticed(canaries: Server[], arrived: () => number): Promise<number> {
  const before = arrived()
  for (const canary of canaries) {
    const { address, port } = canary.address() as AddressInfo
    await once(
      connect(port, address).on('error', () => {}),
      'close',
    )
  }
  return canaries.length === 0 ? 1 : before + canaries.length - arrived()
}

const count = (name: string, value: number, goal: Figure['goal'], from: string): Figure => ({
  name,
  value,
  goal,
  unit: 'count',
  from,
})
const listed = (urls: string[]) =>
  urls.length === 0
    ? 'None.'
    : urls
        .slice(0, 10)
        .map((url) => JSON.stringify(url))
        .join(', ')

async function notRefused(out: Outbound, urls: string[], redirectsMax = 0): Promise<string[]> {
  const ended = await outcomes(out, urls, redirectsMax)
  return urls.filter((_, index) => ended[index] !== 'refused_destination')
}

/** The body of an answer, or the reason of the failure. */
async function outcomes(out: Outbound, urls: string[], redirectsMax = 0): Promise<string[]> {
  return atATime(urls, async (url, index) => {
    const method = redirectsMax > 0 ? 'GET' : 'POST'
    // No connection is used twice: each URL is judged from the start.
    const partition = String(index)
    const result = await out.request({ url, method, partition, redirectsMax, ...(method === 'POST' && { body: '{}' }) })
    return result.outcome === 'failed' ? result.reason : result.bodyExcerpt
  })
}

async function refusals(out: Outbound, urls: string[]): Promise<string[]> {
  const passed = await atATime(urls, (url) =>
    out.guard.check(url).then(
      () => true,
      () => false,
    ),
  )
  return urls.filter((_, index) => !passed[index])
}

async function atATime<T>(urls: string[], one: (url: string, index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < urls.length; index = next++) results[index] = await one(urls[index] ?? '', index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

if (import.meta.main) {
  const figures = await measureSsrf({ redirectsEach: process.argv.includes('--short') ? 10 : 1 })
  for (const figure of figures) report(figure)
}
