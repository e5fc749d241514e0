// Upload tickets for archives: an ingest job is announced, and its file is posted as to S3, to the same door as recordings.

import type { Db } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import type { ContentsArrived } from './jobs/contents-arrived.ts'
import type { ArchiveTicket } from './jobs/create-routes.ts'
import { getJob } from './jobs/jobs.ts'
import type { IngestJob } from './jobs/shapes.ts'
import type { Redeem, SignTicket } from './tickets.ts'

export type ArchiveTickets = {
  /** Where the file of an announced job is to be sent: by form, within the hour; or resumable, naming the job. */
  archiveTicket(job: Pick<IngestJob, 'org_id' | 'id'>): ArchiveTicket
  redeem: Redeem
}

export function archiveTickets(input: {
  db: Db
  sign: SignTicket
  contentsArrived: ContentsArrived
  publicUrl: () => string
  sizeBytesMax: number
}): ArchiveTickets {
  const { db, sizeBytesMax } = input
  const hasContents = async (orgId: string, jobId: string) => {
    const job = await getJob(db, orgId, jobId)
    return job !== null && (job.parts.length > 0 || ['done', 'partial', 'planned'].includes(job.state))
  }
  return {
    archiveTicket({ org_id: orgId, id }) {
      const { url, fields, expiresAt } = input.sign({ orgId, kind: 'batch', id, sizeBytesMax })
      return { url, fields, expires_at: expiresAt.toISOString(), tus_url: `${input.publicUrl()}/v1/uploads` }
    },

    async redeem({ orgId, id: jobId, file, requestId }) {
      const parts = [{ store_key: file.store_key, size_bytes: file.size_bytes }]
      try {
        await input.contentsArrived({ orgId, jobId, parts, actor: 'upload ticket', requestId })
        return true
      } catch (err) {
        // Redeemed before: what it promised has happened. A job that ended without is not to be had by this ticket.
        const isTaken = err instanceof Problem && err.code === 'job_not_waiting' && (await hasContents(orgId, jobId))
        if (isTaken) return false
        throw err
      }
    },
  }
}
