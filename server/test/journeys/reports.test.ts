// Reports and schedules from the asking to the mail: what is in them, whose rights they have, and that each run is one run.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { everyOrg } from '../../src/platform/db/scope.ts'
import type { Json } from '../harness.ts'
import { openedWorkbook } from '../opened-workbook.ts'
import { startPeople } from './people.ts'

let people: Awaited<ReturnType<typeof startPeople>>
let owner: Awaited<ReturnType<(typeof people)['newOwner']>>

const period = { start_date: '2026-03-01', end_date: '2026-03-31' }

async function chat(n: number): Promise<void> {
  const sent = await owner.send('POST', '/v1/chats/upload', {
    messages: [
      { sender: 'customer', message: 'I am very unhappy, my bill is wrong', timestamp: `2026-03-0${n}T10:00:00Z` },
      { sender: 'agent', message: 'I am sorry, I will help you', timestamp: `2026-03-0${n}T10:00:30Z` },
    ],
    agent_email: 'tshilidzi@example.org',
  })
  assert.equal(sent.status, 200, JSON.stringify(sent.body))
}

async function until<T>(read: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const found = await read()
    if (found) return found
  }
  return assert.fail('it did not come')
}

const made = (id: string) =>
  until(async () => {
    const { body } = await owner.send('GET', `/v1/reports/${id}`)
    return body.status !== 'generating' && (body as Json)
  })

async function reportOf(fields: object) {
  const asked = await owner.send('POST', '/v1/reports/generate', fields)
  assert.equal(asked.status, 202, JSON.stringify(asked.body))
  assert.equal(asked.body.status, 'generating')
  assert.ok(asked.body.estimated_completion)
  const report = await made(asked.body.report_id)
  assert.equal(report.status, 'completed', JSON.stringify(report.failure))
  const answer = await fetch(report.download_url)
  return { report, bytes: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get('content-type') }
}

/** As its hour came: whoever looks next finds it due. */
const becomeDue = (id: string) =>
  everyOrg(() =>
    sql`update report_schedules set next_run_at = now() - interval '3 days' where id = ${id}`.execute(
      people.app.app.db,
    ),
  )

describe('reports', () => {
  before(async () => {
    people = await startPeople()
    owner = await people.newOwner()
    await owner.send('POST', '/v1/agents', { name: 'Tshilidzi Ṋemukula', email: 'tshilidzi@example.org', team: 'Ḽ' })
    for (const n of [1, 2, 3]) await chat(n)
    await until(async () => {
      const { body } = await owner.send(
        'GET',
        '/v1/analytics/metrics?metrics=completed&start_date=2026-03-01&end_date=2026-03-31',
      )
      return JSON.stringify(body).includes('"value":3')
    })
  })
  after(() => people.stop())

  test('a PDF as the hosted service was asked for it, with letters of every language', async () => {
    const { report, bytes, type } = await reportOf({
      report_type: 'agent_performance',
      parameters: { ...period, metrics: ['call_volume', 'average_score', 'resolution_rate'] },
      format: 'pdf',
    })
    assert.equal(type, 'application/pdf')
    assert.equal(bytes.subarray(0, 5).toString(), '%PDF-')
    assert.ok(bytes.subarray(-8).toString().includes('%%EOF'))
    assert.equal(report.report_type, 'agent_performance')
    assert.equal(report.rows, 3)
    assert.ok(bytes.includes('DejaVuSans'), 'its own font is in it')
  })

  test('CSV and XLSX tell every figure with its n, its formula, or why there is none', async () => {
    const { bytes } = await reportOf({ name: 'March', format: 'csv', parameters: { ...period, metrics: ['qa_score'] } })
    const text = bytes.toString()
    assert.match(text, /^\ufeffReport,March\r\nPeriod,2026-03-01 to 2026-03-31 \(Africa\/Johannesburg\)\r\n/)
    assert.match(text, /\r\nVolume,Conversations,conversations@1,3,n,3,0,,/)
    assert.match(text, /qa_score@1,,%,0,0,"?Scores need scorecards/)
    assert.match(text, /\r\nTshilidzi Ṋemukula,3,/)
    const parts = await openedWorkbook((await reportOf({ format: 'xlsx', parameters: period })).bytes)
    assert.match(parts.get('xl/workbook.xml') ?? '', /name="About".*name="Figures"/)
    assert.match(parts.get('xl/worksheets/sheet2.xml') ?? '', /conversations@1.*<v>3<\/v>/)
  })

  test('an empty period is a report that says so', async () => {
    const parameters = { start_date: '2025-01-01', end_date: '2025-01-31' }
    const { report, bytes } = await reportOf({ format: 'csv', parameters })
    assert.equal(report.rows, 0)
    assert.match(bytes.toString(), /There was no conversation in this period\./)
    assert.equal((await reportOf({ format: 'pdf', parameters })).bytes.subarray(0, 5).toString(), '%PDF-')
  })

  test('what cannot be is refused', async () => {
    const refused = async (parameters: object, code: string) => {
      const said = await owner.send('POST', '/v1/reports/generate', { parameters })
      assert.equal(said.code, code, JSON.stringify(said.body))
    }
    await refused({ start_date: '2010-01-01', end_date: '2026-01-01' }, 'invalid_period')
    await refused({ period: 'last_month', start_date: '2026-01-01' }, 'invalid_period')
    await refused({ metrics: ['no_such'] }, 'unknown_metric')
    await refused({ colour: 'blue' }, 'invalid_request')
    await refused({ teams: ['x'], agents: ['nobody@example.org'] }, 'unknown_agent')
  })

  const schedule = {
    name: 'Every month',
    format: 'csv',
    frequency: 'monthly',
    day_of_month: 31,
    time_of_day: '07:00',
    parameters: period,
  }
  const newSchedule = async (by: typeof owner, fields: object) => {
    const said = await by.send('POST', '/v1/report-schedules', { ...schedule, ...fields })
    assert.equal(said.status, 201, JSON.stringify(said.body))
    return said.body as Json
  }

  test('a schedule that was missed for days runs once, and mails a link that works', async () => {
    const outside = people.freshAddress('board')
    const { schedule_id: id, next_run_at } = await newSchedule(owner, { recipients: [owner.id, outside] })
    assert.ok(next_run_at > new Date().toISOString())
    await becomeDue(id)
    const mail = await people.smtp.next(outside, 30_000)
    assert.match(mail.text, /It tells of 3 conversations\./)
    assert.match(mail.headers, /^Message-ID:\s*<[\w.-]+@127\.0\.0\.1>/im)
    const link = /http\S+download\S+/.exec(mail.text)?.[0] ?? assert.fail(mail.text)
    assert.match(await (await fetch(link)).text(), /conversations@1,3,/)
    await people.smtp.next(owner.email, 30_000)
    const after = (await owner.send('GET', `/v1/report-schedules/${id}`)).body
    assert.ok(after.next_run_at > new Date().toISOString())
    assert.equal((await owner.send('GET', `/v1/reports?schedule_id=${id}`)).body.reports.length, 1)
    assert.equal(
      after.last_report_id,
      (await owner.send('GET', `/v1/reports?schedule_id=${id}`)).body.reports[0].report_id,
    )
  })

  test('attached, run at once; the next time stays', async () => {
    const to = people.freshAddress('lead')
    const made = await newSchedule(owner, { recipients: [to], delivery: 'attachment', name: 'Scr<ipt>/../é' })
    assert.equal((await owner.send('POST', `/v1/report-schedules/${made.schedule_id}/run`)).status, 202)
    const mail = await people.smtp.next(to, 30_000)
    assert.match(mail.headers, /multipart\/mixed/i)
    const read = (await owner.send('GET', `/v1/report-schedules/${made.schedule_id}`)).body
    assert.equal(read.next_run_at, made.next_run_at)
  })

  test('two people at one schedule: the later one is told', async () => {
    const { schedule_id: id } = await newSchedule(owner, {})
    const read = await owner.send('GET', `/v1/report-schedules/${id}`)
    const etag = read.headers.get('etag') ?? ''
    const path = `/v1/report-schedules/${id}`
    const first = await owner.send('PATCH', path, { frequency: 'weekly', weekdays: [5, 1] }, { 'if-match': etag })
    assert.deepEqual([first.status, first.body.weekdays, first.body.day_of_month], [200, [1, 5], null])
    const second = await owner.send('PATCH', path, { name: 'Mine' }, { 'if-match': etag })
    assert.deepEqual([second.status, second.code], [409, 'changed_meanwhile'])
    assert.equal((await owner.send('POST', `${path}/pause`)).body.next_run_at, null)
    assert.ok((await owner.send('POST', `${path}/resume`)).body.next_run_at)
    assert.equal((await owner.send('DELETE', path)).status, 204)
    assert.equal((await owner.send('GET', path)).status, 404)
  })

  test('who sees a part mails no one outside; a report has the rights of now; without them the schedule rests', async () => {
    await owner.send('POST', '/v1/departments', { name: 'Far', teams: ['Elsewhere'] })
    const lead = await people.newMember(owner, { role: 'supervisor', level: 'team', teams: ['Elsewhere'] })
    const refused = await lead.send('POST', '/v1/report-schedules', { ...schedule, recipients: ['x@example.net'] })
    assert.equal(refused.code, 'outside_recipients', JSON.stringify(refused.body))
    const { schedule_id: id } = await newSchedule(lead, { recipients: [lead.email] })
    await becomeDue(id)
    assert.match((await people.smtp.next(lead.email, 30_000)).text, /There was no conversation in this period/)
    assert.equal((await owner.send('POST', `/v1/users/${lead.id}/deactivate`)).status, 200)
    await becomeDue(id)
    const rests = await until(async () => {
      const { body } = await owner.send('GET', `/v1/report-schedules/${id}`)
      return body.state === 'paused' && (body as Json)
    })
    assert.match(rests.paused_reason, /may not use this organisation/)
    assert.equal(people.smtp.kept.filter(({ to }) => to.includes(lead.email)).length, 0)
  })

  test('bad schedules are refused: recipients, times, thousands', async () => {
    const refused = async (fields: object, code = 'invalid_request') => {
      const said = await owner.send('POST', '/v1/report-schedules', { ...schedule, ...fields })
      assert.equal(said.code, code, JSON.stringify(said.body))
    }
    await refused({ recipients: Array.from({ length: 1000 }, (_, n) => `a${n}@example.org`) })
    await refused({ time_of_day: '25:00' })
    await refused({ day_of_month: 32 })
    await refused({ recipients: ['a@example.org\r\nBcc: b@example.org'] }, 'invalid_recipient')
    await refused({ recipients: ['0199b1f2-cccc-7abc-8def-00000000000c'] }, 'invalid_recipient')
  })
})
