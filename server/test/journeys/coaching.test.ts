// Coaching notes over HTTP: as the lead who writes, the agent who reads, the lead of others, the analyst, the auditor.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Json } from '../harness.ts'
import { startPeople } from './people.ts'

type People = Awaited<ReturnType<typeof startPeople>>
type Owner = Awaited<ReturnType<People['newOwner']>>
type Member = Awaited<ReturnType<People['newMember']>>

describe('coaching notes', () => {
  let people: People
  let owner: Owner
  let lead: Member
  let sales: Member
  let agent: Member
  let analyst: Member
  let auditor: Member
  const agents = {} as Record<'ann' | 'dan', string>
  const chats = {} as Record<'ann' | 'dan' | 'gone', string>

  before(async () => {
    people = await startPeople()
    owner = await people.newOwner()
    for (const [name, team] of Object.entries({ ann: 'Billing', dan: 'Outbound' })) {
      await owner.send('POST', '/v1/departments', { name: `${team} department`, teams: [team] })
      const made = await owner.send('POST', '/v1/agents', { name, email: `${name}@example.com`, team })
      agents[name as 'ann'] = made.body.agent_id
    }
    lead = await people.newMember(owner, { role: 'supervisor', level: 'team', teams: ['Billing'] })
    sales = await people.newMember(owner, { role: 'supervisor', level: 'team', teams: ['Outbound'] })
    analyst = await people.newMember(owner, { role: 'analyst', level: 'organisation' })
    auditor = await people.newMember(owner, { role: 'auditor', level: 'organisation' })
    agent = await people.newMember(owner, { role: 'agent', level: 'own', agent_id: agents.ann })
    for (const [name, of] of Object.entries({ ann: 'ann', dan: 'dan', gone: 'ann' })) {
      const sent = await owner.send('POST', '/v1/chats/upload', {
        session_id: name,
        agent_email: `${of}@example.com`,
        metadata: { customer_id: 'customer-4711' },
        messages: [
          { sender: 'customer', message: 'My order has not come.', timestamp: '2026-01-05T09:00:00Z' },
          { sender: 'agent', message: 'I am sorry.', timestamp: '2026-01-05T09:00:30Z' },
        ],
      })
      assert.equal(sent.status, 200, JSON.stringify(sent.body))
      chats[name as 'ann'] = sent.body.chat_id.replace('vela_chat_', '')
    }
  })
  after(() => people?.stop())

  const path = (id = agents.ann) => `/v1/agents/${id}/coaching-notes`
  const write = (fields: object, by = lead) =>
    by.send('POST', path(), { kind: 'advice', text: 'Slow down.', ...fields })
  const listed = async (by: Member | Owner): Promise<Json[]> => (await by.send('GET', path())).body.coaching_notes
  const told = async (by: Member): Promise<Json[]> => (await by.send('GET', '/v1/notifications')).body.notifications

  test('a lead writes about a moment, the agent reads it and answers, the lead is told', async () => {
    const about = { conversation_id: `vela_chat_${chats.ann}`, at_ms: 30_000 }
    const made = await write({ kind: 'praise', text: '  You said\r\nsorry. <b>Good</b> ', ...about })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const { id, text, moment, author, is_shared, read_at, revision } = made.body
    assert.deepEqual([text, is_shared, read_at, revision], ['You said\nsorry. <b>Good</b>', true, null, 1])
    assert.deepEqual([moment.conversation_id, moment.at_ms, moment.channel], [chats.ann, 30_000, 'chat'])
    assert.deepEqual([author.actor, typeof author.name], [`user:${lead.id}`, 'string'])

    const [notice] = await told(agent)
    assert.deepEqual(
      [notice.kind, notice.coaching_note_id, notice.agent_id, notice.conversation_id, notice.excerpt],
      ['coaching', id, agents.ann, null, text],
    )
    const mail = await people.smtp.next(agent.email)
    assert.match(mail.text, new RegExp(`wrote you a coaching note:\\s+\\S+/app/agents/${agents.ann}#coaching`))
    assert.doesNotMatch(mail.text, /sorry/)

    assert.deepEqual(
      (await listed(agent)).map((one) => [one.id, one.moment.at_ms]),
      [[id, 30_000]],
    )
    assert.equal((await lead.send('POST', `${path()}/${id}/read`, {})).code, 'not_the_agent')
    assert.equal((await agent.send('POST', `${path()}/${id}/read`, { reply: 'x'.repeat(1001) })).status, 400)
    assert.equal((await agent.send('POST', `${path()}/${id}/read`, { reply: 'Thank you.' })).status, 200)
    const again = await agent.send('POST', `${path()}/${id}/read`, {})
    const [seen] = await listed(lead)
    assert.deepEqual([seen?.reply, seen?.read_at], ['Thank you.', again.body.read_at])
    assert.deepEqual(
      (await told(lead)).map(({ kind, excerpt }) => [kind, excerpt]),
      [['coaching_reply', 'Thank you.']],
    )
    assert.match((await people.smtp.next(lead.email)).headers, /^Subject: .* answered your coaching note/m)
    const audit = (await owner.send('GET', '/v1/audit?limit=200')).body
    assert.doesNotMatch(JSON.stringify(audit), /sorry|Thank you/)
    assert.match(JSON.stringify(audit), /coaching_note\.create/)
    assert.match(JSON.stringify(audit), /coaching_note\.read/)
  })

  test('whoever has no business with the agent finds nothing, and who may not write does not', async () => {
    const { body: note } = await write({})
    const unknown = await sales.send('GET', path('01900000-0000-7000-8000-000000000000'))
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['POST', '', { kind: 'praise', text: 'x' }],
      ['PATCH', `/${note.id}`, { text: 'x' }],
      ['DELETE', `/${note.id}`, undefined],
      ['POST', `/${note.id}/read`, {}],
    ] as const) {
      const asked = await sales.send(method, path() + rest, body)
      assert.deepEqual([asked.status, asked.detail], [404, unknown.detail], method)
      assert.equal((await auditor.send(method, path() + rest, body)).status, 403, method)
      if (method === 'PATCH' || method === 'DELETE' || rest === '')
        assert.equal((await agent.send(method, path() + rest, body)).status, method === 'GET' ? 200 : 403, method)
    }
    // A note of one agent is none of another.
    assert.equal((await owner.send('DELETE', `${path(agents.dan)}/${note.id}`)).status, 404)
    assert.equal((await agent.send('GET', path(agents.dan))).status, 404)
    assert.equal((await analyst.send('PATCH', `${path()}/${note.id}`, { text: 'x' })).code, 'not_the_author')
    assert.equal((await analyst.send('DELETE', `${path()}/${note.id}`)).code, 'not_the_author')
    assert.equal((await owner.send('PATCH', `${path()}/${note.id}`, { text: 'x' })).code, 'not_the_author')
    assert.equal((await owner.send('DELETE', `${path()}/${note.id}`)).status, 204)
    assert.equal((await lead.send('GET', path('ann@example.com'))).status, 200)
  })

  test('what is kept back is for leads, until it is shared; what is said anew is not read yet', async () => {
    const before = (await told(agent)).length
    const { body: note } = await write({ text: 'Not yet for Ann.', is_shared: false })
    const one = `${path()}/${note.id}`
    assert.ok((await listed(analyst)).some(({ id }) => id === note.id))
    assert.ok(!(await listed(agent)).some(({ id }) => id === note.id))
    assert.equal((await agent.send('POST', `${one}/read`, {})).status, 404)
    assert.equal((await told(agent)).length, before)

    const shared = await lead.send('PATCH', one, { is_shared: true }, { 'if-match': '"1"' })
    assert.deepEqual([shared.status, shared.headers.get('etag')], [200, '"2"'])
    assert.equal((await told(agent)).length, before + 1)
    assert.equal((await agent.send('POST', `${one}/read`, {})).status, 200)
    const late = await lead.send('PATCH', one, { text: 'Late' }, { 'if-match': '"1"' })
    assert.deepEqual([late.code, late.body.error.details.revision], ['changed_meanwhile', 2])
    const anew = await lead.send('PATCH', one, { text: 'For Ann.' }, { 'if-match': '"2"' })
    assert.deepEqual([anew.body.text, anew.body.read_at, anew.body.revision], ['For Ann.', null, 3])
    const notices = await told(agent)
    assert.deepEqual([notices.length, notices[0]?.excerpt, notices[0]?.read_at], [before + 1, 'For Ann.', null])

    assert.equal((await lead.send('PATCH', one, { is_shared: false })).status, 200)
    assert.equal((await told(agent)).length, before, 'what was taken back is not shown in notices either')
  })

  test('a note is about a conversation of the agent, hides what the reader may not see, and outlives it', async () => {
    const wrong = [
      { conversation_id: chats.dan },
      { conversation_id: '01900000-0000-7000-8000-000000000000' },
      { at_ms: 5 },
      { conversation_id: chats.ann, at_ms: -1 },
      { text: ' ' },
      { text: 'x'.repeat(5001) },
      { kind: 'blame' },
      { read_at: '2026-01-01' },
    ]
    for (const fields of wrong) {
      const refused = await write(fields)
      assert.equal(refused.status, 400, JSON.stringify([fields, refused.body]))
    }
    const { body: note } = await write({ text: 'About customer-4711', conversation_id: chats.gone }, owner as Member)
    const find = async (by: Member | Owner) => (await listed(by)).find(({ id }) => id === note.id)
    assert.equal((await find(owner))?.text, 'About customer-4711')
    assert.deepEqual([(await find(lead))?.text, (await find(lead))?.moment.at_ms], ['About [CUSTOMER]', null])

    await owner.send('PUT', `/v1/conversations/${chats.gone}/assignment`, { agent: agents.dan, team: 'Outbound' })
    const hidden = await find(agent)
    assert.deepEqual([hidden?.text, hidden?.moment], ['About [CUSTOMER]', null])
    assert.equal((await owner.send('DELETE', `/v1/conversations/${chats.gone}`)).status, 204)
    assert.deepEqual([(await find(agent))?.moment, (await find(owner))?.text], [null, 'About customer-4711'])
  })

  test('pages go by a cursor, newest first; merged agents bring their notes', async () => {
    const all = (await listed(lead)).map(({ id }) => id)
    const pages: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await lead.send('GET', `${path()}?limit=1${cursor ? `&cursor=${cursor}` : ''}`)
      pages.push(...body.coaching_notes.map(({ id }: Json) => id))
      cursor = body.next_cursor
    }
    assert.ok(all.length >= 3)
    assert.deepEqual(pages, all)
    assert.deepEqual([...all].sort().reverse(), all)
    const merged = await owner.send('POST', `/v1/agents/${agents.dan}/merge`, { duplicates: [agents.ann] })
    assert.equal(merged.status, 200, JSON.stringify(merged.body))
    const kept = (await owner.send('GET', path(agents.dan))).body.coaching_notes.map(({ id }: Json) => id)
    assert.deepEqual(kept, all)
  })
})
