// Group commit: while one transaction is being made durable, whatever arrives waits and then shares the next one.
// One flush to disk serves many requests; each caller's promise settles only after the commit.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Db, Tx } from './db.ts'
import { inScope } from './scope.ts'

const itemsMax = 64

/**
 * @param orgOf whose rows an item touches: the transaction sees those of its items alone
 * @param run writes all items in the given transaction and returns one result for each, in order. A result that is an
 *   Error refuses that item alone. When `run` itself throws, each item is tried again by itself, so that one bad item
 *   does not fail its neighbours.
 */
export function groupCommit<Item, Result>(
  db: Db,
  orgOf: (item: Item) => string,
  run: (tx: Tx, items: Item[]) => Promise<(Result | Error)[]>,
): (item: Item) => Promise<Result> {
  type Waiting = { item: Item; resolve(result: Result): void; reject(error: unknown): void }
  let waiting: Waiting[] = []
  let isRunning = false

  async function commit(batch: Waiting[]): Promise<void> {
    let isCommitting = false
    try {
      const items = batch.map(({ item }) => item)
      const results = await inScope(items.map(orgOf), () =>
        db.transaction().execute(async (tx) => {
          const results = await run(tx, items)
          isCommitting = true
          return results
        }),
      )
      void answer(batch, results)
    } catch (error) {
      // A commit that was not confirmed may have happened: whoever asked must decide, since a second try could double it.
      if (batch.length === 1 || isCommitting) for (const { reject } of batch) reject(error)
      else for (const one of batch) await commit([one])
    }
  }

  /**
   * One in each turn of the event loop: whoever is answered sends the next request, and the statements of the next group
   * would wait behind all of those (a sixth more chats a second with 64 clients).
   */
  async function answer(batch: Waiting[], results: (Result | Error)[]): Promise<void> {
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index] as Result | Error
      if (result instanceof Error) reject(result)
      else resolve(result)
      await nextTurn()
    }
  }

  async function drain(): Promise<void> {
    if (isRunning) return
    isRunning = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, itemsMax)
      waiting = waiting.slice(itemsMax)
      await commit(batch)
    }
    isRunning = false
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // After this turn of the event loop, so that requests read from the wire together commit together.
      setImmediate(drain)
    })
}
