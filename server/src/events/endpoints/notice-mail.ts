// The mail about an endpoint that fails, was switched off, or is well again: what happened, what becomes of the events,
// and what to do now.

import type { Db } from '../../platform/db/db.ts'
import { type Job, job, type Worker, worker } from '../../platform/jobs/job.ts'
import type { Mail } from '../../platform/mail.ts'
import type { OwnerNotice } from '../delivery/turn.ts'
import { type Endpoint, listEndpoints } from './endpoints.ts'
import { healthOf, shownCount } from './health.ts'

/** One for each address, so that one that is refused keeps no other from its mail. */
export type NoticeMail = {
  orgId: string
  endpointId: string
  step: OwnerNotice['step']
  to: string
  failingSince: string | null
  lastError: string | null
  reason: string | null
}

export const noticeJob: Job<NoticeMail> = job<NoticeMail>({
  name: 'endpoint.tell',
  retryLimit: 8,
  timeoutS: 120,
  concurrency: 1,
})

export const noticeWorker = ({ db, mail, publicUrl }: { db: Db; mail: Mail; publicUrl: () => string }): Worker =>
  worker<NoticeMail>({
    job: noticeJob,
    async handle(input) {
      const { orgId, endpointId, to } = input
      const endpoint = (await listEndpoints(db, orgId)).find(({ id }) => id === endpointId)
      // Deleted since.
      if (!endpoint) return undefined
      const queued = (await healthOf(db, orgId, [endpointId])).get(endpointId)?.queued ?? 0
      await mail.send({ to, ...letter(input, endpoint, shownCount(queued), publicUrl()) })
      return undefined
    },
    bury: async () => undefined,
  })

const titles: Record<NoticeMail['step'], string> = {
  failing_1h: 'has failed for an hour',
  failing_24h: 'has failed for a day',
  failing_72h: 'has failed for three days',
  disabled: 'was switched off',
  recovered: 'is well again',
}

export function letter(
  { step, failingSince, lastError, reason }: NoticeMail,
  endpoint: Pick<Endpoint, 'id' | 'name' | 'url'>,
  waiting: number | string,
  serverUrl: string,
): { subject: string; text: string } {
  const self = `${serverUrl}/v1/webhooks/${endpoint.id}`
  const host = URL.parse(endpoint.url)?.host ?? endpoint.id
  const name = oneLine(endpoint.name === null ? host : `${endpoint.name} (${host})`)
  const title = `The webhook endpoint ${name} ${titles[step]}`
  const facts = [
    failingSince === null ? null : `It has failed since ${failingSince}.`,
    lastError === null ? null : `Last error: ${oneLine(lastError)}`,
    `Events that wait for it: ${waiting}.`,
  ]
  const lines = {
    failing: [
      ...facts,
      'Nothing is lost: events are kept for it for 30 days, and are tried again by themselves.',
      'What to do: see whether the receiver runs and answers 2xx within 20 seconds, then try it:',
      `  POST ${self}/test`,
      'Without a success it is switched off after five days.',
    ],
    disabled: [
      reason === null ? null : `Why: ${oneLine(reason)}`,
      ...facts,
      'Nothing is sent to it any more. What comes for it is held for 30 days.',
      'What to do: mend the receiver, try it, and switch it on again. What was held is sent then:',
      `  POST ${self}/test`,
      `  POST ${self}/enable`,
      'If it is no longer needed, delete it:',
      `  DELETE ${self}`,
    ],
    recovered: ['It takes events again.', `Events that wait for it: ${waiting}.`, 'There is nothing to do.'],
  }[step === 'disabled' || step === 'recovered' ? step : 'failing']
  const text = [`${title}.`, ...lines, `The endpoint: ${self}`].filter((line) => line !== null)
  return { subject: title.slice(0, 200), text: `${text.join('\n')}\n` }
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()
