// Hears of news for all subscribers of this process: one look at the counters of their organisations, a few times a second
// and when deliveries are announced, and one reading of what is new for all who wait for it. Those who write events do
// nothing for it.

import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { listenTo } from '../../platform/db/listen.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { sideBySide } from '../../platform/side-by-side.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import { readSlice } from '../log/read-log.ts'
import { deliveryChannel } from '../outbox.ts'
import { catchUp, endOf } from './catch-up.ts'
import { fanOut, type OrgLine } from './fan-out.ts'
import { beat, end, type Subscriber } from './subscriber.ts'

const lookEveryMs = 200
/** However often news is announced. */
const lookSpacingMs = 10
const heartbeatS = 15
const orgsAtOnce = 4
const pageRowsMax = 200
/** A page is told in one go: so many subscribers times events, or nothing else would run for too long. */
const tellingsMax = 20_000

/** The highest that an organisation has given out, and the highest of its events. */
type Numbers = { given: number; newest: number }

export type Hub = {
  /** Tells it what comes after its position, from the log and then as it happens, until it ends. */
  join(subscriber: Subscriber): void
  leave(subscriber: Subscriber): void
  start(url: string): { stop(): Promise<void> }
}

export function liveHub(parts: { db: Db; seenBy: AsSeenBy; log: Log }): Hub {
  const { db, log } = parts
  const all = new Set<Subscriber>()
  const orgs = new Map<string, OrgLine>()
  const tellAll = fanOut(parts)
  const follow = catchUp(parts)
  let isStopped = false

  /** Whether it is with the others from now on. */
  function settle(subscriber: Subscriber): boolean {
    const { by, here, position } = subscriber
    const { orgId } = by
    const org = orgs.get(orgId) ?? { orgId, here, position, live: new Set() }
    if (position < org.position) return false
    orgs.set(orgId, org)
    org.live.add(subscriber)
    watch()
    return true
  }

  /** One page, then it is the turn of the others: however much happens in one organisation, they hear of theirs. */
  async function readOn(org: OrgLine, { given, newest }: Numbers): Promise<void> {
    const { orgId, live, position: after } = org
    // A client may come from the number of a change that is no event.
    if (given < after) return lose(org)
    if (live.size === 0 || newest <= after) return
    const limit = Math.max(10, Math.min(pageRowsMax, Math.floor(tellingsMax / live.size)))
    await org.here(async () => {
      const slice = await readSlice(db, { orgId, after, limit })
      const page = { events: slice.events, end: endOf(slice, after, limit) }
      for (const late of await tellAll(org, page)) join(late)
    })
    // What is not to be seen now is looked for the next time.
    if (org.position > after && org.position < newest) isCalled = true
  }

  /** A log that is behind what was told, or has let it go, was restored. */
  function lose(org: OrgLine): void {
    for (const subscriber of [...org.live]) end(subscriber, 'log_restored')
    org.live.clear()
  }

  async function look(): Promise<void> {
    for (const [orgId, { live }] of orgs) if (live.size === 0) orgs.delete(orgId)
    const watched = [...orgs.values()]
    if (watched.length === 0) return
    // The numbers of those whose streams are open here, and nothing else of theirs.
    const { rows } = await everyOrg(() =>
      sql<Numbers & { org_id: string }>`
        select org_id, seq as given, event_seq as newest from event_counters where org_id = any(${watched.map(({ orgId }) => orgId)}::uuid[])`.execute(
        db,
      ),
    )
    const numbers = new Map(rows.map((row) => [row.org_id, row]))
    await sideBySide(watched, orgsAtOnce, async (org) => {
      await readOn(org, numbers.get(org.orgId) ?? { given: 0, newest: 0 }).catch((err) => {
        if (err instanceof Problem && ['unknown_seq', 'events_expired'].includes(err.code)) return lose(org)
        // The others hear of theirs all the same.
        log.warn({ err, org: org.orgId }, 'news for streams could not be read; trying again')
      })
    })
  }

  let timer: NodeJS.Timeout | undefined
  let isLooking = false
  /** News was announced, or left, since the last look began. */
  let isCalled = false
  function watch(): void {
    if (isStopped || isLooking || timer) return
    timer = setTimeout(lookOn, isCalled ? lookSpacingMs : lookEveryMs)
  }
  async function lookOn(): Promise<void> {
    timer = undefined
    isLooking = true
    isCalled = false
    // While the database is away there is nothing to tell.
    await look().catch((err) => log.warn({ err }, 'news for streams could not be read; trying again'))
    isLooking = false
    if (orgs.size > 0) watch()
  }
  function call(): void {
    if (isCalled || orgs.size === 0) return
    isCalled = true
    clearTimeout(timer)
    timer = undefined
    watch()
  }
  function join(subscriber: Subscriber): void {
    void follow(subscriber, () => settle(subscriber))
  }

  return {
    join(subscriber) {
      all.add(subscriber)
      join(subscriber)
    },
    leave(subscriber) {
      subscriber.isEnded = true
      all.delete(subscriber)
      orgs.get(subscriber.by.orgId)?.live.delete(subscriber)
    },
    start(url) {
      const listener = listenTo(url, deliveryChannel, call, log)
      let second = 0
      const heartbeat = setInterval(() => {
        second += 1
        for (const subscriber of all) {
          if (subscriber.isEnded || (second + subscriber.turn) % heartbeatS !== 0) continue
          const isPingDue = Math.floor(second / heartbeatS) % 2 === 0
          if (isPingDue && !subscriber.line.isThere()) end(subscriber, 'gone')
          else beat(subscriber)
        }
      }, 1000)
      return {
        async stop() {
          isStopped = true
          clearTimeout(timer)
          clearInterval(heartbeat)
          await listener.stop()
        },
      }
    },
  }
}
