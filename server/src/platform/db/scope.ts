// Which organisations the queries of a request or a job may see: the second net, under the conditions that each query
// has of its own. It is set where a request is let in and where a job begins, and every connection that is taken from
// the pool is told (prepared.ts); outside of any scope nothing is seen.

import { AsyncLocalStorage } from 'node:async_hooks'

const scopes = new AsyncLocalStorage<string>()

/** Runs `work` so that its queries see the rows of these organisations alone. */
export const inScope = <T>(orgIds: readonly string[], work: () => T): T =>
  scopes.run([...new Set(orgIds)].filter(Boolean).sort().join(','), work)

/** For what belongs to no organisation: looking up a key, claiming work of all, the administrator. Say why at the call. */
export const everyOrg = <T>(work: () => T): T => scopes.run('*', work)

/** For work that goes on after a request has been answered, such as a stream: runs it in the scope of now. */
export const sameScope = (): (<T>(work: () => T) => T) => AsyncLocalStorage.snapshot()

/** As PostgreSQL's setting `app.orgs` has it. */
export const currentScope = (): string => scopes.getStore() ?? ''
