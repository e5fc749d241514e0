// The measure of the delivery engine: the same bodies POSTed by undici with nothing stored, in a process of its own.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Client } from 'undici'
import { velaBody } from '../server/src/events/payload.ts'
import { newId } from '../server/src/platform/ids.ts'
import { callData } from './call-data.ts'

export type Posted = { perSecond: number; cpuUs: number }

/** @returns POSTs a second and processor time of each, without the tenth that went before to warm up */
export async function postBare(url: string, count: number, connections = 200): Promise<Posted> {
  const child = fork(import.meta.filename, ['--bare', url, String(count), String(connections)])
  const [posted] = (await once(child, 'message')) as [Posted]
  return posted
}

async function post(url: string, count: number, connections: number): Promise<Posted> {
  const id = newId()
  const body = velaBody({
    id,
    type: 'call.completed',
    version: '1',
    occurred_at: new Date().toISOString(),
    org_id: id,
    seq: 1,
    previous_seq: 0,
    data: callData(id),
  })
  const headers = { 'content-type': 'application/json', 'webhook-id': id }
  const clients = Array.from({ length: connections }, () => new Client(url))
  const all = async (posts: number) => {
    let left = posts
    const send = async (client: Client) => {
      while (left > 0) {
        left -= 1
        const answer = await client.request({ path: '/hook', method: 'POST', headers, body })
        await answer.body.dump()
      }
    }
    await Promise.all(clients.map(send))
  }
  await all(Math.ceil(count / 10))
  const startedAt = performance.now()
  const before = process.cpuUsage()
  await all(count)
  const tookS = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(before)
  await Promise.all(clients.map((client) => client.close()))
  return { perSecond: count / tookS, cpuUs: (user + system) / count }
}

if (process.argv[2] === '--bare') {
  const [, , , url = '', count = '0', connections = '0'] = process.argv
  process.send?.(await post(url, Number(count), Number(connections)))
  process.disconnect?.()
}
