// A turn of the queue: writes what came of the deliveries that ended, and claims what is due. One transaction under the
// queue's lock; whatever depends on what other senders do is decided here.

import type { Db, Tx } from '../../platform/db/db.ts'
import { together } from '../../platform/db/together.ts'
import { disableEndpoint } from '../endpoints/endpoints.ts'
import { takeSequence } from '../outbox.ts'
import { type Claim, type Claimed, claimDue } from './claim.ts'
import { endpointRows, type KnownEndpoint } from './endpoint-rows.ts'
import { tellOfDead, worthTelling } from './exhausted.ts'
import { noteFronts } from './fronts.ts'
import { afterOutcomes, isTroubled, type Lane, type LaneOutcome, type LaneStep, noticesAfterMs } from './lane.ts'
import { giveBackRate, laneKey, readLanes, writeLanes } from './lanes.ts'
import { followClock, holdQueue } from './lock.ts'
import { type Settled, settle } from './settle.ts'

export type Ended = Settled & {
  /** What it says of the endpoint; null where it says nothing. */
  outcome: LaneOutcome | null
  /** It answered 410: nothing more is wanted there. */
  isGone?: boolean
}

/** Something that the owner of an endpoint is to be told, in the transaction in which it became so. */
export type OwnerNotice = {
  orgId: string
  endpointId: string
  step: 'failing_1h' | 'failing_24h' | 'failing_72h' | 'recovered' | 'disabled'
  facts: {
    failing_since: Date | null
    failures: number
    last_status_code: number | null
    last_error: string | null
    reason: string | null
  }
}
/** `seq`: from takeSequence, for an event about it. */
export type TellOwners = (tx: Tx, notices: (OwnerNotice & { seq: number })[]) => Promise<void>

export type Turn = Claim & {
  /** Of what was claimed, by their ids. */
  endpoints: Map<string, KnownEndpoint>
  /** Whose lease had been given to somebody else, so that nothing was written. */
  late: Claimed[]
}
export type TurnInput = { ended: Ended[]; limit: number; leaseMs: number }

/** Of an endpoint that does well, figures need not be written at each turn. */
const writeLaneEveryMs = 1000
const laneNotesMax = 5000
/** Of a queue that is read from its front: what it delivers meanwhile is passed again. */
const noteFrontsEveryMs = 1000
/** The net below that: no front is wrong for longer. */
const seekFrontsEveryMs = 60_000

type LaneNote = { unsaved: number; savedAt: number }

/** What a turn does not read from the database; a simulation brings its own. */
export type Surroundings = { monotonicMs(): number; random(): number }
const world: Surroundings = { monotonicMs: () => performance.now(), random: Math.random }

/** @returns takes turns; it remembers successes and endpoints between them, so there is one for each sender */
export function turns(
  db: Db,
  tellOwners: TellOwners,
  around: Surroundings = world,
): (input: TurnInput) => Promise<Turn> {
  const notes = new Map<string, LaneNote>()
  const rows = endpointRows()
  const frontsNow = frontsBy(around)

  return async ({ ended, limit, leaseMs }) => {
    const noted = new Map<string, LaneNote>()
    const fronts = limit > 0 ? frontsNow() : null
    const turn = await db.transaction().execute(async (tx) => {
      const claiming = async (): Promise<Claim> => {
        if (limit <= 0) return { claimed: [], pacedMs: null }
        // The claim first: it pins the plans.
        const [claim] = await together(claimDue(tx, { limit, leaseMs }), fronts && noteFronts(tx, fronts))
        return claim
      }
      // Then no outcome changes what may be claimed, and one journey to the database does for both.
      const isWell = ended.every(wentWell)
      const [, , held, early] = await together(
        holdQueue(tx),
        followClock(tx),
        settle(tx, ended),
        isWell ? claiming() : null,
      )
      const counted = ended.filter(({ due }) => held.has(due.lease_token))
      await giveBackRate(tx, unwanted(counted))
      const notices = await settleLanes(tx, counted, notes, noted, around)
      await tell(tx, worthTelling(counted), notices, tellOwners)
      const claim = early ?? (await claiming())
      const endpoints = await rows.of(tx, claim.claimed)
      return { ...claim, endpoints, late: ended.flatMap(({ due }) => (held.has(due.lease_token) ? [] : [due])) }
    })
    if (notes.size + noted.size > laneNotesMax) notes.clear()
    for (const [key, note] of noted) notes.set(key, note)
    return turn
  }
}

/** Delivered to an endpoint that did well when it was claimed. */
export const wentWell = ({ due, verdict, outcome }: Ended): boolean =>
  verdict.state === 'delivered' && outcome?.kind === 'ok' && !isTroubled(due)

/** @returns how the fronts are to be noted in the turn that begins; null: they need not be */
function frontsBy({ monotonicMs }: Surroundings): () => { isAnew: boolean } | null {
  let [notedAt, soughtAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return () => {
    const now = monotonicMs()
    if (now - notedAt < noteFrontsEveryMs) return null
    const isAnew = now - soughtAt >= seekFrontsEveryMs
    notedAt = now
    if (isAnew) soughtAt = now
    return { isAnew }
  }
}

async function settleLanes(
  tx: Tx,
  ended: Ended[],
  notes: Map<string, LaneNote>,
  noted: Map<string, LaneNote>,
  around: Surroundings,
): Promise<OwnerNotice[]> {
  const byLane = Map.groupBy(
    ended.filter(({ outcome }) => outcome !== null),
    ({ due }) => laneKey(due),
  )
  const wanted: Ended[] = []
  for (const [key, group] of byLane) {
    const { unsaved, savedAt } = notes.get(key) ?? { unsaved: 0, savedAt: Number.NEGATIVE_INFINITY }
    const mayWait = group.every(({ due, outcome }) => outcome?.kind === 'ok' && !isTroubled(due))
    if (mayWait && around.monotonicMs() - savedAt < writeLaneEveryMs) {
      noted.set(key, { unsaved: unsaved + group.length, savedAt })
    } else wanted.push(group[0] as Ended)
  }
  if (wanted.length === 0) return []
  const { lanes, now } = await readLanes(
    tx,
    wanted.map(({ due }) => due),
  )
  const notices: OwnerNotice[] = []
  const after = lanes.flatMap((stored) => {
    const { org_id, endpoint_id, revision, ...before } = stored
    const key = laneKey(stored)
    // Of what it was before somebody changed it, or switched it off, an outcome tells nothing.
    const group = byLane.get(key)?.filter(({ due }) => due.revision === revision) ?? []
    if (group.length === 0) return []
    const earlier = Array.from({ length: notes.get(key)?.unsaved ?? 0 }, (): LaneOutcome => ({ kind: 'ok' }))
    noted.set(key, { unsaved: 0, savedAt: around.monotonicMs() })
    const outcomes = [...earlier, ...group.map((one) => one.outcome as LaneOutcome)]
    const { lane, step } = afterOutcomes(before, outcomes, now, around.random)
    const isGone = group.some((one) => one.isGone)
    const told = isGone ? 'disabled' : step
    if (told) notices.push(noticeOf(stored, lane, told, group, isGone))
    return [{ org_id, endpoint_id, ...lane }]
  })
  await writeLanes(tx, after)
  for (const { orgId, endpointId, step, facts } of notices) {
    if (step === 'disabled') await disableEndpoint(tx, orgId, endpointId, facts.reason as string)
  }
  return notices
}

const unwanted = (ended: Ended[]): Claimed[] =>
  ended.flatMap(({ due, verdict }) => (verdict.state === 'unwanted' ? [due] : []))

/** Takes all sequence numbers at once, in the one order that everybody takes them in. */
async function tell(tx: Tx, dead: Settled[], notices: OwnerNotice[], tellOwners: TellOwners): Promise<void> {
  if (dead.length + notices.length === 0) return
  const orgIds = [...dead.map(({ due }) => due.org_id), ...notices.map(({ orgId }) => orgId)]
  const seqs = await takeSequence(tx, orgIds)
  await tellOfDead(tx, dead, seqs)
  const numbered = notices.map((notice, index) => ({ ...notice, seq: seqs[dead.length + index] as number }))
  if (numbered.length > 0) await tellOwners(tx, numbered)
}

const steps = ['failing_1h', 'failing_24h', 'failing_72h'] as const

function noticeOf(
  { org_id: orgId, endpoint_id: endpointId }: { org_id: string; endpoint_id: string },
  lane: Lane,
  step: LaneStep,
  group: Ended[],
  isGone: boolean,
): OwnerNotice {
  const last = group.at(-1)?.verdict.attempt
  const reason = isGone ? 'It answered 410 Gone.' : 'It has failed for five days.'
  return {
    orgId,
    endpointId,
    step: step === 'failing' ? (steps[Math.min(lane.notices, noticesAfterMs.length) - 1] ?? 'failing_1h') : step,
    facts: {
      failing_since: lane.failing_since,
      failures: lane.failures,
      last_status_code: last?.status ?? null,
      last_error: last?.error ?? null,
      reason: step === 'disabled' ? reason : null,
    },
  }
}
