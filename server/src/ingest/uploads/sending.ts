// The ways in which files come here besides in a form of their own: put together from tickets and resumable uploads.

import type { Db, Tx } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Store } from '../../storage/index.ts'
import { type ArchiveTickets, archiveTickets } from '../archive-tickets.ts'
import { contentsArrival } from '../jobs/contents-arrived.ts'
import type { IngestJob } from '../jobs/shapes.ts'
import { type RecordingTickets, recordingTickets } from '../recording-tickets.ts'
import type { Accept } from '../shapes.ts'
import { redemptionRoute, ticketSigner } from '../tickets.ts'
import { announcing } from './announce.ts'
import type { PartLimits } from './arriving.ts'
import { completing } from './complete.ts'
import { archiveReceiver } from './receive-archive.ts'
import { tusRoutes } from './tus-routes.ts'

export type Sending = {
  tickets: RecordingTickets
  archiveTicket: ArchiveTickets['archiveTicket']
  receiveArchive: ReturnType<typeof archiveReceiver>
  routes: Route[]
}

export function sending(parts: {
  db: Db
  store: Store
  secrets: Secrets
  accept: Accept
  enqueueRun: (tx: Tx, job: IngestJob) => Promise<unknown>
  publicUrl: () => string
  timeZone: string
  uploadBytesMax: number
  batchBytesMax: number
  partLimits?: PartLimits
}): Sending {
  const { uploadBytesMax, batchBytesMax } = parts
  const input = { ...parts, contentsArrived: contentsArrival(parts) }
  const secret = input.secrets.hash('upload ticket', '').toString('hex')
  const sign = ticketSigner({ ...input, secret })
  const tickets = recordingTickets({ ...input, sign, sizeBytesMax: uploadBytesMax })
  const archives = archiveTickets({ ...input, sign, sizeBytesMax: batchBytesMax })
  const sizeBytesMax = Math.max(uploadBytesMax, batchBytesMax)
  const announce = announcing({ ...input, limits: { recording: uploadBytesMax, batch: batchBytesMax } })
  return {
    tickets,
    archiveTicket: archives.archiveTicket,
    receiveArchive: archiveReceiver({ ...input, sizeBytesMax: batchBytesMax }),
    routes: [
      redemptionRoute({
        ...input,
        secret,
        fileBytesMax: sizeBytesMax,
        redeem: { rec: tickets.redeem, batch: archives.redeem },
      }),
      ...tusRoutes({ ...input, announce, complete: completing(input), sizeBytesMax }),
    ],
  }
}
