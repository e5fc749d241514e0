// What makes many small statements cheap. A connection parses and plans a statement once, however often it is sent: half
// of what taking in a chat costs PostgreSQL. And statements that are sent in one turn of the event loop go out in one
// write: a third of what the analysis of a chat cost this program was spent in writes.

import type { Duplex } from 'node:stream'
import type { PostgresPool } from 'kysely'
import type pg from 'pg'
import { Problem } from '../problem.ts'
import { currentScope } from './scope.ts'

/** Each connection keeps those that it has seen. Indaba has some hundred; only lists of varying length make more. */
const statementsMax = 1000
const retryAfterS = 5

const begun = { command: 'BEGIN', rowCount: null, rows: [] }

/**
 * The pool as Kysely takes it, which has no word for prepared statements: each text gets a name here.
 * @param outside what is seen outside of any scope, as PostgreSQL's setting `app.orgs` has it
 */
export const preparing = (pool: pg.Pool, outside: string): PostgresPool => ({
  options: pool.options,
  async connect() {
    const client = await pool.connect().catch((cause) => {
      const detail = 'The database does not answer. Try again in a moment.'
      throw new Problem('unavailable', 'database_unavailable', detail, { cause, retryAfterS })
    })
    const hold = holdWrites(client)
    hold()
    const start = startOf(client)
    start.with(enter(client, currentScope() || outside))
    const query = (text: string, values: unknown[]) => {
      hold()
      const answer = client.query({ name: nameOf(text, values), text, values })
      if (text !== 'begin') return start.before(answer)
      start.with(answer)
      return Promise.resolve(begun)
    }
    return { query: query as never, release: (destroy) => client.release(destroy || start.hasFailed()) }
  },
  end: () => pool.end(),
})

/**
 * What is sent need not wait for the scope and the transaction to have begun, but is answered only when they have: else
 * it was seen in another's scope, or outside of the transaction. A connection on which they have not is thrown away.
 */
function startOf(client: pg.PoolClient) {
  let pending: Promise<unknown>[] = []
  let hasFailed = false
  return {
    with(step: Promise<unknown> | undefined): void {
      if (!step) return
      pending.push(step)
      step.then(
        () => (pending = pending.filter((one) => one !== step)),
        () => {
          hasFailed = true
          entered.delete(client)
        },
      )
    },
    before: <T>(answer: Promise<T>): Promise<T> =>
      pending.length === 0 ? answer : Promise.all([answer, ...pending]).then(([mine]) => mine),
    hasFailed: () => hasFailed,
  }
}

const entered = new WeakMap<pg.PoolClient, string>()

/** Tells the connection whose rows it may see, where it does not know yet. */
function enter(client: pg.PoolClient, scope: string): Promise<unknown> | undefined {
  if (entered.get(client) === scope) return undefined
  entered.set(client, scope)
  return client.query({ name: 'indaba_scope', text: `select set_config('app.orgs', $1, false)`, values: [scope] })
}

/** Holds what is written to the connection until this turn of the event loop has ended. */
function holdWrites(client: pg.PoolClient): () => void {
  const { stream } = (client as pg.PoolClient & { connection: { stream: Duplex } }).connection
  let isHeld = false
  return () => {
    if (isHeld) return
    isHeld = true
    stream.cork()
    process.nextTick(() => {
      isHeld = false
      stream.uncork()
    })
  }
}

const names = new Map<string, string>()

/** When a migration adds a column, PostgreSQL refuses the plan of a statement that answers with all columns. */
const answersAll = /^\s*select \*|returning \*\s*$/

function nameOf(text: string, values: unknown[]): string | undefined {
  const known = names.get(text)
  if (known || values.length === 0 || names.size === statementsMax || answersAll.test(text)) return known
  const name = `indaba_${names.size}`
  names.set(text, name)
  return name
}
