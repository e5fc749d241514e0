// Scenario "upload watcher" of the receiver kit: each recording of a folder is a call, once, however the network and the
// program itself break off, and its end is known.

import assert from 'node:assert/strict'
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { example, languages, type Program, program, skipFor, until } from './receiver-kit-programs.ts'
import { type Relay, startRelay } from './receiver-kit-relay.ts'
import { distinctCall } from './sample-call.ts'

for (const language of languages) {
  describe(`upload watcher in ${language}`, { skip: skipFor(language) }, () => {
    let harness: Harness
    let customer: Customer
    let relay: Relay
    let run: Program
    let folder = ''

    before(async () => {
      harness = await startHarness()
      customer = await harness.customer({ settings: { creates_agents: true } })
      relay = await startRelay(harness.url)
      run = await program(language, example(language, 'upload-watcher'), {
        INDABA_URL: relay.url,
        INDABA_API_KEY: customer.key,
        RECORDINGS: 'recordings',
        UPLOADS: 'uploads.sqlite',
        SETTLE_MS: '200',
        POLL_MS: '100',
      })
      folder = join(run.dir, 'recordings')
      await mkdir(folder)
      await run.start()
    })

    after(async () => {
      await run?.remove()
      await harness?.stop()
      relay?.close()
    })

    /** As a recorder does that renames what is complete. */
    async function record(name: string, bytes?: Buffer): Promise<void> {
      await writeFile(join(run.dir, name), bytes ?? (await distinctCall()))
      await rename(join(run.dir, name), join(folder, name))
    }
    const calls = async () =>
      (await harness.json('/v1/conversations?limit=200', { headers: customer.headers })).conversations
    const done = (status: string) => run.lines.filter((line) => line.status === status).length

    it('sends a recording with what its name says, and tells how it ended', async () => {
      await record('thandi@example.com_20240507-093000_4711.wav')
      await until(() => done('completed') === 1, 'the first call')
      const [call] = await calls()
      assert.equal(call.agent.email, 'thandi@example.com')
      assert.equal(call.started_at, '2024-05-07T07:30:00.000Z')
      assert.equal(call.external_id, '4711')
    })

    it('waits for a recording that is still being written', async () => {
      const path = join(folder, 'growing.wav')
      const whole = await distinctCall()
      const from = relay.requests.length
      for (let part = 1; part <= 5; part++) {
        await writeFile(path, whole.subarray(0, Math.ceil((whole.length * part) / 5)))
        await delay(100)
      }
      assert.equal(relay.requests.slice(from).filter((one) => one.startsWith('POST')).length, 0)
      await until(() => done('completed') === 2, 'the whole of it')
    })

    it('sends once when the server is busy, the answer is lost, or it is killed in between', async () => {
      let posts = 0
      relay.decide((request) => {
        if (!request.startsWith('POST')) return 'pass'
        posts += 1
        if (posts === 1) return { status: 503, retryAfterS: 0 }
        if (posts === 2) return { status: 429, retryAfterS: 1 }
        return posts % 2 ? 'lose' : 'pass'
      })
      for (const number of [1, 2, 3]) await record(`thandi@example.com_20240508-09300${number}_48${number}.wav`)
      await until(() => posts >= 3, 'an answer that is lost')
      await run.kill()
      await run.start()
      await until(() => done('completed') === 5, 'all of them')
      assert.equal((await calls()).length, 5)
      relay.decide(() => 'pass')
    })

    it('notes what is no recording and goes on; sends a file again only when it has changed', async () => {
      await record('notes.wav', Buffer.from('these are no sounds'))
      await record('empty.wav', Buffer.alloc(0))
      await record('later.wav')
      await until(() => done('completed') === 6, 'the recording after them')
      const ofNotes = (line: { refused?: string; status?: string }) =>
        line.refused === 'notes.wav' || line.status === 'failed'
      await until(() => run.lines.some(ofNotes), 'what is no recording')
      const before = relay.requests.filter((one) => one.startsWith('POST')).length
      await run.kill()
      await run.start()
      await delay(600)
      assert.equal(relay.requests.filter((one) => one.startsWith('POST')).length, before)
      const old = new Date(Date.now() - 60_000)
      await utimes(join(folder, 'later.wav'), old, old)
      await until(
        () => relay.requests.filter((one) => one.startsWith('POST')).length === before + 1,
        'the touched file',
      )
      await delay(300)
      assert.equal((await calls()).filter(({ status }: { status: string }) => status === 'completed').length, 6)
    })
  })
}
