// What was asked and answered and changed nothing: reads, denials, failures. Rows are gathered and written in batches
// after the answers; while too many wait, requests wait too, and none goes unrecorded.

import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../platform/db/db.ts'
import { everyOrg } from '../../platform/db/scope.ts'
import type { Journal } from '../../platform/http/journal.ts'
import type { Log } from '../../platform/log.ts'
import { Problem } from '../../platform/problem.ts'
import { nilOrg } from '../orgs.ts'
import { requestBegins, requestEnds } from './requests.ts'
import type { AuditResult } from './row.ts'
import { type AuditEntry, writeAudit } from './write.ts'

const batchRows = 500
const gatherMs = 200
const retryMs = 1000
const userAgentCharsMax = 300

export type AccessLog = {
  journal: Journal
  /** Writes what waits; gives up after a few tries. */
  stop(): Promise<void>
}

/** @param input.patienceMs how long a request waits for room before it is answered with 503 */
export function accessLog(input: { db: Db; log: Log; backlogMax?: number; patienceMs?: number }): AccessLog {
  const { db, log, backlogMax = 10_000, patienceMs = 10_000 } = input
  let waiting: AuditEntry[] = []
  let running: Promise<void> | undefined
  let triesLeft = Number.POSITIVE_INFINITY

  async function drain(): Promise<void> {
    await delay(triesLeft === Number.POSITIVE_INFINITY ? gatherMs : 0)
    while (waiting.length > 0 && triesLeft > 0) {
      const batch = waiting.slice(0, batchRows)
      try {
        // Requests of all organisations are in one batch.
        await everyOrg(() => db.transaction().execute((tx) => writeAudit(tx, batch)))
        waiting = waiting.slice(batch.length)
      } catch (err) {
        triesLeft -= 1
        log.error({ err, waiting: waiting.length }, 'the record of requests could not be written')
        await delay(retryMs)
      }
    }
    running = undefined
  }

  async function room(): Promise<void> {
    const until = Date.now() + patienceMs
    while (waiting.length >= backlogMax) {
      if (Date.now() > until) {
        const detail = 'Requests cannot be recorded at present, so none is served. Try again in a moment.'
        throw new Problem('unavailable', 'audit_backlog', detail, { retryAfterS: 5 })
      }
      await delay(50)
    }
  }

  return {
    journal: {
      begin({ requestId, address, userAgent, needs }) {
        requestBegins(requestId, { address, userAgent: userAgent?.slice(0, userAgentCharsMax) ?? null })
        return needs === 'open' || waiting.length < backlogMax ? undefined : room()
      },
      end({ requestId, by, needs, method, route, target, status, durationMs }) {
        const from = requestEnds(requestId)
        // Of a stranger nothing is known that could be recorded; open routes that matter write themselves.
        if (!by || needs === 'open' || (from?.isRecorded && status < 400)) return
        waiting.push({
          orgId: by.orgId || nilOrg,
          actor: by.actor,
          action: needs.includes(':') ? needs.replace(':', '.') : `${needs}.${isRead(method) ? 'read' : 'write'}`,
          target,
          requestId,
          result: resultOf(status),
          data: { route: `${method} ${route}`, status, duration_ms: Math.round(durationMs) },
          from,
        })
        running ??= drain()
      },
    },
    async stop() {
      triesLeft = 3
      await running
      await drain()
      if (waiting.length > 0) log.error({ lost: waiting.length }, 'requests went unrecorded: the database is away')
    },
  }
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD'

const resultOf = (status: number): AuditResult => {
  if (status < 400) return 'ok'
  return status === 401 || status === 403 || status === 429 ? 'denied' : 'failed'
}
