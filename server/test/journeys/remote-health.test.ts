// A remote folder whose server is away, and back again: who is told what, and how often. And who may see and change what.

import assert from 'node:assert/strict'
import { mkdtemp, realpath, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type SmtpServer, startSmtpServer } from '../fakes/smtp-server.ts'
import { adminToken, type Harness, type Json, startHarness } from '../harness.ts'
import { folderClient } from '../remote-folder-client.ts'
import { smallWav } from '../small-recordings.ts'

describe('the health of remote folders', () => {
  let harness: Harness
  let smtp: SmtpServer
  let disk = ''

  before(async () => {
    disk = await realpath(await mkdtemp(join(tmpdir(), 'indaba-health-')))
    smtp = await startSmtpServer()
    harness = await startHarness({
      env: {
        INDABA_MOUNTED_FOLDERS: disk,
        INDABA_SMTP_URL: smtp.url,
        INDABA_MAIL_FROM: 'indaba@example.com',
        INDABA_SMTP_TLS: 'false',
      },
    })
  })
  after(async () => {
    await harness?.stop()
    await smtp?.stop()
    await rm(disk, { recursive: true, force: true })
  })

  test('told once after so many failures, and once when it works again; nothing is passed over', async () => {
    const folder = await folderClient(harness, join(disk, 'one'), {
      complete_when: { rule: 'at_once' },
      notify_after: 2,
      notify_emails: ['ops@example.com'],
    })
    const events = async () => {
      const { rows } = await sql<Json>`
        select type, data from events where org_id = ${folder.customer.orgId} and type like 'connection.%' order by seq`.execute(
        harness.app.db,
      )
      return rows
    }
    await folder.sync()
    await rename(join(disk, 'one'), join(disk, 'away'))
    const first = await folder.sync()
    assert.equal(first.health.state, 'failing')
    assert.equal(first.health.failed_step, 'directory')
    assert.match(first.health.reason, /folder/)
    assert.equal(first.health.failures, 1)
    const waitMs = new Date(first.next_sync_at).getTime() - Date.now()
    assert.ok(waitMs > 5000 && waitMs <= 15_000, `${waitMs}`)
    assert.deepEqual(await events(), [])
    await folder.sync()
    const third = await folder.sync()
    assert.equal(third.health.failures, 3)
    assert.equal(third.health.failing_since, first.health.failing_since)
    const told = await events()
    assert.equal(told.length, 1)
    assert.equal(told[0].type, 'connection.degraded')
    assert.equal(told[0].data.failures, 2)
    assert.equal(told[0].data.failed_step, 'directory')
    const degraded = await smtp.next('ops@example.com')
    assert.match(degraded.headers + degraded.text, /cannot be read/)
    assert.match(degraded.text, /What failed \(directory\)/)

    await folder.change({ is_active: false })
    assert.equal((await folder.read()).health.state, 'paused')
    await assert.rejects(folder.sync(), /409.*paused/i)
    await rename(join(disk, 'away'), join(disk, 'one'))
    await folder.put('a.wav', smallWav(1))
    await folder.change({ is_active: true })
    for (let tries = 0; (await folder.read()).files.taken === 0 && tries < 200; tries++) await delay(50)
    const healed = await folder.taken()
    assert.equal(healed.health.state, 'ok')
    assert.equal(healed.health.reason, null)
    assert.equal(healed.files.taken, 1)
    assert.deepEqual(
      (await events()).map(({ type }) => type),
      ['connection.degraded', 'connection.recovered'],
    )
    const recovered = await smtp.next('ops@example.com')
    assert.match(recovered.headers + recovered.text, /works again/)
    assert.equal(smtp.kept.length, 0, 'and no other mail')
  })

  test('settings that cannot be are refused with the field; foreign folders and servers are unknown', async () => {
    const folder = await folderClient(harness, join(disk, 'two'))
    const stranger = await harness.customer()
    const send = async (method: string, path: string, body: object | null, who = folder.customer) => {
      const answer = await fetch(`${harness.url}${path}`, {
        method,
        headers: { ...who.headers, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return { status: answer.status, text: await answer.text() }
    }
    const path = `/v1/remote-folders/${folder.id}`
    const refused: [object, RegExp][] = [
      [{ pattern: '{agnet}.wav' }, /agnet/],
      [{ schedule: { every_seconds: 1 } }, /schedule/],
      [{ schedule: { every_seconds: 60, times: ['10:00'] } }, /either every_seconds or times/],
      [{ schedule: { times: ['25:00'] } }, /schedule/],
      [{ complete_when: { rule: 'at_once', steady_seconds: 5 } }, /goes with steady/],
      [{ afterwards: { rule: 'move' } }, /needs a folder/],
      [{ afterwards: { rule: 'move', to: '../up' } }, /without \. and \.\./],
      [{ afterwards: { rule: 'move', to: '{date:YYYY}' } }, /begin with a folder/],
      [{ path: 'a/../b' }, /path/],
      [{ notify_emails: ['nobody'] }, /e-mail/],
      [{ server_id: '0197a3c1-0000-7000-8000-000000000000' }, /no such remote server/],
      [{ options: { defaults: { date_of_call: 'whenever' } } }, /defaults/],
      [{ colour: 'red' }, /colour/],
    ]
    for (const [change, why] of refused) {
      const answer = await send('PATCH', path, change)
      assert.equal(answer.status, 400, JSON.stringify(change))
      assert.match(answer.text, why)
    }
    const taken = await send('POST', '/v1/remote-folders', { name: 'CALLS', server_id: folder.serverId })
    assert.equal(taken.status, 409)
    for (const [method, to] of [
      ['GET', path],
      ['PATCH', path],
      ['DELETE', path],
      ['POST', `${path}/sync`],
      ['GET', `${path}/files`],
    ] as const) {
      assert.equal((await send(method, to, method === 'PATCH' ? {} : null, stranger)).status, 404, `${method} ${to}`)
    }
    const foreign = await send('POST', '/v1/remote-folders', { name: 'x', server_id: folder.serverId }, stranger)
    assert.match(foreign.text, /no such remote server/)
    const tried = await send('POST', '/v1/remote-folders/test-pattern', {
      pattern: '{team}/{agent}.wav',
      names: ['a/b.wav', 'c.wav'],
    })
    assert.deepEqual(
      JSON.parse(tried.text).results.map((one: Json) => one.fields),
      [{ team: 'a', agent: 'b' }, null],
    )
    const inUse = await send('DELETE', `/v1/remote-servers/${folder.serverId}`, null)
    assert.ok(inUse.status === 409 || inUse.status === 404, inUse.text)
    assert.equal((await send('DELETE', path, null)).status, 204)
    assert.equal((await send('GET', path, null)).status, 404)
  })

  test('an organisation is deleted with its servers and folders', async () => {
    const folder = await folderClient(harness, join(disk, 'three'))
    await folder.put('a.wav', smallWav(3))
    await folder.sync()
    await harness.json(`/api/customers/${folder.customer.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminToken}` },
    })
    const { rows } = await sql`select from remote_files where org_id = ${folder.customer.orgId}`.execute(harness.app.db)
    assert.equal(rows.length, 0)
  })
})
