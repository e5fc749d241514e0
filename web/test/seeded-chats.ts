// Agents in teams, and chats of theirs in the last days, sent through the API by the owner of an organisation.

import assert from 'node:assert/strict'
import type { Json } from '../../server/test/harness.ts'
import type { Visitor } from '../../server/test/web/browser.ts'

export type SeededAgent = { id: string; name: string; team: string; chats: number }

const dayMs = 86_400_000
const opening = ['Where is my parcel?', 'I was charged twice, and I am angry about it.', 'How do I change my address?']
const closing = ['Thank you, that is great, you helped me a lot.', 'This is terrible, nothing works.', 'All right.']

/** Waits until all of them are analysed and counted. `chats`: how many each agent gets, in this order. */
export async function seedChats(owner: Visitor, chats: readonly number[]): Promise<SeededAgent[]> {
  await owner.send('POST', '/v1/departments', { name: 'Service', teams: ['Deliveries', 'Accounts'] })
  const agents: SeededAgent[] = []
  for (const [index, count] of chats.entries()) {
    const [name, team] = [`Agent ${index + 1}`, index % 2 === 0 ? 'Deliveries' : 'Accounts']
    const email = `agent-${index + 1}@example.org`
    const made = await owner.send('POST', '/v1/agents', { name, email, external_id: `ext-${index + 1}`, team })
    agents.push({ id: made.agent_id, name, team, chats: count })
    for (let n = 0; n < count; n++) {
      const start = Date.now() - (1 + (n % 12)) * dayMs - n * 60_000
      const at = (second: number) => new Date(start + second * 1000).toISOString()
      const wait = 20 + index * 25 + (n % 5) * 4
      const messages = [
        { sender: 'customer', message: opening[n % 3], timestamp: at(0) },
        { sender: 'agent', message: 'Let me look into it for you.', timestamp: at(wait) },
        { sender: 'customer', message: closing[(n + index) % 3], timestamp: at(wait + 60) },
        { sender: 'agent', message: 'You are welcome, goodbye.', timestamp: at(wait + 80) },
      ]
      const session = `seeded-${index}-${n}`
      await owner.send('POST', '/v1/chats/upload', { session_id: session, agent_id: made.agent_id, messages })
    }
  }
  const all = chats.reduce((sum, one) => sum + one, 0)
  await until(async () => {
    const { rows, is_behind } = await owner.send<Json>('GET', '/v1/analytics/metrics?metrics=completed')
    return !is_behind && rows[0]?.metrics.completed.value === all
  })
  return agents
}

export async function until(isSo: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) assert.fail(`still not so after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
