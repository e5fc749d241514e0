// Scenario "dashboard pull" of the receiver kit: a copy of the figures that is the server's own state after each run, however
// often a run was killed, slowed down or had nothing to do.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { allScopes } from '../../src/access/permissions.ts'
import { type Customer, type Harness, type Json, startHarness } from '../harness.ts'
import { example, languages, type Program, program, skipFor, until } from './receiver-kit-programs.ts'
import { type Relay, startRelay } from './receiver-kit-relay.ts'

for (const language of languages) {
  describe(`dashboard pull in ${language}`, { skip: skipFor(language) }, () => {
    let harness: Harness
    let customer: Customer
    let relay: Relay
    let run: Program
    const ids: string[] = []

    before(async () => {
      harness = await startHarness()
      customer = await harness.customer({ settings: { creates_agents: true } }, allScopes)
      relay = await startRelay(harness.url)
      run = await program(language, example(language, 'dashboard-pull'), {
        INDABA_URL: relay.url,
        INDABA_API_KEY: customer.key,
        DASHBOARD: 'dashboard.sqlite',
      })
    })

    after(async () => {
      await harness?.stop()
      await run?.remove()
      relay?.close()
    })

    async function chat(message: string): Promise<void> {
      const { chat_id } = await harness.json('/v1/chats/upload', {
        method: 'POST',
        headers: { ...customer.headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          session_id: randomUUID(),
          agent_email: 'thandi@example.com',
          date: '2024-05-07T10:00:00Z',
          messages: [{ sender: 'customer', message }],
        }),
      })
      const id = chat_id.replace('vela_chat_', '')
      await harness.finished(customer, id)
      ids.push(id)
    }

    async function pull(): Promise<Json[]> {
      await run.start()
      assert.equal(await run.ended(), 0, run.complaints())
      return run.lines.at(-1)
    }

    it('copies what is there, and joins it with what we know', async () => {
      for (const message of ['this is terrible, awful, I am angry', 'thank you, wonderful']) await chat(message)
      await pull()
      const db = new DatabaseSync(join(run.dir, 'dashboard.sqlite'))
      db.exec("insert into sales values ('2024-05-07', 'thandi@example.com', 99.5)")
      db.close()
      relay.decide(() => (relay.requests.length % 2 ? { status: 429, retryAfterS: 0 } : 'pass'))
      const [figures, ...others] = await pull()
      assert.deepEqual(others, [])
      const { minutes: _, ...rest } = figures
      assert.deepEqual(rest, {
        day: '2024-05-07',
        agent: 'thandi@example.com',
        conversations: 2,
        negative_percent: 50,
        sales: 99.5,
      })
      relay.decide(() => 'pass')
    })

    it('goes on from where it was killed', async () => {
      await chat('hello')
      const from = relay.requests.length
      let isKilled = false
      // The first page comes; the second is held up until the end of the process.
      relay.decide(() => (relay.requests.length > from + 1 && !isKilled ? 'hold' : 'pass'))
      await run.start()
      await until(() => relay.requests.length === from + 2, 'the second page')
      await run.kill()
      isKilled = true
      const [figures] = await pull()
      assert.equal(figures.conversations, 3)
      const held = relay.requests[from + 1]
      assert.match(held as string, /after_seq=[1-9]/)
      assert.equal(relay.requests[from + 2], held)
    })

    it('takes out what was deleted, once', async () => {
      const answer = await fetch(`${harness.url}/v1/conversations/${ids[0]}`, {
        method: 'DELETE',
        headers: customer.headers,
      })
      assert.equal(answer.status, 204)
      assert.equal((await pull())[0].conversations, 2)
      const from = relay.requests.length
      const [figures] = await pull()
      assert.deepEqual([figures.conversations, figures.negative_percent], [2, 0])
      assert.ok(relay.requests.length - from <= 3, 'with nothing new, hardly anything is asked')
    })

    it('begins anew when the log does not reach to where it was, back or forth', async () => {
      const path = join(run.dir, 'dashboard.sqlite')
      const change = (sql: string) => {
        const db = new DatabaseSync(path)
        db.exec(sql)
        db.close()
      }
      change(`update conversations set id = 'deleted long ago' where id = '${ids[1]}'`)
      let isFirst = true
      relay.decide((request) => {
        if (!isFirst || !request.startsWith('GET /v1/events')) return 'pass'
        isFirst = false
        return { status: 410, retryAfterS: 0 }
      })
      assert.equal((await pull())[0].conversations, 2)
      // As after a backup of the server was restored: it has never given out such a number.
      change("insert into conversations (id, status) values ('lost with the backup', 'completed')")
      change('update cursors set seq = 1000000')
      const figures = await pull()
      assert.deepEqual([figures.length, figures[0].conversations], [1, 2])
    })
  })
}
