// A scheduled report whose mails are being sent when the worker is killed, three times, each time after the mail server has
// taken some and before that is written down: everybody has it, nobody a second one that mail programs would show as another.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { startPeople } from './people.ts'
import { startWorker } from './worker-process.ts'

const recipients = Array.from({ length: 30 }, (_, n) => `board-${n}@example.net`)
const kills = 3
/** Of mails: how many a worker sends at a time. */
const atOnce = 2

test('killed between a mail that was taken and the note of it: nobody is left out, the rest knows it by its Message-ID', {
  timeout: 240_000,
}, async (t) => {
  const people = await startPeople({ roles: { serve: true, work: false } })
  t.after(() => people.stop())
  const owner = await people.newOwner()
  const env = { INDABA_SMTP_URL: people.smtp.url, INDABA_MAIL_FROM: 'indaba@example.org', INDABA_SMTP_TLS: 'false' }
  const { kept } = people.smtp
  people.smtp.answerAfter(200)

  const made = await owner.send('POST', '/v1/report-schedules', {
    ...{ name: 'Every week', format: 'csv', frequency: 'weekly', weekdays: [1], time_of_day: '07:00' },
    ...{ parameters: { period: 'last_week' }, recipients },
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const id = made.body.schedule_id
  await everyOrg(() => sql`update report_schedules set next_run_at = now() where id = ${id}`.execute(people.app.app.db))
  for (let kill = 1; kill <= kills; kill += 1) {
    const worker = await startWorker(people.app, env)
    while (kept.length < kill * 6) await delay(5)
    await worker.kill()
  }
  const worker = await startWorker(people.app, env)
  t.after(() => worker.stop())
  const mails = async () => {
    const { body } = await owner.send('GET', `/v1/reports?schedule_id=${id}`)
    assert.equal(body.reports.length, 1, 'a run is one run')
    return (await everyOrg(() => sql<{ state: string }>`select state from report_mails`.execute(people.app.app.db)))
      .rows
  }
  while ((await mails()).some(({ state }) => state !== 'sent')) await delay(200)

  const idsByAddress = Map.groupBy(kept, ({ to }) => to.join())
  assert.deepEqual([...idsByAddress.keys()].sort(), [...recipients].sort())
  for (const [address, copies] of idsByAddress) {
    const ids = new Set(copies.map(({ headers }) => /^Message-ID:\s*(\S+)/im.exec(headers)?.[1]))
    assert.equal(ids.size, 1, `${address} has ${[...ids]}`)
  }
  const twice = kept.length - recipients.length
  assert.ok(twice <= kills * atOnce, `${twice} came twice`)
  console.log(`${recipients.length} mails over ${kills} kills: ${twice} were sent again, under the same Message-ID`)
})
