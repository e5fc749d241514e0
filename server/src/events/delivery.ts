// Delivery: keeps the sender going. Wakes when something is due, leases it, sends it, and writes what came of it.

import { setTimeout as delay } from 'node:timers/promises'
import { listenTo } from '../platform/db/listen.ts'
import { attemptDelivery, type SenderParts } from './attempt.ts'
import { type Leased, leaseDue, settle } from './leases.ts'
import { deliveryChannel } from './outbox.ts'
import { disableEndpoint } from './webhooks.ts'

/**
 * Longer than an exchange may take (20 s) with room for writing its outcome; with the poll, what a killed sender held
 * is sent again within 60 s.
 */
const leaseMsDefault = 45_000
const inFlightMax = 256
/** The net below the notifications, which can be missed. */
const pollMs = 1000
/** At most one claim in this time: what is finished and what is new meanwhile shares the next one. */
const claimSpacingMs = 5

export function startDelivery(input: SenderParts & { url: string; leaseMs?: number }): {
  stop(graceMs?: number): Promise<void>
} {
  const { db, log, leaseMs = leaseMsDefault } = input
  const inFlight = new Set<Promise<void>>()
  const givenUp = new AbortController()
  let isStopping = false
  let isAwake = true
  let wake = () => {}
  const wakeUp = () => {
    isAwake = true
    wake()
  }
  const listener = listenTo(input.url, deliveryChannel, wakeUp, log)

  const claim = async (): Promise<Leased[]> => {
    const limit = inFlightMax - inFlight.size
    if (limit === 0) return []
    try {
      return await leaseDue(db, { limit, leaseMs })
    } catch (err) {
      log.error({ err }, 'could not claim deliveries')
      return []
    }
  }

  const loop = (async () => {
    while (!isStopping) {
      isAwake = false
      const spacing = delay(claimSpacingMs)
      for (const due of await claim()) {
        const done: Promise<void> = deliverOne(input, due, givenUp.signal)
          .catch((err) => log.error({ err, delivery: due.id }, 'the outcome of a delivery could not be written'))
          .finally(() => {
            inFlight.delete(done)
            wakeUp()
          })
        inFlight.add(done)
      }
      await spacing
      if (isAwake || isStopping) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs)
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
      wake()
      await loop
      const timer = graceMs === undefined ? undefined : setTimeout(() => givenUp.abort(), graceMs)
      await Promise.all(inFlight)
      clearTimeout(timer)
      await listener.stop()
    },
  }
}

async function deliverOne(input: SenderParts, due: Leased, signal: AbortSignal): Promise<void> {
  const { db, log } = input
  const { isGone, ...outcome } = await attemptDelivery(input, due, signal)
  const isWritten = isGone
    ? await db.transaction().execute(async (tx) => {
        // The endpoint before its delivery, as when it is deleted, so that the two cannot wait for each other.
        await disableEndpoint(tx, due.org_id, due.endpoint_id, 'The endpoint was disabled: it answered 410 Gone.')
        return settle(tx, due, outcome)
      })
    : await settle(db, due, outcome)
  if (!isWritten) log.warn({ delivery: due.id, attempt: due.attempt }, 'a late outcome was not written')
}
