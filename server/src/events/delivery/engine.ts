// Keeps the sender going: wakes when something is due or has ended, takes a turn of the queue, and sends what it claimed.

import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import { listenTo } from '../../platform/db/listen.ts'
import type { Log } from '../../platform/log.ts'
import { deliveryChannel } from '../outbox.ts'
import { type AttemptParts, attempt } from './attempt.ts'
import type { Claimed } from './claim.ts'
import type { KnownEndpoint } from './endpoint-rows.ts'
import { type Ended, type TellOwners, turns } from './turn.ts'

/**
 * Longer than an exchange may take (20 s) with room for writing its outcome; with the poll, what a killed sender held
 * is sent again within 60 s.
 */
const leaseMsDefault = 45_000
const inFlightMax = 256
/** Of one turn. While these are sent, the next turn is taken: with all at once, both would wait for each other. */
const claimMax = 100
/** The net below the notifications, which can be missed. */
const pollMs = 1000
/** At most one turn in this time: what ends and what is new meanwhile shares the next one. */
const turnSpacingMs = 5
/** While the database is away. */
const troubleMs = 500

export type EngineInput = AttemptParts & { db: Db; url: string; tellOwners: TellOwners; leaseMs?: number; log: Log }

export function startEngine(input: EngineInput): { stop(graceMs?: number): Promise<void> } {
  const { db, log, leaseMs = leaseMsDefault } = input
  const takeTurn = turns(db, input.tellOwners)
  const givenUp = new AbortController()
  let inFlight = 0
  let ended: Ended[] = []
  /**
   * Outcomes of one turn: fewer after each turn that failed, none after one that failed for a single outcome. So one that
   * cannot be written holds up no other, until its lease runs out and it is somebody else's.
   */
  let settleMax = Number.POSITIVE_INFINITY
  let isStopping = false
  let isAwake = true
  let wake = () => {}
  const wakeUp = () => {
    isAwake = true
    wake()
  }
  const listener = listenTo(input.url, deliveryChannel, wakeUp, log)

  const send = (due: Claimed, endpoint: KnownEndpoint | undefined) => {
    attempt(input, due, endpoint, givenUp.signal).then((one) => {
      inFlight -= 1
      ended.push(one)
      wakeUp()
    })
  }

  /** @returns how long nothing need be done, unless something happens */
  const turn = async (): Promise<number> => {
    const told = ended.slice(0, settleMax)
    ended = ended.slice(told.length)
    const limit = isStopping ? 0 : Math.min(claimMax, inFlightMax - inFlight)
    try {
      const { claimed, endpoints, pacedMs, late } = await takeTurn({ ended: told, limit, leaseMs })
      settleMax = Math.max(1, settleMax * 2)
      if (ended.length > 0) isAwake = true
      for (const { id } of late) log.warn({ delivery: id }, 'a late outcome was not written')
      // After the next turn has been asked for, if there is one: the database is at work while these are made and sent.
      if (claimed.length > 0) {
        inFlight += claimed.length
        setImmediate(() => {
          for (const due of claimed) send(due, endpoints.get(due.endpoint_id))
        })
      }
      return Math.min(pollMs, pacedMs ?? pollMs)
    } catch (err) {
      log.error({ err }, 'a turn of the delivery queue failed')
      // A program that must end does not wait for the database: these leases run out, and others send again.
      ended = givenUp.signal.aborted ? [] : [...ended, ...told]
      settleMax = Math.floor(told.length / 2)
      await delay(troubleMs)
      return 0
    }
  }

  const loop = (async () => {
    while (!isStopping || inFlight > 0 || ended.length > 0) {
      isAwake = false
      const spacing = delay(turnSpacingMs)
      const restMs = await turn()
      await spacing
      if (isAwake || (isStopping && inFlight === 0)) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  })()

  return {
    /** What is still in flight after `graceMs` is handed back, and may reach its receiver twice. */
    async stop(graceMs) {
      isStopping = true
      wakeUp()
      const timer = graceMs === undefined ? undefined : setTimeout(() => givenUp.abort(), graceMs)
      await loop
      clearTimeout(timer)
      await listener.stop()
    },
  }
}
