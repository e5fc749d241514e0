// How many streams may be open at once: of an organisation, and of all of them in this process.

import { Problem } from '../../platform/problem.ts'

export type StreamLimits = { perOrg: number; perProcess: number }

const retryAfterS = 5

/** @returns takes a place, and answers with what gives it back, once. Throws Problem('limited', 'too_many_streams'). */
export function places({ perOrg, perProcess }: StreamLimits): (orgId: string) => () => void {
  const open = new Map<string, number>()
  let total = 0
  return (orgId) => {
    const own = open.get(orgId) ?? 0
    if (own >= perOrg) {
      const detail = `Your organisation has ${perOrg} streams open. Close one, or share one among several readers.`
      throw new Problem('limited', 'too_many_streams', detail, { retryAfterS, facts: { limit: perOrg } })
    }
    if (total >= perProcess) {
      const detail = 'This server has as many streams open as it can. Try again in a moment.'
      throw new Problem('limited', 'too_many_streams', detail, { retryAfterS })
    }
    open.set(orgId, own + 1)
    total += 1
    let isGiven = false
    return () => {
      if (isGiven) return
      isGiven = true
      total -= 1
      const left = (open.get(orgId) ?? 1) - 1
      if (left > 0) open.set(orgId, left)
      else open.delete(orgId)
    }
  }
}
