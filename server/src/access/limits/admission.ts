// Who is let in, and how often: the limits put together, in the form in which the server asks for them.

import type { DbOrTx } from '../../platform/db/db.ts'
import { inScope } from '../../platform/db/scope.ts'
import type { Principal, Route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import type { Authenticate } from '../authenticate.ts'
import { findOrg } from '../orgs.ts'
import { type AddressLimits, addressLimits } from './addresses.ts'
import { limitHeaders } from './headers.ts'
import { leaseFrom, nodesOf } from './leases.ts'
import { limitOf, perMinuteOf } from './plans.ts'
import { recent } from './recent.ts'
import { sharedLimits } from './shared-limits.ts'

/** `headers` are for the answer, also where it is a refusal. */
export type Admission = { headers: Record<string, string>; refusal?: Problem }

export type Admit = (by: Principal, route: Pick<Route, 'tag' | 'auth'>, address: string) => Promise<Admission>

/** One of so many in a minute, on all nodes together, under a name that nobody else uses. */
export type TakeOne = ReturnType<typeof sharedLimits>

/** Open routes to which nearly everybody brings a proof in the request itself, and where much comes at once. */
const bringCredentials = ['Uploads', 'Inbound webhooks']
const orgsMax = 10_000
const readAgainMs = 1000

/** `perMinute`: of a key whose organisation has no limit of its own; 0 turns it off. */
export function admission(input: {
  db: DbOrTx
  perMinute: number
  strangersPerSecond: number
  failuresPerMinute: number
}): { admit: Admit; take: TakeOne; watch(authenticate: Authenticate): Authenticate } {
  const { db } = input
  const take = sharedLimits({ lease: leaseFrom(db), nodes: nodesOf(db) })
  const perMinute = orgLimits(db, input.perMinute)
  const addresses = addressLimits(input)

  return {
    async admit(by, route, address) {
      if (by.actor === 'anonymous') {
        if (bringCredentials.includes(route.tag)) addresses.countUpload(address)
        else addresses.countStranger(address)
        return { headers: {} }
      }
      const limit = limitOf(route, by.isAdmin ? input.perMinute : await perMinute(by.orgId))
      if (limit.perMinute === 0) return { headers: {} }
      const decision = await take(`${by.orgId} ${by.actor} ${limit.name}`, limit.perMinute)
      const headers = limitHeaders(limit.name, limit.perMinute, decision)
      if (decision.isAdmitted) return { headers }
      const retryAfterS = decision.waitMs / 1000
      const detail = `Rate limit exceeded: ${limit.perMinute} requests per minute. Try again in ${Math.ceil(retryAfterS)} s.`
      const facts = { limit: limit.perMinute }
      return { headers, refusal: new Problem('limited', 'rate_limit_exceeded', detail, { retryAfterS, facts }) }
    },
    take,
    watch: (authenticate) => watched(authenticate, addresses),
  }
}

/** The credential is always looked at: a right one works, however many wrong ones came from its address. */
const watched =
  (authenticate: Authenticate, addresses: AddressLimits): Authenticate =>
  async (asked) => {
    try {
      return await authenticate(asked)
    } catch (err) {
      if (err instanceof Problem && err.kind === 'unauthenticated') {
        const { headers, address } = asked
        if (headers.authorization ?? headers['x-api-key']) addresses.countFailure(address)
        else addresses.countStranger(address)
      }
      throw err
    }
  }

/**
 * Requests of one key in a minute, by its organisation. Read once a second; what was read last holds while it is read
 * again, and while the database is away.
 */
function orgLimits(db: DbOrTx, byDefault: number): (orgId: string) => number | Promise<number> {
  type Known = { perMinute: number | null; until: number; reading: Promise<number> | null }
  const orgs = recent<Known>(orgsMax)

  async function read(orgId: string, known: Known): Promise<number> {
    try {
      const org = await inScope([orgId], () => findOrg(db, orgId))
      known.perMinute = org ? perMinuteOf(org.settings, byDefault) : byDefault
    } catch {
      known.perMinute ??= byDefault
    }
    known.until = performance.now() + readAgainMs
    known.reading = null
    return known.perMinute
  }

  return (orgId) => {
    const known = orgs(orgId, () => ({ perMinute: null, until: 0, reading: null }))
    if (known.until < performance.now()) known.reading ??= read(orgId, known)
    return known.perMinute ?? (known.reading as Promise<number>)
  }
}
