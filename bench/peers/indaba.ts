// Our own sender, as one of those that are compared.

import type { Bench } from '../deliveries.ts'
import { openEmitter } from '../emitting.ts'
import { endpoints, type Peer } from './peer.ts'

export async function indaba(bench: Bench, receiver: string, secret: string): Promise<Peer> {
  // Ten organisations with five endpoints each for a backlog; for a rate, each endpoint an organisation of its own, so
  // that each event is one delivery.
  const groups = await bench.groups({ receiver, orgs: 10, each: endpoints / 10, secret })
  const queues = (await bench.groups({ receiver, orgs: endpoints, each: 1, secret })).flat()
  const emitter = openEmitter(bench)
  return {
    name: 'Indaba',
    fill: (count) => bench.backlog(groups, count),
    offer: (perSecond, seconds) => emitter.run(queues, { perSecond, seconds }),
    work: () => bench.sender(),
    storeCpuMs: () => bench.databaseCpuMs(),
    stop: () => emitter.stop(),
  }
}
