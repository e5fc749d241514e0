// From a host's name to all its addresses, within a time limit. Whether the addresses may be used is the guard's matter.

import { Resolver, lookup as systemLookup } from 'node:dns/promises'
import { codeOf, failure, failureError } from './failure.ts'

/** Every IPv4 and IPv6 address of a name; an empty list or a throw: it has none. */
export type NameLookup = (name: string, timeoutMs: number) => Promise<string[]>

/**
 * A name with a dot is asked of the name servers directly. The system's own lookup would hold one of the process's few
 * worker threads for as long as a hostile name server likes, and file access waits for the same threads. Names without
 * a dot (`localhost`, a neighbour container) cannot be public, and names that the name servers do not know may stand
 * in the hosts file: both are asked of the system.
 */
export const lookupName: NameLookup = async (name, timeoutMs) => {
  const startedAt = performance.now()
  if (name.includes('.')) {
    const known = await askNameServers(name, timeoutMs)
    if (known.length > 0) return known
  }
  return askSystem(name, timeoutMs - (performance.now() - startedAt))
}

/** Asks these name servers (`127.0.0.1:5353`) and nobody else. */
export function nameLookup(servers: string[]): NameLookup {
  return (name, timeoutMs) => askNameServers(name, timeoutMs, servers)
}

async function askNameServers(name: string, timeoutMs: number, servers?: string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
  if (servers) resolver.setServers(servers)
  const timer = setTimeout(() => resolver.cancel(), timeoutMs)
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const isLate = answers.some((answer) => answer.status === 'rejected' && lateCodes.includes(codeOf(answer.reason)))
    if (found.length === 0 && isLate) throw timedOut()
    return found
  } finally {
    clearTimeout(timer)
  }
}

const lateCodes = ['ETIMEOUT', 'ECANCELLED']

// One at a time, so that slow names never hold more than one worker thread.
let systemTurn: Promise<unknown> = Promise.resolve()

async function askSystem(name: string, timeoutMs: number): Promise<string[]> {
  let isLate = false
  const answer = systemTurn.then(async () => (isLate ? [] : await systemLookup(name, { all: true, verbatim: true })))
  systemTurn = answer.catch(() => {})
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    isLate = true
    reject(timedOut())
  }, timeoutMs)
  try {
    return (await Promise.race([answer, late])).map(({ address }) => address)
  } finally {
    clearTimeout(timer)
  }
}

function timedOut(): Error {
  return failureError(failure('dns', 'the name servers did not answer in time'))
}
