// Minute and chat allocation: an organisation that has set a monthly limit is refused above it, unless it chose to go on;
// without a limit, never. Reserved when something is taken in, so that many at once never reserve more than is left.

import {
  type Claim,
  type Idempotency,
  type Org,
  openUsage,
  readUsage,
  releaseUsage,
  reserveUsage,
  type UsageKind,
  usageName,
  wasAnswered,
} from '../access/index.ts'
import { countUsage, type Reservation, shownUnits } from '../conversations/index.ts'
import type { Db, Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import type { StagedFile } from './stage-file.ts'

/** In minutes or chats. `used` includes what is being worked on. */
export type Allocation = { used: number; limit: number | null }

/** What is asked for, in the zone whose months count. */
export type Asked = Claim & { zone: string }

const msOfMinute = 60_000
/** How long a recording is, before it is read: as if it had 64 kbit/s. Settled by its real length when it ends. */
const bytesPerMs = 8
const shortestMs = 1000
/** Of a recording of which only the address is known. */
const unseenMs = 5 * msOfMinute

const exceededText = { minutes: 'Allocation exceeded', chats: 'Monthly chats allocation exceeded' }

export const monthIn = (zone: string): string =>
  Temporal.Now.zonedDateTimeISO(zone).toPlainDate().toPlainYearMonth().toString()

/** In units; null without a limit. */
export function limitOf({ settings }: Org, kind: UsageKind): number | null {
  const limit = kind === 'minutes' ? settings.minutes_per_month : settings.chats_per_month
  if (limit === undefined || limit === null) return null
  return kind === 'minutes' ? limit * msOfMinute : limit
}

const claim = (org: Org, zone: string, kind: UsageKind, units: number): Asked | null => {
  const limit = limitOf(org, kind)
  if (limit === null) return null
  const isHalting = org.settings.on_allocation_exceeded !== 'continue'
  return { orgId: org.id, kind, month: monthIn(zone), units, limit, isHalting, zone }
}

/** `file` null: it is still to be fetched. */
export const callClaim = (org: Org, zone: string, file: StagedFile | null): Asked | null =>
  claim(org, zone, 'minutes', file ? estimatedMs(file) : unseenMs)

export const chatClaim = (org: Org, zone: string): Asked | null => claim(org, zone, 'chats', 1)

const estimatedMs = ({ size_bytes }: StagedFile): number => Math.max(shortestMs, Math.round(size_bytes / bytesPerMs))

/** What one transaction has got of the allocations that its submissions ask of. */
export type Purse = {
  /** Null: without a claim. A Problem('invalid', 'allocation_exceeded') when nothing is left. */
  draw(claim: Asked | null): Reservation | Problem | null
  putBack(reservation: Reservation): void
  /** What was not drawn, or was put back, is free again. */
  close(): Promise<void>
}

/** One statement, and none without a claim. After takeSequence of the same organisations, in the same transaction. */
export async function openPurse(tx: Tx, claims: (Asked | null)[]): Promise<Purse> {
  const asked = claims.filter((one) => one !== null)
  let grants = await reserveUsage(tx, asked)
  const found = new Set(grants.map(usageName))
  const unopened = [...Map.groupBy(asked, usageName)].filter(([name]) => !found.has(name)).map(([, same]) => same)
  if (unopened.length > 0) {
    for (const [first] of unopened)
      if (first) await openUsage(tx, { ...first, ...(await countUsage(tx, first, first.zone)) })
    grants = [...grants, ...(await reserveUsage(tx, unopened.flat()))]
  }
  const pools = new Map(grants.map((grant) => [usageName(grant), { ...grant, left: grant.granted }]))
  const unused: Reservation[] = []

  return {
    draw(claim) {
      if (!claim) return null
      const { orgId, kind, month, isHalting, limit } = claim
      const pool = pools.get(usageName(claim))
      if (!pool || (isHalting && pool.left <= 0)) return exceeded(kind, pool?.taken ?? 0, limit)
      const units = Math.min(claim.units, pool.left)
      pool.left -= units
      pool.taken += units
      return { orgId, kind, month, units }
    },
    putBack: (reservation) => void unused.push(reservation),
    close: () =>
      releaseUsage(tx, [
        ...unused,
        ...[...pools.values()].flatMap(({ left, ...pool }) => (left > 0 ? [{ ...pool, units: left }] : [])),
      ]),
  }
}

/**
 * Before a ticket is given, which reserves nothing: what it promises is reserved when it is redeemed. A request that was
 * answered before is let through. @throws Problem('invalid', 'allocation_exceeded')
 */
export async function requireMinutes(db: Db, org: Org, zone: string, key: Idempotency | null): Promise<Allocation> {
  const limit = limitOf(org, 'minutes')
  if (limit === null) return { used: 0, limit }
  const { used, reserved } = await usageNow(db, org, zone, 'minutes')
  const isHalting = org.settings.on_allocation_exceeded !== 'continue'
  if (isHalting && used + reserved >= limit && !(key && (await wasAnswered(db, key)))) {
    throw exceeded('minutes', used + reserved, limit)
  }
  return { used: shownUnits('minutes', used + reserved), limit: shownUnits('minutes', limit) }
}

/** Of this month, in units. */
export async function usageNow(
  db: Db,
  org: Org,
  zone: string,
  kind: UsageKind,
): Promise<{ used: number; reserved: number }> {
  const month = { orgId: org.id, kind, month: monthIn(zone) }
  const counted = limitOf(org, kind) === null ? null : await readUsage(db, month)
  return counted ?? countUsage(db, month, zone)
}

function exceeded(kind: UsageKind, taken: number, limit: number): Problem {
  const facts = { used: shownUnits(kind, taken), limit: shownUnits(kind, limit) }
  return new Problem('invalid', 'allocation_exceeded', exceededText[kind], { facts })
}
