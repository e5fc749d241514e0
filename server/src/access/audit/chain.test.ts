// Ten thousand changes to chains that PostgreSQL has kept, none of which goes unseen.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import type pg from 'pg'
import { freshDatabase, superuser } from '../../../test/database.ts'
import { type Db, openDb } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { openLog } from '../../platform/log.ts'
import { keyedHash } from '../../platform/secrets.ts'
import { chainCheck, type Fault, type SignedEnd } from './chain.ts'
import { readAudit } from './read.ts'
import { type ChainedRow, hashOf, rowText } from './row.ts'
import { headSigner, type SignedHead, signedHeads } from './signed-heads.ts'
import { signHeads } from './signing.ts'
import { readHead } from './stored-chain.ts'
import { auditedOrgs, verifyAudit } from './verification.ts'
import { type AuditEntry, writeAudit } from './write.ts'

const changesInMemory = 10_000
const rowsOfChain = 60
const log = openLog('silent')
const told: SignedHead[] = []
const tell = async (_tx: unknown, head: SignedHead) => void told.push(head)
const signer = headSigner({ hash: keyedHash(randomBytes(32)) })

type Chain = { orgId: string; rows: ChainedRow[]; head: { seq: number; hash: string }; signed: SignedEnd[] }

/** Every kind of text that a row may hold. */
const entryOf = (orgId: string): fc.Arbitrary<AuditEntry> =>
  fc.record({
    orgId: fc.constant(orgId),
    actor: fc.oneof(fc.constant('admin'), fc.string({ unit: 'binary' })),
    action: fc.constantFrom('calls.read', 'webhook.create', 'conversation.delete'),
    target: fc.option(fc.string({ unit: 'grapheme' })),
    requestId: fc.option(fc.uuid()),
    result: fc.constantFrom('ok' as const, 'denied' as const, 'failed' as const),
    data: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<unknown>),
    from: fc.record({ address: fc.ipV4(), userAgent: fc.option(fc.string({ unit: 'binary' })) }),
  })

const checked = ({ orgId, rows, head, signed }: Chain): Fault | null => {
  const check = chainCheck({ orgId, head, signed })
  for (const row of rows) if (check.add(row)) break
  return check.end()
}

const edited = (row: ChainedRow, name: keyof ChainedRow, value: string): ChainedRow => {
  if (name === 'seq') return { ...row, seq: row.seq + 1 + value.length }
  if (name === 'data') return { ...row, data: canonicalize({ ...JSON.parse(row.data), [value]: 'put in' }) as string }
  if (name === 'at') return { ...row, at: new Date(Date.parse(row.at) + 1 + value.length).toISOString() }
  if (name === 'hash' || name === 'prev_hash') return { ...row, [name]: hashOf(value) }
  return { ...row, [name]: row[name] === null ? value : `${row[name]}${value}.` }
}

/** What somebody who can write in the table can do who knows how hashes are made: the whole tail anew. */
const rehashed = (rows: ChainedRow[], from: number): ChainedRow[] => {
  const anew = rows.slice(0, from)
  for (const row of rows.slice(from)) {
    const prev_hash = anew.at(-1)?.hash ?? '0'.repeat(64)
    const next = { ...row, seq: anew.length + 1, prev_hash }
    anew.push({ ...next, hash: hashOf(rowText(next)) })
  }
  return anew
}

const names = [
  'org_id',
  'seq',
  'at',
  'actor',
  'action',
  'target',
  'request_id',
  'address',
  'user_agent',
  'result',
  'data',
  'prev_hash',
  'hash',
] as const

type Change = { kind: string; at: number; other: number; name: (typeof names)[number]; text: string }

const kinds: Record<string, (chain: Chain, change: Change) => Chain> = {
  edit: (chain, { at, name, text }) => ({
    ...chain,
    rows: chain.rows.map((row, index) => (index === at ? edited(row, name, text) : row)),
  }),
  // A new hash for the row alone: the next one does not follow, or the head differs.
  'edit with a new hash': (chain, { at, text }) => ({
    ...chain,
    rows: chain.rows.map((row, index) => {
      if (index !== at) return row
      const changed = edited(row, 'actor', text)
      return { ...changed, hash: hashOf(rowText(changed)) }
    }),
  }),
  // And for all that follow: the head differs.
  'edit with all hashes anew': (chain, { at, text }) => ({
    ...chain,
    rows: rehashed(
      chain.rows.map((row, index) => (index === at ? edited(row, 'target', text) : row)),
      at,
    ),
  }),
  // And the head with them: what was signed differs.
  'edit with all hashes and the head anew': (chain, { at, text }) => {
    const before = at % (chain.signed.at(-1)?.seq ?? 1)
    const rows = rehashed(
      chain.rows.map((row, index) => (index === before ? edited(row, 'action', text) : row)),
      before,
    )
    return { ...chain, rows, head: endOf(rows) }
  },
  deletion: (chain, { at }) => ({ ...chain, rows: chain.rows.toSpliced(at, 1) }),
  'deletion with all hashes anew': (chain, { at }) => ({
    ...chain,
    rows: rehashed(chain.rows.toSpliced(at, 1), at),
  }),
  insertion: (chain, { at, other }) => ({
    ...chain,
    rows: chain.rows.toSpliced(at, 0, chain.rows[other] as ChainedRow),
  }),
  'insertion with all hashes anew': (chain, { at, other }) => ({
    ...chain,
    rows: rehashed(chain.rows.toSpliced(at, 0, chain.rows[other] as ChainedRow), at),
  }),
  swap: (chain, { at, other }) => {
    const to = at === other ? (at + 1) % chain.rows.length : other
    return { ...chain, rows: chain.rows.with(at, chain.rows[to] as ChainedRow).with(to, chain.rows[at] as ChainedRow) }
  },
  // What each row says changes places, their numbers do not.
  'swap of contents': (chain, { at, other }) => {
    const to = at === other ? (at + 1) % chain.rows.length : other
    const [a, b] = [chain.rows[at] as ChainedRow, chain.rows[to] as ChainedRow]
    return { ...chain, rows: chain.rows.with(at, { ...b, seq: a.seq }).with(to, { ...a, seq: b.seq }) }
  },
  truncation: (chain, { at }) => ({ ...chain, rows: chain.rows.slice(0, at) }),
  'truncation with the head': (chain, { at }) => {
    const rows = chain.rows.slice(0, at % (chain.signed.at(-1)?.seq ?? 1))
    return { ...chain, rows, head: endOf(rows) }
  },
  'truncation at the beginning': (chain, { at }) => ({ ...chain, rows: chain.rows.slice(at + 1) }),
  'all of it gone': (chain) => ({ ...chain, rows: [], head: { seq: 0, hash: '0'.repeat(64) } }),
  'a signature of another key': (chain, { at }) => {
    const index = at % chain.signed.length
    return {
      ...chain,
      signed: chain.signed.with(index, { ...(chain.signed[index] as SignedEnd), isGenuine: () => false }),
    }
  },
  'another head': (chain, { text }) => ({ ...chain, head: { ...chain.head, hash: hashOf(text) } }),
}

const endOf = (rows: ChainedRow[]) => ({ seq: rows.length, hash: rows.at(-1)?.hash ?? '0'.repeat(64) })

describe('a chain', () => {
  let db: Db
  let owner: pg.Client
  let drop: () => Promise<void>
  let chain: Chain

  const write = (entries: AuditEntry[]) => db.transaction().execute((tx) => writeAudit(tx, entries))
  const verify = (orgId: string) => verifyAudit(db, signer, orgId)

  async function makeChain(): Promise<string> {
    const orgId = newId()
    // Written one by one, by the dozen, and by many at once.
    const all = fc.sample(entryOf(orgId), rowsOfChain)
    for (const one of all.slice(0, 5)) await write([one])
    await signHeads({ db, signer, log, tell, pauseMs: 0 })
    await write(all.slice(5, 30))
    await signHeads({ db, signer, log, tell, pauseMs: 0 })
    await Promise.all(all.slice(30).map((one) => write([one])))
    return orgId
  }

  async function loadChain(orgId: string): Promise<Chain> {
    const rows = (await readAudit(db, orgId, {}, { limit: 1000, after: 0 })) as ChainedRow[]
    const signed = (await signedHeads(db, orgId)).map((one) => ({ ...one, isGenuine: () => signer.isGenuine(one) }))
    const head = await readHead(db, orgId)
    assert.ok(head)
    return { orgId, rows, head, signed }
  }

  before(async () => {
    const database = await freshDatabase()
    drop = database.drop
    db = openDb({ url: database.url, connectionsMax: 8, as: 'owner' })
    owner = await superuser(database.url)
    chain = await loadChain(await makeChain())
  })

  after(async () => {
    await owner?.end()
    await db?.destroy()
    await drop?.()
  })

  test('as it was written is intact, and its hashes are those of the standard', async () => {
    assert.equal(chain.rows.length, rowsOfChain)
    assert.deepEqual([chain.signed.length, chain.signed.map(({ seq }) => seq)], [2, [5, 30]])
    assert.equal(checked(chain), null)
    for (const { hash, ...row } of chain.rows)
      assert.equal(hashOf(canonicalize({ ...row, data: JSON.parse(row.data) }) as string), hash)
    const { rows, fault, unchained, signedHeads: signed } = await verify(chain.orgId)
    assert.deepEqual({ rows, fault, unchained, signed }, { rows: rowsOfChain, fault: null, unchained: 0, signed: 2 })
    assert.ok((await auditedOrgs(db)).includes(chain.orgId))
  })

  test(`${changesInMemory} random changes: each is found`, () => {
    const found = new Map<string, number>()
    const change = fc.record({
      kind: fc.constantFrom(...Object.keys(kinds)),
      at: fc.nat(rowsOfChain - 1),
      other: fc.nat(rowsOfChain - 1),
      name: fc.constantFrom(...names),
      text: fc.string({ minLength: 1, unit: 'grapheme' }),
    })
    fc.assert(
      fc.property(change, (one) => {
        const fault = checked((kinds[one.kind] as (typeof kinds)[string])(chain, one))
        assert.ok(fault, `not found: ${JSON.stringify(one)}`)
        found.set(one.kind, (found.get(one.kind) ?? 0) + 1)
      }),
      { numRuns: changesInMemory },
    )
    const total = [...found.values()].reduce((sum, one) => sum + one, 0)
    assert.equal(total, changesInMemory)
    assert.equal(found.size, Object.keys(kinds).length)
    console.log(`audit: ${total} of ${changesInMemory} random changes of ${found.size} kinds were found`)
  })

  test('the tables refuse every change, of their owner too', async () => {
    for (const table of ['audit_events', 'audit_signed_heads', 'audit_heads']) {
      await assert.rejects(owner.query(`delete from ${table}`), /only ever added to/)
      await assert.rejects(owner.query(`truncate ${table}`), /only ever added to/)
    }
    await assert.rejects(owner.query(`update audit_events set actor = 'x'`), /only ever added to/)
    await assert.rejects(owner.query(`update audit_signed_heads set seq = seq`), /only ever added to/)
    await assert.rejects(owner.query('update audit_heads set seq = seq - 1'), /only ever added to/)
    const unchained = `insert into audit_events (org_id, seq, at, actor, action, result, data) values ($1, -5, now(), '', '', 'ok', '{}')`
    await assert.rejects(owner.query(unchained, [chain.orgId]), /is_chained/)
    await owner.query('set role indaba_app')
    for (const wish of [
      'update audit_events set actor = actor',
      'delete from audit_heads',
      'truncate audit_signed_heads',
    ])
      await assert.rejects(owner.query(wish), /permission denied/)
    await owner.query('reset role')
  })

  test('changes in the database itself, by somebody who can switch the refusal off: each is found', async () => {
    const at = `org_id = $1 and seq = $2`
    const changes: Record<string, string> = {
      'another actor': `update audit_events set actor = actor || '.' where ${at}`,
      'another action': `update audit_events set action = 'calls.write' where ${at}`,
      'a millisecond': `update audit_events set at = at + interval '1 millisecond' where ${at}`,
      'another era': `update audit_events set at = at - interval '4000 years' where ${at}`,
      'no moment at all': `update audit_events set at = 'infinity' where ${at}`,
      'a space in the data': `update audit_events set data = (data::text || ' ')::json where ${at}`,
      'other data': `update audit_events set data = '{"a":1.0}' where ${at}`,
      'another target': `update audit_events set target = coalesce(target, '') || 'x' where ${at}`,
      'another address': `update audit_events set address = '192.0.2.1x' where ${at}`,
      'another result': `update audit_events set result = case result when 'ok' then 'denied' else 'ok' end where ${at}`,
      'a hash': `update audit_events set hash = sha256(hash) where ${at}`,
      'no hash': `alter table audit_events drop constraint if exists is_chained; update audit_events set hash = null where $at$`,
      'a row less': `delete from audit_events where ${at}`,
      'to another organisation': `update audit_events set org_id = gen_random_uuid() where ${at}`,
      'out of the chain': `alter table audit_events drop constraint if exists is_chained; update audit_events set seq = -seq where $at$`,
      'the tail': `delete from audit_events where org_id = $1 and seq >= $2`,
      'a row in front': `update audit_events set seq = seq + 1000 where ${at}`,
      'two rows swapped': '',
      'the head back': `update audit_heads set seq = $2 - 1 where org_id = $1`,
      'no head': `delete from audit_heads where org_id = $1 and $2 > 0`,
      'another signed head': `update audit_signed_heads set hash = sha256(hash) where org_id = $1 and $2 > 0`,
      'a signature': `update audit_signed_heads set signature = public_key || public_key where org_id = $1 and $2 > 0`,
      'the tail and the head': '',
    }
    const kept = await verify(chain.orgId)
    let count = 0
    for (const [what, text] of Object.entries(changes)) {
      for (const seq of [1, 17, 29]) {
        await tamper(what, text, seq)
        const { fault } = await verify(chain.orgId)
        assert.ok(fault, `${what} at ${seq} went unseen`)
        count += 1
        await restore()
      }
    }
    assert.deepEqual({ ...(await verify(chain.orgId)), durationMs: 0 }, { ...kept, durationMs: 0 })
    console.log(`audit: ${count} of ${count} changes in PostgreSQL itself were found`)
  })

  async function tamper(what: string, text: string, seq: number): Promise<void> {
    await owner.query(`set session_replication_role = 'replica'`)
    for (const table of ['audit_events', 'audit_heads', 'audit_signed_heads'])
      await owner.query(`create temp table if not exists kept_${table} as select * from ${table}`)
    const at = [chain.orgId, seq]
    const place = `org_id = '${chain.orgId}' and seq = ${seq}`
    if (text.includes('$at$')) return void (await owner.query(text.replace('$at$', place)))
    if (what === 'two rows swapped') {
      const move = (from: number, to: number) =>
        owner.query('update audit_events set seq = $3 where org_id = $1 and seq = $2', [chain.orgId, from, to])
      await move(seq, 70_000)
      await move(seq + 1, seq)
      return void (await move(70_000, seq + 1))
    }
    if (what === 'the tail and the head') {
      await owner.query('delete from audit_events where org_id = $1 and seq > $2', at)
      return void (await owner.query(
        `update audit_heads h set seq = e.seq, hash = e.hash from audit_events e
         where h.org_id = $1 and e.org_id = $1 and e.seq = $2`,
        at,
      ))
    }
    await owner.query(text, at)
  }

  async function restore(): Promise<void> {
    for (const table of ['audit_events', 'audit_heads', 'audit_signed_heads']) {
      await owner.query(`delete from ${table}`)
      await owner.query(`insert into ${table} select * from kept_${table}`)
    }
    await owner.query(`set session_replication_role = 'origin'`)
  }

  test('a chain that was changed is not signed again', async () => {
    const orgId = await makeChain()
    await owner.query(`set session_replication_role = 'replica'`)
    await owner.query(`update audit_events set actor = 'somebody else' where org_id = '${orgId}' and seq = 40`)
    await signHeads({ db, signer, log, tell, pauseMs: 0 })
    assert.deepEqual(
      (await signedHeads(db, orgId)).map(({ seq }) => seq),
      [5, 30],
    )
    await owner.query(`set session_replication_role = 'origin'`)
  })

  test('another key makes other signatures', async () => {
    const other = headSigner({ hash: keyedHash(randomBytes(32)) })
    const orgId = await makeChain()
    assert.equal((await verify(orgId)).fault, null)
    assert.equal((await verifyAudit(db, other, orgId)).fault?.kind, 'signature_wrong')
  })

  test('signed once an hour, and only when something was added', async () => {
    const orgId = newId()
    const entry = { orgId, actor: 'admin', action: 'a.b', target: null, requestId: null }
    const seqs = async () => (await signedHeads(db, orgId)).map(({ seq }) => seq)
    await write([entry])
    await signHeads({ db, signer, log, tell })
    await signHeads({ db, signer, log, tell, pauseMs: 0 })
    await write([entry, entry])
    await signHeads({ db, signer, log, tell })
    assert.deepEqual(await seqs(), [1])
    await Promise.all([1, 2, 3].map(() => signHeads({ db, signer, log, tell, pauseMs: 0 })))
    assert.deepEqual(await seqs(), [1, 3])
    // Each is told once, whoever of the three has signed it.
    assert.deepEqual(
      told.filter(({ org_id }) => org_id === orgId).map(({ seq }) => seq),
      [1, 3],
    )
    assert.equal((await verify(orgId)).fault, null)
  })

  test('texts that PostgreSQL or the standard do not take are cleaned, not refused', async () => {
    const orgId = newId()
    const odd = 'a\u0000b\ud800c'
    const data = { [odd]: odd, list: [odd, 1e21, 0.1, -0, null], '10': 1, '9': 2 }
    await write([{ orgId, actor: odd, action: 'a.b', target: odd, requestId: null, data }])
    const [row] = await readAudit(db, orgId, {}, { limit: 1, after: 0 })
    assert.equal(row?.target, 'ab\ufffdc')
    assert.equal((await verify(orgId)).fault, null)
  })
})
