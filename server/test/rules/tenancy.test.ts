// Two nets hold each organisation's rows apart: every query's own condition, and row-level security. Each must hold
// alone, on every table and every route; routes and tables are found, not listed, so new ones are walked too.

import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { allScopes } from '../../src/access/permissions.ts'
import { appRole } from '../../src/platform/db/db.ts'
import { inScope } from '../../src/platform/db/scope.ts'
import type { Principal, Route } from '../../src/platform/http/route.ts'
import { openServer, pathsOf } from '../../src/platform/http/server.ts'
import { openLog } from '../../src/platform/log.ts'
import { superuser } from '../database.ts'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { fillEmptyTables, fingerprint, idsOf, tenantTables } from './tenant-tables.ts'

const marker = 'only-for-the-other-organisation'
const limits = { fieldBytesMax: 2 ** 20, fileBytesMax: 2 ** 20 }
/** Two parameters take a pair of ids each. */
const pairsMax = 300

let harness: Harness
let own: Customer
let other: Customer
let admin: pg.Client
let program: pg.Client
let server: FastifyInstance
let foreign: string[] = []
/** Who asks and whose rows they may see, while a test runs. */
let asking = { orgId: '', scope: '' }

const see = (orgs: string) => program.query(`select set_config('app.orgs', $1, false)`, [orgs])

describe('tenancy', () => {
  before(async () => {
    harness = await startHarness()
    own = await harness.customer()
    other = await harness.customer({ name: marker, company_name: marker })
    admin = await superuser(harness.databaseUrl)
    program = new pg.Client({ connectionString: harness.databaseUrl, options: `-c role=${appRole}` })
    await program.connect()
    for (const customer of [own, other]) await live(customer)
    // What follows changes tidies behind itself: it has come to the end before rows are made up.
    await stillness()
    await fillEmptyTables(admin, other.orgId, marker)
    await stillness()
    const ids = await idsOf(admin, other.orgId)
    foreign = [...ids, ...ids.slice(0, 3).map((id) => `vela_chat_${id}`)]
    server = await openServer(
      harness.app.routes.map((route) => (route.auth === 'open' ? route : { ...route, auth: 'any:thing' as const })),
      {
        authenticate: async (): Promise<Principal> => ({
          actor: 'key:of-a-test',
          orgId: asking.orgId,
          isAdmin: false,
          scopes: allScopes,
          reach: 'all',
        }),
        enter: (_by, work) => inScope([asking.scope], work),
        admit: () => ({}),
      },
      { log: openLog('silent'), corsOrigins: [], limits },
    )
    await server.listen({ host: '127.0.0.1', port: 0 })
  })
  after(async () => {
    await server?.close()
    await program?.end()
    await admin?.end()
    await harness?.stop()
  })

  /** Reads are recorded in batches, a moment after they were answered; rounds of the alerts come every two seconds. */
  async function stillness(): Promise<void> {
    for (let last = ''; ; await delay(2500)) {
      const now = await fingerprint(admin, other.orgId)
      if (now === last) return
      last = now
    }
  }

  /** A chat and a call, gone through, with words of the organisation's own. */
  async function live(customer: Customer): Promise<void> {
    const word = customer === other ? marker : 'mine'
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(2000)]), `${word}.wav`)
    const call = await harness.json('/api/process-call', { method: 'POST', headers: customer.headers, body: form })
    const chat = await harness.json('/v1/chats/upload', {
      method: 'POST',
      headers: { ...customer.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ sender: 'customer', message: word }], agent_email: `${word}@example.com` }),
    })
    await harness.finished(customer, call.call_id)
    await harness.finished(customer, chat.chat_id.replace('vela_chat_', ''))
  }

  test('every table of organisations is under forced row-level security; the program owns and bypasses nothing', async () => {
    const tables = await tenantTables(admin)
    assert.ok(tables.length >= 16)
    for (const { name, org, key, isForced, policies } of tables) {
      assert.ok(isForced && policies > 0, `${name} has no policy: call tenant_table('${name}') in its migration`)
      assert.equal(key[0], org, `the key of ${name} must begin with ${org}`)
    }
    const { rows } = await admin.query(
      `select rolsuper or rolbypassrls or rolcreaterole as "mayTooMuch",
         (select count(*)::int from pg_class where relowner = r.oid) as owns
       from pg_roles r where rolname = $1`,
      [appRole],
    )
    assert.deepEqual(rows, [{ mayTooMuch: false, owns: 0 }])
    const { rows: definers } = await admin.query(
      `select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
         and not coalesce(proconfig::text like '%search_path%', false)`,
    )
    assert.deepEqual(definers, [], 'a security definer function must pin its search_path')
    // A view that is the owner's may read a table that it owns past the policy, and then says itself what the policy says
    // (docs/decisions/0018). Nobody else may, and nobody may write past it.
    const { rows: others } = await admin.query(
      `select polrelid::regclass::text as table, polname from pg_policy p join pg_class c on c.oid = p.polrelid
       where polname <> 'tenant' and not (polcmd = 'r' and polroles = array[c.relowner])`,
    )
    assert.deepEqual(others, [], 'a policy besides `tenant` is for the owner alone, and for reading alone')
  })

  test('in every view, rows of others are not seen, and nothing is written through it', async () => {
    const { rows: views } = await admin.query<{ name: string }>(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm') order by 1`)
    assert.ok(views.length > 0)
    for (const { name } of views) {
      await see(other.orgId)
      assert.ok((await program.query(`select 1 from "${name}" where org_id = $1`, [other.orgId])).rowCount, name)
      for (const scope of ['', own.orgId]) {
        await see(scope)
        const seen = await program.query(`select 1 from "${name}" where org_id is distinct from $1`, [own.orgId])
        assert.equal(seen.rowCount, 0, `${name} shows others' rows`)
        if (scope === '') assert.equal((await program.query(`select 1 from "${name}"`)).rowCount, 0, name)
      }
      for (const change of [
        `update "${name}" set org_id = org_id`,
        `delete from "${name}"`,
        `insert into "${name}" (org_id) values (null)`,
      ]) {
        const done = await program.query(change).catch((err) => err)
        assert.equal(done.code, '42501', change)
      }
    }
  })

  test('in every table, rows of others are not seen, not changed, not removed and not made', async () => {
    const before = await fingerprint(admin, other.orgId)
    let walked = 0
    for (const { name, org } of await tenantTables(admin)) {
      const { rows: theirs } = await admin.query(`select to_jsonb(t) as row from "${name}" t where "${org}" = $1`, [
        other.orgId,
      ])
      assert.ok(theirs.length > 0, name)
      for (const scope of ['', own.orgId]) {
        await see(scope)
        const seen = await program.query(`select 1 from "${name}" where "${org}" is distinct from $1`, [own.orgId])
        assert.equal(seen.rowCount, 0, `${name} shows others' rows`)
        if (scope === '') assert.equal((await program.query(`select 1 from "${name}"`)).rowCount, 0, name)
        for (const change of [`update "${name}" set "${org}" = "${org}"`, `delete from "${name}"`]) {
          const done = await program.query(`${change} where "${org}" = $1`, [other.orgId]).catch((err) => err)
          assert.ok(done.rowCount === 0 || done.code === '42501', `${change}: ${done.message ?? done.rowCount}`)
        }
        const make = `insert into "${name}" overriding system value select * from jsonb_populate_record(null::"${name}", $1)`
        const made = await program.query(make, [theirs[0].row]).catch((err) => err)
        assert.equal(made.code, '42501', `${name}: a row for another organisation was made`)
      }
      walked += 1
    }
    assert.equal(await fingerprint(admin, other.orgId), before)
    console.log(`tenancy: ${walked} tables walked as the program's role`)
  })

  test('every route, with both nets', () => walkRoutes('both nets', { orgId: own.orgId, scope: own.orgId }))

  test('every route, with the queries’ own conditions switched off: row-level security holds alone', () =>
    walkRoutes('row-level security alone', { orgId: other.orgId, scope: own.orgId }))

  test('every route, with row-level security switched off: the queries’ own conditions hold alone', async () => {
    for (const { name } of await tenantTables(admin))
      await admin.query(`alter table "${name}" disable row level security`)
    try {
      await walkRoutes('conditions alone', { orgId: own.orgId, scope: own.orgId })
    } finally {
      for (const { name } of await tenantTables(admin))
        await admin.query(`alter table "${name}" enable row level security`)
    }
  })

  test('the same requests of the organisation itself find what is there: the walk could have found it', async () => {
    asking = { orgId: other.orgId, scope: other.orgId }
    let found = 0
    for (const route of tenantRoutes().filter(({ method }) => method === 'GET')) {
      const answers = await Promise.all(shotsOf(route).map((path) => ask(route, path)))
      if (answers.some(({ status, text }) => status === 200 && (text.includes(marker) || hasId(text)))) found += 1
    }
    assert.ok(found >= 10, `only ${found} routes show anything`)
    console.log(`tenancy: ${found} routes show the organisation its own`)
  })
})

/** A live stream has told by then what it finds. */
const streamMs = 2000

const tenantRoutes = (): Route[] => harness.app.routes.filter(({ auth }) => auth !== 'open' && auth !== 'admin')

const hasId = (text: string) => foreign.some((id) => id.length > 20 && text.includes(id))

/** The route's first path with every foreign id in its place. */
function shotsOf(route: Route): string[] {
  const path = pathsOf(route)[0] as string
  const names = path.match(/:\w+/g) ?? []
  const fill = (ids: string[]) =>
    names.reduce((text, name, n) => text.replace(name, encodeURIComponent(ids[n] as string)), path)
  // From the first event on.
  if (route.isLive) return [`${path}?after=0`]
  if (names.length === 0) return [path]
  if (names.length === 1) return foreign.map((id) => fill([id]))
  const pairs = foreign.flatMap((first) => foreign.map((second) => [first, second, second]))
  return pairs.slice(0, pairsMax).map(fill)
}

async function ask(route: Route, path: string): Promise<{ status: number; text: string }> {
  const { port } = server.server.address() as AddressInfo
  const takesBody = route.method !== 'GET' && route.method !== 'DELETE'
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: route.method,
    redirect: 'manual',
    signal: route.isLive ? AbortSignal.timeout(streamMs) : null,
    ...(takesBody
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ org_id: other.orgId }) }
      : {}),
  })
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream')
  return { status: answer.status, text: isStream ? await firstEvent(answer) : await answer.text() }
}

/** Of a stream that goes on for as long as what it tells of; all of one that has none. */
async function firstEvent({ body }: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true })
      if (text.includes('data:')) break
    }
  } catch (err) {
    // A live stream that had nothing to tell.
    if ((err as Error).name !== 'TimeoutError') throw err
  }
  return text
}

async function walkRoutes(what: string, who: typeof asking): Promise<void> {
  asking = who
  const before = await fingerprint(admin, other.orgId)
  let asked = 0
  for (const route of tenantRoutes()) {
    for (const path of shotsOf(route)) {
      const { status, text } = await ask(route, path)
      const about = `${what}: ${route.method} ${path} answered ${status}: ${text.slice(0, 300)}`
      assert.ok(!text.includes(marker), about)
      // What was asked for is named in some refusals, and only there.
      if (status < 400) assert.ok(!hasId(text.replaceAll(who.orgId, '')), about)
      if (who.orgId === own.orgId && /:\w/.test(route.paths[0])) assert.ok(status >= 400, about)
      asked += 1
    }
  }
  assert.equal(await fingerprint(admin, other.orgId), before, `${what}: something of the other organisation changed`)
  console.log(`tenancy, ${what}: ${asked} requests over ${tenantRoutes().length} routes`)
}
