// Filters as SQL say of rows what the matcher of the filter language says of the same as JSON: whatever the filter and the
// row, for those who see everything and for those who see masks.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { freshDatabase } from '../../../test/database.ts'
import { type Conversation, maskConversation, type Viewer } from '../../conversations/index.ts'
import { type Db, insertRows, openDb } from '../../platform/db/db.ts'
import { matcher } from '../../platform/filter/matcher.ts'
import { printed } from '../../platform/filter/reference.ts'
import type { FilterNode } from '../../platform/filter/syntax-tree.ts'
import { newId } from '../../platform/ids.ts'
import { compileNode, joinsFor, readQuery } from './compile.ts'
import { fieldTypes } from './fields.ts'
import { filters, type Row, roles, rowOf } from './filter-samples.ts'
import { searchFollower } from './follower.ts'
import { type sideOf, spokenRuns } from './spoken-runs.ts'
import { sidesOf } from './words.ts'

const orgId = newId()
const rowsMax = 60

const conversationOf = (row: Row) =>
  ({
    ...row,
    org_id: orgId,
    agent_given: null,
    warnings: [],
    failure: null,
    department: null,
  }) as unknown as Conversation

/** As the filter language sees it. */
function jsonOf(row: Row, isUnmasked: boolean) {
  const { customer_ref, reviewed_at, silence_ratio, sentiment_end, hasFacts, ...rest } = row
  const seen = isUnmasked ? row : (maskConversation(conversationOf(row)) as unknown as Row)
  const { external_id, caller_number, called_number, tags, metadata } = seen
  const end = hasFacts ? sentiment_end : null
  return {
    ...{ ...rest, external_id, caller_number, called_number, tags, metadata },
    customer: { ref: seen.customer_ref, sentiment_end: end },
    reviewed: reviewed_at !== null,
    silence_ratio: hasFacts ? silence_ratio : null,
    sentiment_end: end,
  }
}

function wordsAt(row: Row, path: readonly string[], isUnmasked: boolean): string[] {
  const sides = sidesOf[path.join('.')]
  const runs = spokenRuns(row.turns)
    .filter(({ side }) => !sides || sides.includes(side satisfies ReturnType<typeof sideOf>))
    .map(({ turns }) => turns.map(({ text }) => text).join(' | '))
  if (path.join('.') !== 'text') return runs
  const known: string[] = []
  const add = (value: unknown): void => {
    if (value === null || value === undefined || typeof value === 'boolean') return
    if (typeof value === 'object') for (const inner of Object.values(value)) add(inner)
    else known.push(String(value).replaceAll(/\[[A-Z_]+\]/g, ' | '))
  }
  const { external_id, customer, caller_number, called_number, tags, metadata } = jsonOf(row, isUnmasked)
  add([external_id, customer.ref, caller_number, called_number, row.team, tags, metadata])
  return [...runs, ...known]
}

let db: Db
let drop: () => Promise<void>

async function write(rows: Row[]): Promise<void> {
  for (const table of ['conversation_facts', 'conversations'] as const)
    await sql`delete from ${sql.table(table)} where org_id = ${orgId}`.execute(db)
  const at = '2026-02-01T00:00:00Z'
  await insertRows(
    db,
    'conversations',
    rows.map(({ turns: _, hasFacts: _f, silence_ratio: _s, sentiment_end: _e, ...row }) => ({
      ...{ ...row, org_id: orgId, status: 'completed', source: 'chat', received_at: at, updated_at: at },
      ...{ transcript_revision: 1, version: 1, warnings: [], queue_tag: 0 },
    })),
  )
  const turns = rows.map(({ id, turns }) => ({ org_id: orgId, conversation_id: id, turns: JSON.stringify(turns) }))
  await sql`
    insert into transcripts (org_id, conversation_id, revision, source, participants, turns)
    select org_id, conversation_id, 1, 'import', '[]', turns::json
    from json_to_recordset(${JSON.stringify(turns)}::json) as t (org_id uuid, conversation_id uuid, turns text)`.execute(
    db,
  )
  const facts = rows.filter(({ hasFacts }) => hasFacts)
  await insertRows(
    db,
    'conversation_facts',
    facts.map(({ id, seq, channel, started_at, silence_ratio, sentiment_end }) => ({
      ...{ org_id: orgId, conversation_id: id, seq, channel, started_at, silence_ratio, sentiment_end },
      ...{
        day: '2026-01-31',
        hour: 1,
        status: 'completed',
        source: 'chat',
        tags: [],
        reviewed: false,
        abandoned: false,
      },
    })),
  )
  await db.transaction().execute(async (tx) => {
    await searchFollower.apply(tx, orgId, { upserted: rows.map(({ id }) => id), deleted: [] }, { timeZone: 'UTC' })
  })
}

async function idsFound(by: Viewer, node: FilterNode): Promise<string[]> {
  const { where, tables } = compileNode(by, node)
  const { rows } = await sql<{ id: string }>`
    select c.id from conversations c ${joinsFor(tables)} where c.org_id = ${orgId} and ${where} order by c.id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

describe('filters as SQL', () => {
  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    db = openDb({ url: database.url, connectionsMax: 2, as: 'owner' })
    await sql`insert into orgs (id, name) values (${orgId}, 'Test')`.execute(db)
  })
  after(async () => {
    await db?.destroy()
    await drop?.()
  })

  test('agree with the matcher, masked and unmasked', async () => {
    let held = 0
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowOf, { minLength: 10, maxLength: rowsMax }),
        fc.array(filters, { minLength: 40, maxLength: 60 }),
        async (made, nodes) => {
          const rows = made.map((row, index) => ({
            ...row,
            id: newId(),
            seq: index + 1,
            // A channel has each but once.
            external_id:
              made.findIndex((one) => one.external_id === row.external_id) === index ? row.external_id : null,
          })) as Row[]
          await write(rows)
          for (const reveals of [true, false]) {
            const by: Viewer = { orgId, actor: 'user:x', reach: 'all', reveals }
            for (const node of nodes) {
              const typed = {
                fields: fieldTypes,
                wordsAt: (row: object, path: readonly string[]) => wordsAt((row as { of: Row }).of, path, reveals),
              }
              const matches = matcher(node, typed)
              const wanted = rows.filter((row) => matches({ ...jsonOf(row, reveals), of: row })).map(({ id }) => id)
              const found = await idsFound(by, node).catch((err) => assert.fail(`${printed(node)}: ${err.message}`))
              const different = rows.filter(({ id }) => wanted.includes(id) !== found.includes(id))
              assert.deepEqual(
                different,
                [],
                `${reveals ? 'unmasked' : 'masked'}: ${printed(node)} ${JSON.stringify(node)}`,
              )
              compared += rows.length
              held += wanted.length
            }
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    )
    assert.ok(held > compared / 50, `only ${held} of ${compared} held`)
  })

  test('long conversations: every word of every side, and phrases wherever they are', async () => {
    const plain: Omit<Row, 'id' | 'seq' | 'turns'> = {
      ...{ channel: 'voice', direction: null, external_id: null, customer_ref: null, caller_number: null, team: null },
      ...{ called_number: null, tags: [], metadata: {}, started_at: '2026-01-31T00:00:00.000Z', ended_at: null },
      ...{ reviewed_at: null, duration_ms: null, sentiment: null, silence_ratio: null, sentiment_end: null },
      hasFacts: false,
    }
    const hours = Array.from({ length: 6000 }, (_, at) => ({
      role: roles[at % 2] ?? 'agent',
      text: `the word${at} and the other the`,
    }))
    hours[5990] = { role: 'customer', text: 'I want to cancel the whole of the contract' }
    hours[5991] = { role: 'agent', text: 'Late the payment is' }
    const flood = [{ role: 'customer' as const, text: Array.from({ length: 300_000 }, (_, at) => `w${at}`).join(' ') }]
    const rows = [
      { ...plain, id: newId(), seq: 1, turns: hours },
      { ...plain, id: newId(), seq: 2, turns: [{ role: 'customer' as const, text: 'cancel the contract' }] },
      { ...plain, id: newId(), seq: 3, turns: flood },
    ] as Row[]
    await write(rows)
    const cases: [q: string, places: number[]][] = [
      ['word5999 word1', [0]],
      ['agent: word5998', [0]],
      ['customer: word5998', []],
      ['"cancel the whole of the contract"', [0]],
      ['"cancel the contract"', [1]],
      ['cancel -"cancel the contract"', [0]],
      ['customer: "the contract"', [0, 1]],
      ['-"want to cancel" contract', [1]],
      ['"late the payment" word3', [0]],
      ['agent: (late NEAR/2 payment)', [0]],
      ['customer: (late NEAR/2 payment)', []],
      ['"contract late"', []],
      ['w1 "w2 w3"', [2]],
      ['w299999', []],
    ]
    const by: Viewer = { orgId, actor: 'user:x', reach: 'all', reveals: true }
    for (const [q, places] of cases) {
      const found = await idsFound(by, readQuery(q))
      assert.deepEqual(found.map((id) => rows.findIndex((row) => row.id === id)).sort(), places, q)
    }
  })
})
