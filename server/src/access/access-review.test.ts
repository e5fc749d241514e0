// The review of access against a whole app.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Json } from '../../test/harness.ts'
import { person, startSideDoor } from '../../test/side-door.ts'
import { newId } from '../platform/ids.ts'
import { reviewOf } from './access-review.ts'
import type { Role } from './permissions.ts'

const { indaba, door } = await startSideDoor()

describe('access review', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

  async function member(orgId: string, given: { role: Role; name: string; seen: number | null; totp?: boolean }) {
    const { db } = indaba.app
    const id = newId()
    const confirmed = given.totp ? { totp_confirmed_at: new Date() } : {}
    await db
      .insertInto('users')
      .values({ id, email: `${id}@example.com`, name: given.name, ...confirmed })
      .execute()
    await db
      .insertInto('memberships')
      .values({
        org_id: orgId,
        user_id: id,
        role: given.role,
        level: 'organisation',
        state: 'active',
        created_at: daysAgo(200),
      })
      .execute()
    if (given.seen !== null) {
      const at = daysAgo(given.seen)
      const session = { id: newId(), id_hash: Buffer.from(id), address: '127.0.0.1', expires_at: new Date() }
      await db
        .insertInto('user_sessions')
        .values({ org_id: orgId, user_id: id, last_seen_at: at, ...session })
        .execute()
    }
    return `user:${id}`
  }

  test('shows nothing of the account of somebody who was only invited', async () => {
    const { orgId } = await indaba.customer()
    const invited = await member(orgId, { role: 'analyst', name: 'Known elsewhere', seen: null, totp: true })
    const own = sql`org_id = ${orgId}`
    const shown = async () => {
      const { subjects } = (await door.ask(person(orgId, 'auditor'), 'GET', '/v1/access-review')).body
      const { name, has_second_factor } = subjects.find((one: Json) => one.subject === invited)
      return [name, has_second_factor]
    }
    await sql`update memberships set state = 'invited', invited_name = 'As invited' where ${own}`.execute(indaba.app.db)
    assert.deepEqual(await shown(), ['As invited', null])
    await sql`update memberships set state = 'active' where ${own}`.execute(indaba.app.db)
    assert.deepEqual(await shown(), ['Known elsewhere', true])
  })

  test('marks what is unused, over-privileged, without an end or without a second factor', async () => {
    const { db } = indaba.app
    const { orgId } = await indaba.customer()
    const expected: Record<string, string[]> = {
      [await member(orgId, { role: 'owner', name: 'Busy', seen: 1, totp: true })]: [],
      [await member(orgId, { role: 'admin', name: 'Rare', seen: 40, totp: true })]: ['over_privileged'],
      [await member(orgId, { role: 'analyst', name: 'Gone', seen: 91 })]: ['unused', 'no_second_factor'],
      [await member(orgId, { role: 'admin', name: '=never()', seen: null })]: [
        'unused',
        'over_privileged',
        'no_second_factor',
      ],
    }
    await sql`update api_keys set created_at = now() - interval '91 days', expires_at = null where org_id = ${orgId}`.execute(
      db,
    )
    const token = { org_id: orgId, masked: 'abcde****vwxyz', created_by: 'key:x', created_at: daysAgo(1) }
    const tokens = [
      { ...token, id: newId(), name: 'nightly', token_hash: Buffer.from('1'), scopes: ['calls:write'] },
      { ...token, id: newId(), name: 'gone', token_hash: Buffer.from('2'), revoked_at: new Date() },
    ]
    for (const one of tokens) await db.insertInto('refresh_tokens').values(one).execute()
    expected[`token:${tokens[0]?.id}`] = ['no_expiry']
    const { subjects, review_id } = (await door.ask(person(orgId, 'auditor'), 'GET', '/v1/access-review')).body
    assert.equal(review_id, reviewOf(new Date()))
    const others = subjects.filter((one: Json) => one.kind !== 'key')
    assert.deepEqual(Object.fromEntries(others.map((one: Json) => [one.subject, one.marks])), expected)
    const keys = subjects.filter((one: Json) => one.kind === 'key')
    assert.deepEqual(
      keys.map((one: Json) => one.marks),
      [['unused', 'no_expiry']],
    )
    await sql`update api_keys set scopes = scopes || '{users:manage}' where org_id = ${orgId}`.execute(db)
    const application = newId()
    await db
      .insertInto('oauth_applications')
      .values({
        org_id: orgId,
        id: application,
        name: 'App',
        kind: 'public',
        scopes: ['audit:read'],
        created_by: 'test',
      })
      .execute()
    const later = (await door.ask(person(orgId, 'auditor'), 'GET', '/v1/access-review')).body.subjects
    const marksOf = (subject: string) => later.find((one: Json) => one.subject === subject)?.marks
    assert.deepEqual(marksOf(keys[0].subject), ['unused', 'over_privileged', 'no_expiry'])
    assert.deepEqual(marksOf(`application:${application}`), ['over_privileged'])

    const csv = await door.ask(person(orgId, 'auditor'), 'GET', '/v1/access-review?format=csv')
    assert.match(csv.headers.get('content-type') ?? '', /text\/csv/)
    assert.match(csv.body, /,'=never\(\),/)
    assert.equal(csv.body.trim().split('\r\n').length, later.length + 1)
  })

  test('decisions are kept with who took them, for this quarter and what is in it', async () => {
    const { orgId } = await indaba.customer()
    const other = await indaba.customer()
    const owner = person(orgId, 'owner')
    const review = reviewOf(new Date())
    const [subject] = (await door.ask(owner, 'GET', '/v1/access-review')).body.subjects
    const [foreign] = (await door.ask(person(other.orgId, 'owner'), 'GET', '/v1/access-review')).body.subjects
    const decide = (body: object, by = owner, id = review) =>
      door.ask(by, 'POST', `/v1/access-review/${id}/decisions`, body)
    assert.equal((await decide({ subject: subject.subject, decision: 'keep' })).status, 201)
    const { status, body } = await decide({ subject: subject.subject, decision: 'remove', note: ' Not needed ' })
    assert.deepEqual([status, body.decision, body.note, body.actor], [201, 'remove', 'Not needed', owner.actor])
    const [shown] = (await door.ask(owner, 'GET', '/v1/access-review')).body.subjects
    assert.deepEqual(shown.decision, body)
    assert.equal((await decide({ subject: foreign.subject, decision: 'keep' })).status, 404)
    assert.equal((await decide({ subject: subject.subject, decision: 'keep' }, owner, '2020-Q1')).status, 404)
    assert.equal((await decide({ subject: subject.subject, decision: 'burn' })).status, 400)
    assert.equal((await decide({ subject: subject.subject, decision: 'keep', actor: 'user:x' })).status, 400)
    assert.equal((await decide({ subject: subject.subject, decision: 'keep' }, person(orgId, 'auditor'))).status, 403)
    const narrow = { ...owner, reach: { column: 'team' as const, values: ['A'] } }
    assert.equal((await door.ask(narrow, 'GET', '/v1/access-review')).status, 403)
    assert.equal((await decide({ subject: subject.subject, decision: 'keep' }, narrow)).status, 403)
    for (const role of ['supervisor', 'analyst', 'agent', 'integration'] as const)
      assert.equal((await door.ask(person(orgId, role), 'GET', '/v1/access-review')).status, 403)
  })

  test('quarters are of UTC', () => {
    assert.equal(reviewOf(new Date('2026-01-01T00:00:00Z')), '2026-Q1')
    assert.equal(reviewOf(new Date('2026-03-31T23:59:59Z')), '2026-Q1')
    assert.equal(reviewOf(new Date('2026-12-31T23:59:59Z')), '2026-Q4')
  })
})
