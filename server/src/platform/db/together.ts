// Several queries of one transaction under way at once: the connection sends them without waiting for each answer.

/** PostgreSQL's in_failed_sql_transaction: only says that an earlier statement of the transaction failed. */
const alreadyFailed = '25P02'

/**
 * Like `Promise.all`, but waits for every one before it fails: what is still under way when a transaction is rolled back
 * would run outside of it. Fails with the error that came first in the transaction.
 */
export async function together<T extends unknown[]>(...queries: { [K in keyof T]: Promise<T[K]> | T[K] }): Promise<T> {
  const settled = await Promise.allSettled(queries)
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (errors.length > 0) throw errors.find((error) => error?.code !== alreadyFailed) ?? errors[0]
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as T
}

/** Like `together`, but each is made when the one before it has been sent: PostgreSQL is at work meanwhile. */
export async function inTurn(...queries: (() => Promise<unknown>)[]): Promise<void> {
  const sent: Promise<unknown>[] = []
  for (const query of queries) {
    sent.push(query())
    await new Promise<void>(process.nextTick)
  }
  await together(...sent)
}
