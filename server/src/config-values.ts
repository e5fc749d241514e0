// What the values of settings look like: hosts, networks, addresses with a password, names that are nearly right. No
// setting is named here.

import { isIP } from 'node:net'
import { parseOutboundAllow } from './platform/outbound/allow-list.ts'

export function loopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** Whether the address guard can read it. */
export function validAllowance(text: string): boolean {
  try {
    parseOutboundAllow(text)
    return true
  } catch {
    return false
  }
}

/** The address with `******` in place of its password, safe to print. */
export function urlWithoutPassword(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.password) url.password = '******'
  for (const key of url.searchParams.keys()) if (/pass|key|token|secret/i.test(key)) url.searchParams.set(key, '******')
  return url.password || url.search ? url.href : text
}

/** The known name that `name` is a misspelling of, or undefined: at most one edit in four letters apart. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= name.length / 4 ? best.candidate : undefined
}

/** Levenshtein: insertions, deletions and replacements that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [i, a] of [...left].entries()) {
    const next = [i + 1]
    for (const [j, b] of [...right].entries()) {
      next.push(Math.min((row[j] ?? 0) + (a === b ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
