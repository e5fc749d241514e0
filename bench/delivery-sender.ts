// The sender of deliveries in a process of its own, put together as app.ts does.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { openSecrets } from '../server/src/access/index.ts'
import { startDelivery } from '../server/src/events/delivery/start.ts'
import { ways } from '../server/src/events/delivery/ways.ts'
import { endpointColumns } from '../server/src/events/endpoints/sealed-columns.ts'
import { type Db, openDb } from '../server/src/platform/db/db.ts'
import { everyOrg } from '../server/src/platform/db/scope.ts'
import { localKeyWrapper } from '../server/src/platform/key-wrapper.ts'
import { openLog } from '../server/src/platform/log.ts'
import { parseOutboundAllow } from '../server/src/platform/outbound/allow-list.ts'
import { outbound } from '../server/src/platform/outbound/request.ts'

export type Sender = {
  pid: number
  cpuMs(): Promise<number>
  /** What is in flight may end; a black hole is given up after two seconds. */
  stop(): Promise<void>
  /** At once, as when the power goes. */
  kill(): Promise<void>
}

const graceMs = 2000

export const secretsFor = (db: Db, key: Uint8Array) =>
  openSecrets({
    db,
    wrappers: [localKeyWrapper(key, 'INDABA_SECRET_KEY')],
    formerKeys: [key],
    columns: [...endpointColumns],
  })

/** @param key that the secrets of the endpoints are sealed with @param leaseMs default that of the engine */
export async function startSender(url: string, key: Uint8Array, leaseMs?: number): Promise<Sender> {
  const lease = leaseMs === undefined ? [] : [String(leaseMs)]
  const child = fork(import.meta.filename, ['--sender', url, Buffer.from(key).toString('hex'), ...lease])
  const ended = once(child, 'exit')
  await once(child, 'message')
  const end = async (how: () => unknown) => {
    if (child.exitCode === null && child.signalCode === null) how()
    await ended
  }
  return {
    pid: child.pid as number,
    async cpuMs() {
      child.send('cpu')
      return (await once(child, 'message'))[0] as number
    },
    stop: () => end(() => child.connected && child.send('stop')),
    kill: () => end(() => child.kill('SIGKILL')),
  }
}

async function send(url: string, key: Uint8Array, leaseMs?: number): Promise<void> {
  const db = openDb({ url, connectionsMax: 8, isRelaxed: true })
  const secrets = await everyOrg(() => secretsFor(db, key))
  const allow = parseOutboundAllow('127.0.0.1/32')
  const out = outbound({ allow, userAgent: 'Indaba/bench' })
  const sending = ways({ outbound: out, allow })
  const vbotFacts = async () => ({ customerId: 1, transcription: null })
  const engine = everyOrg(() =>
    startDelivery({
      ...{ db, url, ways: sending, secrets, vbotFacts, log: openLog('error') },
      ...{ tellOwners: async () => {}, publicUrl: () => 'http://indaba.example' },
      ...(leaseMs === undefined ? {} : { leaseMs }),
    }),
  )
  process.send?.('started')
  process.on('message', async (what) => {
    if (what === 'cpu') {
      const { user, system } = process.cpuUsage()
      process.send?.((user + system) / 1000)
    }
    if (what !== 'stop') return
    await engine.stop(graceMs)
    await sending.close()
    await out.close()
    await db.destroy()
    await delay(1)
    process.disconnect?.()
  })
}

if (process.argv[2] === '--sender') {
  const [, , , url = '', keyHex = '', lease] = process.argv
  await send(url, Buffer.from(keyHex, 'hex'), lease === undefined ? undefined : Number(lease))
}
