// Searching as people do: words in many languages, by who said them, with fields; what each may see is what each finds.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { putTranscripts } from '../../src/conversations/index.ts'
import { takeSequence } from '../../src/events/index.ts'
import { numberColumns } from '../../src/insights/facts/columns.ts'
import { followers } from '../../src/insights/index.ts'
import { catchUp } from '../../src/insights/upkeep.ts'
import type { Reach } from '../../src/platform/http/route.ts'
import { arrive } from '../arrivals.ts'
import type { Customer, Json } from '../harness.ts'
import { person, startSideDoor } from '../side-door.ts'

const { indaba, door } = await startSideDoor()

type Said = [role: 'agent' | 'customer' | 'bot', text: string][]
const calls: Record<string, { said: Said; more?: Json }> = {
  english: {
    said: [
      ['customer', 'I want to cancel my subscription, I was charged twice.'],
      ['agent', "I'm sorry. I don't see the second payment."],
      ['customer', 'Ring me at 082 123 4567.'],
      ['customer', 'Or by e-mail.'],
    ],
    more: {
      tags: ['urgent'],
      metadata: { 'call reason': 'Billing', total: 1500.5 },
      caller_number: '+27821112222',
      team: 'Billing',
    },
  },
  afrikaans: {
    said: [
      ['agent', "Dis 'n groot probleem, meneer Brüßler."],
      ['customer', 'Ek is glad nie tevrede nie, kanselleer dit.'],
    ],
    more: { team: 'Support' },
  },
  zulu: {
    said: [
      ['customer', 'Ngiyabonga kakhulu, ngicela ukukhansela.'],
      ['agent', 'Kulungile, u-Anna uzokusiza.'],
    ],
  },
  venda: { said: [['customer', 'Tshivenḓa ndi luambo lwanga.']] },
  khoi: { said: [['customer', 'ǃXóõ na ǁKhauǁen']] },
  hebrew: {
    said: [
      ['customer', 'שָׁלוֹם, אני רוצה לבטל'],
      ['agent', 'مَرْحَبًا بك'],
    ],
  },
  chinese: { said: [['customer', '我想取消订单 😀👍']] },
  agentCancels: {
    said: [
      ['agent', 'We had to cancel the technician.'],
      ['customer', 'Payment? No. Late then. What a payment.'],
    ],
  },
  silent: {
    said: [],
    more: {
      external_id: 'call-+27821112222.wav',
      caller_number: '+27821112222',
      agent_given: { email: 'zoe@example.com' },
    },
  },
}

describe('search', () => {
  let customer: Customer
  const ids: Record<string, string> = {}
  const nameOf = (id: string) => Object.keys(ids).find((name) => ids[name] === id)
  const owner = (reach: Reach = 'all') => person(customer.orgId, 'owner', reach)
  const masked = () => ({ ...person(customer.orgId, 'analyst', 'all'), reveals: false })
  const search = (query: Record<string, string | number>, by = owner()) =>
    door.ask(by, 'GET', `/v1/search?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`)
  const found = async (query: Record<string, string | number>, by = owner()) => {
    const { status, body } = await search(query, by)
    assert.equal(status, 200, JSON.stringify(body))
    return body.conversations.map((one: Json) => nameOf(one.id)).sort()
  }

  const followed = () => catchUp(indaba.app.db, followers, { orgId: customer.orgId, timeZone: 'UTC' })

  before(async () => {
    const { db } = indaba.app
    customer = await indaba.customer()
    for (const [index, [name, { said, more }]] of Object.entries(calls).entries()) {
      const started_at = new Date(Date.UTC(2026, 0, 1 + index)).toISOString()
      const [made] = await arrive(db, customer.orgId, [{ started_at, external_id: name, ...more }])
      assert.ok(made)
      ids[name] = made.id
      const turns = said.map(([role, text], at) => ({
        ...{ id: `t${at}`, index: at, participant_id: role, role, text, start_ms: at * 1000, end_ms: at * 1000 + 900 },
      }))
      await db.transaction().execute(async (tx) => {
        const [seq = 0] = await takeSequence(tx, [customer.orgId])
        const key = { org_id: customer.orgId, conversation_id: made.id, revision: 1 }
        await putTranscripts(tx, [{ ...key, source: 'import', engine: null, participants: [], turns }])
        await sql`update conversations set transcript_revision = 1, status = 'completed', duration_ms = ${index * 60_000}, seq = ${seq}
          where id = ${made.id}`.execute(tx)
      })
    }
    await followed()
  })

  test('words, phrases, beginnings, AND, OR, NOT, NEAR, and who said it', async () => {
    const cases: [q: string, names: string[]][] = [
      ['cancel', ['agentCancels', 'english']],
      ['customer: cancel', ['english']],
      ['agent: cancel', ['agentCancels']],
      ['CANCEL subscription', ['english']],
      ['"cancel my subscription"', ['english']],
      ['"my cancel"', []],
      ['cancel OR kanselleer OR 取消', ['afrikaans', 'agentCancels', 'chinese', 'english']],
      ['cancel -subscription', ['agentCancels']],
      ['kans*', ['afrikaans']],
      ['ukukhans* ngiyabonga', ['zulu']],
      ['cancel NEAR/2 subscription', ['english']],
      ['cancel NEAR/1 subscription', []],
      ['late NEAR/4 payment', ['agentCancels']],
      ['cancel (charged OR technician)', ['agentCancels', 'english']],
      ['agent: (sorry payment)', ['english']],
      ['cancel duration_ms < 1m', ['english']],
      ['dont', ['english']],
      ["don't", ['english']],
      ["'n groot", ['afrikaans']],
      ['brussler', []],
      ['brußler', ['afrikaans']],
      ['email', ['english']],
      ['"e-mail"', ['english']],
      ['0821234567', ['english']],
      ['+27 82 123 4567', ['english']],
      ['tshivenda', ['venda']],
      ['"u-anna"', ['zulu']],
      ['ǁkhauǁen', ['khoi']],
      ['שלום', ['hebrew']],
      ['مرحبا', ['hebrew']],
      ['取消', ['chinese']],
      ['消取', []],
      ['👍', ['chinese']],
      ['billing', ['english']],
      ['urgent', ['english']],
      ['turn.text : urgent', []],
      ['zoe@example.com', ['silent']],
      ["cancel'; drop table conversations; --", []],
    ]
    for (const [q, names] of cases) assert.deepEqual(await found({ q }), names, q)
  })

  test('filters: typed fields, metadata, and words among them', async () => {
    const cases: [filter: string, names: string[]][] = [
      ['turn.text : "cancel" AND duration_ms <= 0 AND started_at >= "2026-01-01"', ['english']],
      ['turn.text : (cancel OR kanselleer) AND started_at > 2026-01-01', ['afrikaans', 'agentCancels']],
      ['metadata."call reason" = billing AND metadata.total > 1500', ['english']],
      ['tags : urgent', ['english']],
      ['team = support', ['afrikaans']],
      ['started_at = 2026-01-03', ['zulu']],
      ['duration_ms > 6m', ['agentCancels', 'silent']],
      ['customer.sentiment_end < -0.3', []],
      [
        'NOT (team : * OR turn.text : payment) AND channel = voice AND external_id != silent',
        ['chinese', 'hebrew', 'khoi', 'silent', 'venda', 'zulu'],
      ],
    ]
    for (const [filter, names] of cases) assert.deepEqual(await found({ filter }), names, filter)
  })

  test('highlights: turns with times and places, no HTML', async () => {
    const { body } = await search({ q: 'customer: "cancel my" charged' })
    const [row] = body.conversations
    assert.deepEqual(row.highlights, [
      {
        ...{ turn_id: 't0', turn_index: 0, speaker: 'customer', start_ms: 0, end_ms: 900 },
        text: calls.english?.said[0]?.[1],
        matches: [
          { start: 10, end: 16 },
          { start: 17, end: 19 },
          { start: 40, end: 47 },
        ],
        is_cut: false,
      },
    ])
    const inside = await door.ask(
      owner(),
      'GET',
      `/v1/conversations/${ids.english}/search?q=${encodeURIComponent('e-mail OR payment')}`,
    )
    assert.deepEqual(
      inside.body.hits.map((one: Json) => [one.turn_id, one.matches]),
      [
        ['t1', [{ start: 34, end: 41 }]],
        ['t3', [{ start: 6, end: 12 }]],
      ],
    )
  })

  test('what masks hide is neither found, nor compared, nor suggested, nor shown', async () => {
    const by = masked()
    for (const q of [
      '27821112222',
      '0821112222',
      'zoe@example.com',
      'zoe',
      'caller_number = "+27821112222"',
      'external_id : 27821112222',
      'caller_number : 2782',
    ]) {
      assert.deepEqual(await found({ q }, by), [], q)
      assert.notDeepEqual(await found({ q }), [], q)
    }
    assert.deepEqual(await found({ q: 'wav' }, by), ['silent'])
    const { body } = await search({ q: 'caller_number : *', sort: 'caller_number' }, by)
    assert.equal(body.conversations.length, 2)
    assert.ok(!/2782111|zoe/.test(JSON.stringify(body)))
    const values = await door.ask(by, 'GET', '/v1/search/values?field=caller_number')
    assert.deepEqual(values.body.values, ['[PHONE_NUMBER]'])
    const all = await door.ask(owner(), 'GET', '/v1/search/values?field=caller_number&prefix=%2B27')
    assert.deepEqual(all.body.values, ['+27821112222'])
    const names = await door.ask(by, 'GET', '/v1/search/fields')
    assert.ok(names.body.fields.some((one: Json) => one.name === 'metadata."call reason"'))
    assert.equal(names.body.time_zone, 'Africa/Johannesburg')
  })

  test('each finds within their reach', async () => {
    assert.deepEqual(await found({ q: 'cancel' }, owner({ column: 'team', values: ['billing'] })), ['english'])
    assert.deepEqual(await found({}, owner({ column: 'team', values: ['Support'] })), ['afrikaans'])
    const other = await door.ask(
      owner({ column: 'team', values: ['Support'] }),
      'GET',
      `/v1/conversations/${ids.english}/search?q=cancel`,
    )
    assert.equal(other.status, 404)
  })

  test('every order, in pages that neither repeat nor miss', async () => {
    const { body } = await door.ask(owner(), 'GET', '/v1/search/fields')
    const names = body.fields.filter((one: Json) => one.is_sortable).map((one: Json) => one.name)
    assert.ok(names.length > 80)
    const metrics: readonly string[] = numberColumns
    for (const name of names.filter(
      (one: string) => one === 'duration' || !metrics.includes(one.replace(/^\w+\./, '')),
    )) {
      for (const sort of [name, `-${name}`]) {
        const seen: string[] = []
        let cursor = ''
        do {
          const page = await search({ sort, limit: 4, ...(cursor ? { cursor } : {}) })
          assert.equal(page.status, 200, `${sort}: ${JSON.stringify(page.body)}`)
          seen.push(...page.body.conversations.map((one: Json) => one.id))
          cursor = page.body.next_cursor ?? ''
        } while (cursor)
        assert.deepEqual([...seen].sort(), Object.values(ids).sort(), sort)
      }
    }
    const longest = await search({ sort: '-duration_ms', q: 'cancel OR ngiyabonga', limit: 2 })
    assert.deepEqual(
      longest.body.conversations.map((one: Json) => nameOf(one.id)),
      ['agentCancels', 'zulu'],
    )
    assert.deepEqual([longest.body.total, longest.body.total_is_exact], [3, true])
    const next = await search({
      sort: '-duration_ms',
      q: 'cancel OR ngiyabonga',
      limit: 2,
      cursor: longest.body.next_cursor,
    })
    assert.deepEqual(
      next.body.conversations.map((one: Json) => nameOf(one.id)),
      ['english'],
    )
    assert.equal((await search({ cursor: longest.body.next_cursor })).body.error?.code ?? 'refused', 'INVALID_CURSOR')
  })

  test('the change cursor, deletion at once, and a late change', async () => {
    const first = await search({ q: 'cancel', after_seq: 0, limit: 1 })
    assert.equal(first.body.conversations.length, 1)
    const rest = await search({ q: 'cancel', after_seq: 0, limit: 1, cursor: first.body.next_cursor })
    assert.equal(rest.body.next_cursor, null)
    assert.deepEqual([first, rest].map(({ body }) => nameOf(body.conversations[0].id)).sort(), [
      'agentCancels',
      'english',
    ])
    const last = rest.body.conversations[0].seq
    assert.deepEqual(await found({ q: 'cancel', after_seq: last }), [])
    const gone = await door.ask(owner(), 'DELETE', `/v1/conversations/${ids.agentCancels}`)
    assert.equal(gone.status, 204)
    assert.deepEqual(await found({ q: 'technician' }), [])
    const { rows } = await sql`select from search_documents where conversation_id = ${ids.agentCancels}`.execute(
      indaba.app.db,
    )
    assert.equal(rows.length, 0)
    delete ids.agentCancels
  })

  test('what cannot be asked is refused in words', async () => {
    const cases: [query: Record<string, string>, detail: RegExp][] = [
      [{ q: 'invoice: 5' }, /there is no field .{1,2}invoice/],
      [{ filter: 'sentimnt = negative' }, /Did you mean sentiment\?/],
      [{ filter: 'duration > "5"' }, /5/],
      [{ q: '!!! ???' }, /no word/],
      [{ q: 'a OR b c' }, /parentheses/],
      [{ q: '"late' }, /never closed/],
      [{ q: 'x*' }, /at least 2 letters/],
      [{ q: 'cancel NEAR/99 x' }, /1 to 20/],
      [{ q: 'x '.repeat(1500) }, /has room for|more than 100/],
      [{ q: `(${Array.from({ length: 90 }, (_, n) => `w${n} NEAR/20 v${n}`).join(' OR ')})` }, /too much to look for/],
      [{ q: '('.repeat(50) }, /deep/],
      [{ filter: '\u0001' }, /no character/],
      [{ sort: 'text' }, /no order by/],
      [{ columns: 'constructor' }, /no metric/],
      [{ cursor: 'e30' }, /cursor/],
    ]
    for (const [query, detail] of cases) {
      const { status, body } = await search(query)
      assert.equal(status, 400, JSON.stringify([query, body]))
      assert.match(JSON.stringify(body), detail, JSON.stringify(query))
    }
    for (const q of ['', '  ', '\t']) assert.equal((await found({ q })).length, Object.keys(ids).length)
    const huge = await fetch(`${indaba.url}/v1/search?q=${'x'.repeat(200_000)}`, { headers: customer.headers }).catch(
      () => null,
    )
    assert.ok(!huge || huge.status >= 400)
  })
})
