// Fault: receivers that are slow, endless, huge or broken on purpose, and name servers that never answer. Each must give
// its slot free within 20 s, and all of them together must cost little memory. Sent to as webhooks are.

import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Figure, report, round } from '../bench/figure.ts'
import { parseOutboundAllow } from '../server/src/platform/outbound/allow-list.ts'
import { nameLookup } from '../server/src/platform/outbound/name-lookup.ts'
import { type Outbound, type OutboundRequest, outbound } from '../server/src/platform/outbound/request.ts'
import { receivers } from './hostile-servers.ts'

const slotsMax = 256
const mib = 2 ** 20
/** The sender's own: not what a receiver costs. */
const payload = Buffer.alloc(8 * mib, ' ')
const hangingName = 'a name server that never answers'

type Exchange = { name: string; seconds: number; ended: number | string }

/** `each`: how often each receiver is sent to; 256 at once at most, in an order that mixes them. */
export async function measureHostileReceivers({ each }: { each: number }): Promise<Figure[]> {
  const servers = fork(join(import.meta.dirname, 'hostile-servers.ts'))
  const [{ ports }] = (await once(servers, 'message')) as [{ ports: Record<string, number> }]
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const out = outbound({
    allow: parseOutboundAllow('127.0.0.1/32'),
    userAgent: 'Indaba/fault',
    lookup: nameLookup([`127.0.0.1:${(silent.address() as AddressInfo).port}`]),
  })
  try {
    const names = [...Object.keys(receivers), hangingName]
    const send = (name: string) => exchange(out, name, ports[name] ?? 80)
    // Growth counts from a process that has been at work for a while with receivers that behave.
    await send('plain HTTP where TLS is expected')
    for (let round = 0; round < 8; round++) {
      await Promise.all(Array.from({ length: slotsMax }, () => send('200 with garbage')))
    }
    const memory = watchMemory()
    const queue = Array.from({ length: each }, () => names).flat()
    const sent = queue.length
    const exchanges: Exchange[] = []
    const slot = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) exchanges.push(await send(name))
    }
    await Promise.all(Array.from({ length: slotsMax }, slot))
    const grownMiB = memory.stop()
    await delay(200)
    const open = process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS)/.test(kind)).length
    return figuresOf(exchanges, { sent, grownMiB, open })
  } finally {
    await out.close()
    silent.close()
    servers.disconnect()
  }
}

async function exchange(out: Outbound, name: string, port: number): Promise<Exchange> {
  const { method = 'POST', bodyBytes = 2048, isTls = false } = receivers[name] ?? {}
  const host = name === hangingName ? 'never.example' : '127.0.0.1'
  const request: OutboundRequest = {
    url: `${isTls ? 'https' : 'http'}://${host}:${port}/`,
    method,
    // A connection of its own each time: a server of these talks once.
    partition: randomUUID(),
    headers: { 'webhook-id': 'msg_1', 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: payload.subarray(0, bodyBytes) } : { redirectsMax: 3 }),
  }
  const startedAt = performance.now()
  const result = await out.request(request)
  const seconds = (performance.now() - startedAt) / 1000
  return { name, seconds, ended: result.outcome === 'failed' ? result.reason : result.status }
}

/** The highest resident memory above that of now, in MiB. */
function watchMemory() {
  const startBytes = process.memoryUsage.rss()
  let peakBytes = startBytes
  const look = () => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 20)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return (peakBytes - startBytes) / mib
    },
  }
}

function figuresOf(exchanges: Exchange[], facts: { sent: number; grownMiB: number; open: number }): Figure[] {
  const slowest = exchanges.toSorted((a, b) => b.seconds - a.seconds)[0]
  const strange = exchanges.filter(({ name, ended }) => !(receivers[name]?.ends ?? ['dns']).includes(ended))
  const kinds = Object.keys(receivers).length + 1
  const from = `${kinds} receivers, ${facts.sent} exchanges, ${Math.min(slotsMax, facts.sent)} at once`
  return [
    {
      name: 'The slowest slot of a hostile receiver is free after',
      value: slowest?.seconds ?? Number.POSITIVE_INFINITY,
      goal: { atMost: 20 },
      unit: 's',
      from: `${from}; the slowest was "${slowest?.name}".`,
    },
    { name: 'Memory that they cost', value: facts.grownMiB, goal: { atMost: 50 }, unit: 'MiB', from: `${from}.` },
    { name: 'Connections open afterwards', value: facts.open, goal: { atMost: 0 }, unit: 'count', from: `${from}.` },
    {
      name: 'Exchanges that ended in another way than they should',
      value: strange.length,
      goal: { atMost: 0 },
      unit: 'count',
      from: [...new Set(strange.map(({ name, ended }) => `"${name}" with ${ended}`))].join(', ') || 'None.',
    },
  ]
}

if (import.meta.main) {
  const startedAt = performance.now()
  const each = process.argv.includes('--short') ? 1 : 16
  for (const figure of await measureHostileReceivers({ each })) report(figure)
  console.log(`  ${round((performance.now() - startedAt) / 1000)} s in all`)
}
