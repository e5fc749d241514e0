// What people do to calls and chats: tags, comments and who is told of them, reviews, reassignment, many at once. Each as
// the person who may, the one who may not, and the one who sees a part.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Json } from '../harness.ts'
import { startPeople } from './people.ts'

type People = Awaited<ReturnType<typeof startPeople>>
type Owner = Awaited<ReturnType<People['newOwner']>>
type Member = Awaited<ReturnType<People['newMember']>>

describe('annotations', () => {
  let people: People
  let owner: Owner
  let billing: Member
  let sales: Member
  let agentPerson: Member
  const agents = {} as Record<'ann' | 'dan', string>
  const chats = {} as Record<'ann' | 'dan' | 'nobody', string>

  before(async () => {
    people = await startPeople()
    owner = await people.newOwner()
    for (const [name, department] of [
      ['Billing', 'Service'],
      ['Outbound', 'Sales'],
    ] as const) {
      const made = await owner.send('POST', '/v1/departments', { name: department, teams: [name] })
      assert.equal(made.status, 201, JSON.stringify(made.body))
    }
    for (const [name, team] of [
      ['ann', 'Billing'],
      ['dan', 'Outbound'],
    ] as const) {
      const made = await owner.send('POST', '/v1/agents', { name, email: `${name}@example.com`, team })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      agents[name] = made.body.agent_id
    }
    billing = await people.newMember(owner, { role: 'supervisor', level: 'team', teams: ['Billing'] })
    sales = await people.newMember(owner, { role: 'supervisor', level: 'team', teams: ['Outbound'] })
    agentPerson = await people.newMember(owner, { role: 'agent', level: 'own', agent_id: agents.ann })
    for (const name of ['ann', 'dan', 'nobody'] as const) {
      const sent = await owner.send('POST', '/v1/chats/upload', {
        session_id: name,
        ...(name === 'nobody' ? {} : { agent_email: `${name}@example.com` }),
        metadata: { customer_id: 'customer-4711', tags: ['vip', 'Late'] },
        messages: [
          { sender: 'customer', message: 'My order has not come.', timestamp: '2026-01-05T09:00:00Z' },
          { sender: 'agent', message: 'I am sorry.', timestamp: '2026-01-05T09:00:30Z' },
        ],
      })
      assert.equal(sent.status, 200, JSON.stringify(sent.body))
      chats[name] = sent.body.chat_id.replace('vela_chat_', '')
    }
    for (const id of Object.values(chats)) {
      while ((await read(owner, id)).status !== 'completed') await new Promise((resolve) => setTimeout(resolve, 30))
    }
  })
  after(() => people?.stop())

  const read = async (by: Owner | Member, id: string): Promise<Json> =>
    (await by.send('GET', `/v1/conversations/${id}`)).body
  const tagsOf = async (by: Owner | Member): Promise<Json[]> => (await by.send('GET', '/v1/tags')).body.tags
  const tagNamed = async (name: string): Promise<Json> => (await tagsOf(owner)).find((one) => one.name === name)
  async function lastEvent(): Promise<Json> {
    return (await owner.send('GET', '/v1/events?limit=200')).body.events.at(-1)
  }

  test('names that senders use are tags of the organisation, with a colour and what each viewer sees of them', async () => {
    assert.deepEqual((await tagsOf(owner)).map(({ name, conversations }) => [name, conversations]).sort(), [
      ['Late', 3],
      ['vip', 3],
    ])
    assert.deepEqual(
      (await tagsOf(billing)).map(({ conversations }) => conversations),
      [1, 1],
    )
    const { annotations } = await read(owner, chats.ann)
    assert.deepEqual(annotations.tags.map(({ name }: Json) => name).sort(), ['Late', 'vip'])
    for (const { colour, id } of annotations.tags) assert.ok(/^#[0-9a-f]{6}$/.test(colour) && id)
  })

  test('a tag that is renamed stays on its conversations, and senders of the old name mean it', async () => {
    const vip = await tagNamed('vip')
    const before = (await read(owner, chats.ann)).seq
    assert.equal((await billing.send('PATCH', `/v1/tags/${vip.id}`, { name: 'x' })).code, 'beyond_reach')
    const renamed = await owner.send('PATCH', `/v1/tags/${vip.id}`, { name: ' Key  account ', colour: '#2ca02c' })
    assert.deepEqual([renamed.status, renamed.body.name, renamed.body.conversations], [200, 'Key account', 3])
    assert.deepEqual((await read(owner, chats.ann)).tags.sort(), ['Key account', 'Late'])
    const changed = (await owner.send('GET', `/v1/conversations?after_seq=${before}`)).body.conversations
    assert.ok(changed.some(({ id }: Json) => id === chats.ann))
    assert.equal((await owner.send('GET', '/v1/conversations?tag=key%20ACCOUNT')).body.total, 3)
    assert.equal((await owner.send('GET', '/v1/conversations?tag=vip')).body.total, 0)
    const sent = await owner.send('POST', '/v1/chats/upload', {
      session_id: 'later',
      metadata: { tags: ['VIP', 'late'] },
      messages: [{ sender: 'customer', message: 'Hello?', timestamp: '2026-01-06T09:00:00Z' }],
    })
    const later = await read(owner, sent.body.chat_id.replace('vela_chat_', ''))
    assert.deepEqual(later.tags.sort(), ['Key account', 'Late'])
    assert.equal((await owner.send('POST', '/v1/tags', { name: 'LATE' })).code, 'tag_exists')
    assert.equal((await owner.send('POST', '/v1/tags', { name: 'x'.repeat(31) })).code, 'invalid_request')
    assert.equal((await owner.send('POST', '/v1/tags', { name: 'x', colour: 'red' })).code, 'invalid_request')
    assert.equal((await owner.send('DELETE', `/v1/conversations/${later.id}`)).status, 204)
  })

  test('a tag that is deleted says from how many, and comes back with them', async () => {
    const late = await tagNamed('Late')
    const gone = await owner.send('DELETE', `/v1/tags/${late.id}`)
    assert.deepEqual([gone.status, gone.body.conversations], [200, 3])
    assert.deepEqual((await read(owner, chats.ann)).tags, ['Key account'])
    assert.equal(await tagNamed('Late'), undefined)
    assert.equal((await owner.send('DELETE', `/v1/tags/${late.id}`)).status, 404)
    const back = await owner.send('POST', `/v1/tags/${late.id}/restore`)
    assert.deepEqual([back.status, back.body.conversations, back.body.id], [200, 3, late.id])
    assert.deepEqual((await read(owner, chats.dan)).tags.sort(), ['Key account', 'Late'])
  })

  test('tags of one conversation: an event, and nothing for who may not', async () => {
    const path = `/v1/conversations/${chats.ann}/tags`
    const markup = '<img src=x onerror=alert(1)>'
    const set = await billing.send('PUT', path, { tags: ['Late', markup, 'late'] })
    assert.equal(set.status, 200, JSON.stringify(set.body))
    assert.deepEqual(set.body.tags, ['Late', markup])
    const told = await lastEvent()
    assert.deepEqual([told.type, told.data.changed, told.data.status], ['chat.updated', ['tags'], 'completed'])
    assert.equal((await sales.send('PUT', path, { tags: [] })).status, 404)
    assert.equal((await agentPerson.send('PUT', path, { tags: [] })).status, 403)
    assert.ok(await tagNamed(markup))
    const same = (await billing.send('PUT', path, { tags: ['Late', markup] })).body
    assert.equal(same.seq, set.body.seq, 'nothing has changed')
  })

  test('a comment with a mention: who may see it is told, with a notice and a mail without its words', async () => {
    const path = `/v1/conversations/${chats.ann}/comments`
    const { turns } = (await read(owner, chats.ann)).transcript
    const body = `Well said @${agentPerson.email}, see @[user:${billing.id}] and @[user:${sales.id}] <script>x</script>`
    const made = await owner.send('POST', path, { body, turn_id: turns[1].id })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(made.body.start_ms, 30_000)
    assert.match(made.body.body, new RegExp(`^Well said @\\[user:${agentPerson.id}\\], see .*<script>x</script>$`))
    assert.deepEqual(made.body.not_told, [`user:${sales.id}`])
    const told = await lastEvent()
    assert.deepEqual(
      [told.type, told.data.comment_id, told.data.turn_id],
      ['comment.created', made.body.id, turns[1].id],
    )
    assert.doesNotMatch(JSON.stringify(told), /Well said/)
    for (const person of [billing, agentPerson]) {
      const { notifications, unread } = (await person.send('GET', '/v1/notifications')).body
      assert.equal(unread, 1)
      assert.match(notifications[0].excerpt, /^Well said/)
      const mail = await people.smtp.next(person.email)
      assert.match(mail.text, new RegExp(`/app/interactions/${chats.ann}`))
      assert.doesNotMatch(mail.text, /Well said/)
    }
    assert.deepEqual((await sales.send('GET', '/v1/notifications')).body.notifications, [])
    assert.equal((await sales.send('GET', path)).status, 404)
    const unknown = await owner.send('POST', path, { body: '@[user:0199b1f2-cccc-7abc-8def-00000000000c]' })
    assert.equal(unknown.code, 'unknown_mention')
    assert.equal((await owner.send('POST', path, { body: 'x', turn_id: 't99' })).code, 'unknown_turn')
    assert.equal((await owner.send('POST', path, { body: ' ' })).code, 'invalid_request')
    assert.equal((await agentPerson.send('POST', path, { body: 'I may not.' })).status, 403)
    assert.equal((await agentPerson.send('GET', path)).body.comments.length, 1)
  })

  test('threads: answered, resolved, reopened, liked, edited with history, deleted by who wrote', async () => {
    const path = `/v1/conversations/${chats.ann}/comments`
    const first = (await owner.send('GET', path)).body.comments[0]
    const answer = (await billing.send('POST', path, { body: 'I think so too.', parent_id: first.id })).body
    const second = (await billing.send('POST', path, { body: 'And more.', parent_id: answer.id })).body
    assert.equal(second.parent_id, first.id, 'threads are one deep')
    const { notifications } = (await owner.send('GET', '/v1/notifications?unread=true')).body
    assert.deepEqual(
      notifications.map(({ kind }: Json) => kind),
      ['reply', 'reply'],
    )
    assert.deepEqual((await read(owner, chats.ann)).annotations.comments, { total: 3, unresolved: 1 })
    const resolved = await billing.send('POST', `/v1/comments/${second.id}/resolve`)
    assert.deepEqual([resolved.body.id, resolved.body.resolved.by.actor], [first.id, `user:${billing.id}`])
    assert.equal((await read(owner, chats.ann)).annotations.comments.unresolved, 0)
    assert.equal((await owner.send('POST', `/v1/comments/${first.id}/reopen`)).body.resolved, null)
    for (let i = 0; i < 2; i++) await owner.send('PUT', `/v1/comments/${answer.id}/like`)
    const liked = (await billing.send('GET', path)).body.comments.find(({ id }: Json) => id === answer.id)
    assert.deepEqual([liked.likes, liked.liked], [1, false])
    assert.equal((await owner.send('PATCH', `/v1/comments/${answer.id}`, { body: 'Mine' })).code, 'not_the_author')
    const edited = await billing.send('PATCH', `/v1/comments/${answer.id}`, { body: 'I know so.' })
    assert.ok(edited.body.edited_at)
    const { edits } = (await owner.send('GET', `/v1/comments/${answer.id}/history`)).body
    assert.deepEqual(
      edits.map(({ body }: Json) => body),
      ['I think so too.'],
    )
    assert.equal((await billing.send('DELETE', `/v1/comments/${first.id}`)).code, 'not_the_author')
    assert.equal((await owner.send('DELETE', `/v1/comments/${first.id}`)).status, 204)
    const left = (await owner.send('GET', path)).body.comments
    assert.deepEqual(
      left.map(({ body }: Json) => body),
      [null, 'I know so.', 'And more.'],
    )
    assert.equal((await sales.send('PUT', `/v1/comments/${answer.id}/like`)).status, 404)
  })

  test('notices are read, unread again and never lost; mail as the person wants it', async () => {
    const { notifications } = (await billing.send('GET', '/v1/notifications')).body
    const [{ id }] = notifications
    assert.equal(notifications[0].excerpt, null, 'its comment was deleted')
    assert.ok((await billing.send('PATCH', `/v1/notifications/${id}`, { read: true })).body.read_at)
    assert.equal((await billing.send('GET', '/v1/notifications')).body.unread, 0)
    assert.equal((await billing.send('PATCH', `/v1/notifications/${id}`, { read: false })).body.read_at, null)
    assert.equal((await owner.send('PATCH', `/v1/notifications/${id}`, { read: true })).status, 404)
    assert.deepEqual((await billing.send('POST', '/v1/notifications/read-all')).body, { marked: 1 })
    assert.equal((await billing.send('GET', '/v1/notifications')).body.notifications.length, 1)
    const preferences = '/v1/me/notification-preferences'
    assert.deepEqual((await billing.send('GET', preferences)).body, { mail: 'real_time' })
    assert.deepEqual((await billing.send('PATCH', preferences, { mail: 'daily' })).body, { mail: 'daily' })
    assert.equal((await billing.send('PATCH', preferences, { mail: 'hourly' })).code, 'invalid_request')
    const kept = people.smtp.kept.filter(({ to }) => to.includes(billing.email)).length
    await owner.send('POST', `/v1/conversations/${chats.ann}/comments`, {
      body: `@[agent:${agents.ann}] @[user:${billing.id}]`,
    })
    assert.match((await people.smtp.next(agentPerson.email)).text, /mentioned you/)
    assert.equal(people.smtp.kept.filter(({ to }) => to.includes(billing.email)).length, kept, 'it comes at eight')
    assert.equal((await billing.send('GET', '/v1/notifications')).body.unread, 1)
  })

  test('reviewed by whom and when, found by it, and taken back', async () => {
    const path = `/v1/conversations/${chats.ann}/review`
    const marked = await billing.send('PUT', path)
    assert.equal(marked.body.reviewed_by, `user:${billing.id}`)
    assert.equal((await owner.send('PUT', path)).body.reviewed_by, `user:${billing.id}`, 'who marked it first')
    assert.ok((await read(owner, chats.ann)).annotations.review.name)
    const listed = async (value: boolean) =>
      (await owner.send('GET', `/v1/conversations?reviewed=${value}`)).body.conversations.map(({ id }: Json) => id)
    assert.deepEqual(await listed(true), [chats.ann])
    assert.ok(!(await listed(false)).includes(chats.ann))
    assert.equal((await billing.send('DELETE', path)).body.reviewed_at, null)
    assert.deepEqual((await lastEvent()).data.changed, ['review'])
  })

  test('given to another agent: their team, nobody takes it out of their own sight, and what senders say later stays out', async () => {
    const path = (id: string) => `/v1/conversations/${id}/assignment`
    assert.equal((await billing.send('PUT', path(chats.ann), { team: 'Outbound' })).code, 'beyond_reach')
    assert.equal((await billing.send('PUT', path(chats.ann), { agent: 'dan@example.com' })).code, 'unknown_agent')
    assert.equal((await owner.send('PUT', path(chats.nobody), {})).code, 'invalid_request')
    const given = await owner.send('PUT', path(chats.nobody), { agent: 'DAN@example.com' })
    assert.equal(given.status, 200, JSON.stringify(given.body))
    assert.deepEqual(
      [given.body.agent.name, given.body.agent.team, given.body.agent.department],
      ['dan', 'Outbound', 'Sales'],
    )
    assert.deepEqual((await lastEvent()).data.changed, ['agent'])
    assert.equal((await sales.send('GET', `/v1/conversations/${chats.nobody}`)).status, 200)
    const messages = [{ sender: 'customer', message: 'Once more, at length.', timestamp: '2026-01-07T09:00:00Z' }]
    const resent = { session_id: 'nobody', agent_email: 'ann@example.com', messages }
    assert.equal((await owner.send('POST', '/v1/chats/upload', resent)).status, 200)
    assert.equal((await read(owner, chats.nobody)).agent.name, 'dan')
    let taken = await owner.send('PUT', path(chats.nobody), { agent: null, team: null })
    while (taken.code === 'not_finished')
      taken = await owner.send('PUT', path(chats.nobody), { agent: null, team: null })
    assert.deepEqual([taken.body.agent.name, taken.body.agent.team], [null, null])
  })

  test('many at once: each outcome, the rights of each, no other held up', async () => {
    const ids = [chats.ann, chats.dan, chats.nobody, '0199b1f2-cccc-7abc-8def-00000000000c']
    const hold = (reason: string) =>
      sql`update orgs set settings = settings || jsonb_build_object('legal_hold', ${reason}::jsonb) where id = ${owner.orgId}`.execute(
        people.app.app.db,
      )
    const bulk = (by: Owner | Member, body: object) => by.send('POST', '/v1/conversations/bulk', body)
    const tagged = await bulk(billing, { action: 'tag', ids: [...ids, `vela_chat_${chats.ann}`], tags: ['Checked'] })
    assert.equal(tagged.status, 200, JSON.stringify(tagged.body))
    assert.deepEqual(
      tagged.body.outcomes.map(({ status }: Json) => status),
      ['changed', 'failed', 'failed', 'failed'],
    )
    assert.deepEqual([tagged.body.changed, tagged.body.failed], [1, 3])
    assert.deepEqual((await bulk(owner, { action: 'tag', ids, tags: ['Checked'] })).body.unchanged, 1)
    assert.equal((await bulk(owner, { action: 'untag', ids, tags: ['checked'] })).body.changed, 3)
    assert.equal((await bulk(owner, { action: 'review', ids })).body.changed, 3)
    assert.equal((await bulk(owner, { action: 'reassign', ids, team: 'Billing' })).body.changed, 2)
    assert.equal((await bulk(billing, { action: 'unreview', ids })).body.changed, 3, 'all are theirs to see now')
    const again = await bulk(owner, { action: 'reprocess', ids, from: 'analyse' })
    assert.deepEqual([again.body.changed, again.body.failed], [3, 1])
    for (const id of ids.slice(0, 3))
      while ((await read(owner, id)).reprocessing) await new Promise((resolve) => setTimeout(resolve, 30))
    for (const [body, code] of [
      [{ action: 'tag', ids }, 'invalid_request'],
      [{ action: 'reprocess', ids }, 'invalid_request'],
      [{ action: 'review', ids: ['../etc'] }, 'invalid_request'],
      [{ action: 'review', ids: [] }, 'invalid_request'],
      [{ action: 'explode', ids }, 'invalid_request'],
      [{ action: 'reassign', ids, agent: 'no one' }, 'unknown_agent'],
    ] as const) {
      assert.equal((await bulk(owner, body)).code, code, JSON.stringify(body))
    }
    assert.equal((await bulk(billing, { action: 'delete', ids })).code, 'insufficient_permissions')
    await hold('"a matter in court"')
    assert.equal((await bulk(owner, { action: 'delete', ids: [chats.nobody] })).status, 409)
    await hold('null')
    const deleted = await bulk(owner, { action: 'delete', ids: [chats.nobody, ids[3]] })
    assert.deepEqual(
      deleted.body.outcomes.map(({ status }: Json) => status),
      ['changed', 'failed'],
    )
    assert.equal((await owner.send('GET', `/v1/conversations/${chats.nobody}`)).status, 404)
  })

  test('who sees masks comments and tags, sees the words of others masked, and corrects nothing unseen', async () => {
    const path = `/v1/conversations/${chats.ann}`
    const seen = await read(billing, chats.ann)
    assert.equal(seen.customer.ref, '[CUSTOMER]')
    await owner.send('POST', `${path}/comments`, { body: 'Call customer-4711 back, or write to a.b@example.net' })
    const { comments } = (await billing.send('GET', `${path}/comments`)).body
    assert.equal(comments.at(-1).body, 'Call [CUSTOMER] back, or write to [EMAIL_ADDRESS]')
    const turn = `${path}/turns/${seen.transcript.turns[0].id}`
    const match = { 'if-match': `"${seen.transcript.revision}"` }
    assert.equal((await billing.send('PATCH', turn, { text: 'x' }, match)).code, 'masked')
    assert.equal((await billing.send('POST', `${path}/swap-roles`)).code, 'masked')
    assert.equal((await billing.send('POST', `${path}/reveal`, { reason: 'to mend the transcript' })).status, 200)
    assert.equal((await billing.send('PATCH', turn, { text: 'My order came.' }, match)).status, 200)
  })

  test('the audit has each deed, without the words', async () => {
    const { entries } = (await owner.send('GET', '/v1/audit?limit=200')).body
    const actions = new Set(entries.map(({ action }: Json) => action))
    for (const action of [
      ...['tag.change', 'tag.delete', 'tag.restore'],
      ...['comment.create', 'comment.edit', 'comment.delete', 'comment.resolve', 'comment.reopen', 'comment.like'],
      ...['conversation.tag', 'conversation.review', 'conversation.unreview', 'conversation.assign'],
      ...['conversation.reprocess', 'conversation.delete', 'transcript.correct', 'user.choose_mail'],
    ]) {
      assert.ok(actions.has(action), action)
    }
    assert.doesNotMatch(JSON.stringify(entries), /Well said|My order came|Key account/)
  })
})
