// Upload tickets: a promise to take one file, signed as S3 signs it, and the door at which it is redeemed. What was
// promised, and what becomes of it, is the business of recording-tickets.ts and archive-tickets.ts.

import { nilOrg } from '../access/index.ts'
import { inScope } from '../platform/db/scope.ts'
import { type Answer, type Call, type Route, route } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import {
  checkUploadFields,
  checkUploadSize,
  createUploadTicket,
  type GrantedUpload,
  renderS3Error,
  renderS3Success,
  type Store,
  storeKey,
} from '../storage/index.ts'
import { keepIfAccepted, type StagedFile, stageForm } from './stage-file.ts'

const ticketMs = 3600_000
const path = '/uploads'
const unsignedBytesMax = 64 * 2 ** 20

/** Kinds of keys, and what they promise: a recording, an archive. */
type Kind = 'rec' | 'batch'

export type SignTicket = ReturnType<typeof ticketSigner>

export const ticketSigner =
  ({ secret, publicUrl }: { secret: string; publicUrl: () => string }) =>
  ({ orgId, kind, id, sizeBytesMax }: { orgId: string; kind: Kind; id: string; sizeBytesMax: number }) =>
    createUploadTicket({
      secret,
      key: storeKey(orgId, kind, id),
      url: `${publicUrl()}${path}`,
      sizeBytesMax,
      sizeBytesMin: 0,
      expiresAt: new Date(Date.now() + ticketMs),
    })

/** `file` lies under a key of the organisation's own. */
export type Redemption = { orgId: string; id: string; file: StagedFile; requestId: string }

/** Answers whether the file is wanted: a ticket counts once. */
export type Redeem = (redemption: Redemption) => Promise<boolean>

export function redemptionRoute(input: {
  store: Store
  secret: string
  publicUrl: () => string
  /** The larger one of what may be promised. */
  fileBytesMax: number
  redeem: Record<Kind, Redeem>
}): Route {
  const { store } = input

  async function handle(call: Call): Promise<Answer> {
    const form = await stageForm(store, call, (before) => {
      // The file may come before its fields: then it waits under a key of nobody until the ticket is checked, and the
      // limit is low, since whoever has no ticket must not fill the disk. Clients that send the fields first, as S3
      // demands, are refused before their bytes are taken.
      if (!hasPolicy(before)) return { key: storeKey(nilOrg, 'rec', newId()), sizeBytesMax: unsignedBytesMax }
      const granted = check(before)
      const { orgId, kind } = placeOf(granted)
      return { key: storeKey(orgId, kind, newId()), sizeBytesMax: granted.sizeBytesMax }
    })
    const [staged] = form.files
    const result = await keepIfAccepted(store, form.files, async () => {
      const granted = check(form.fields)
      if (!staged) throw new Problem('invalid', 'no_file', 'The POST has no file.')
      checkUploadSize(granted, staged.size_bytes)
      const { orgId, kind, id } = placeOf(granted)
      const file = await owned(staged, storeKey(orgId, kind, newId()))
      const work = () => input.redeem[kind]({ orgId, id, file, requestId: call.requestId })
      // Signed by us: the ticket says whose it is.
      const isKept = await unlessFailing(file, () => inScope([orgId], work))
      return { isKept, answer: done(granted, file.sha256) }
    })
    return result.answer
  }

  async function owned(staged: StagedFile, key: string): Promise<StagedFile> {
    if (!staged.store_key.startsWith(`org/${nilOrg}/`)) return staged
    await store.move(staged.store_key, key)
    return { ...staged, store_key: key }
  }

  /** What was moved is not among the form's files any more. */
  async function unlessFailing({ store_key }: StagedFile, redeem: () => Promise<boolean>): Promise<boolean> {
    let isKept = false
    try {
      isKept = await redeem()
    } finally {
      if (!isKept) await store.delete(store_key)
    }
    return isKept
  }

  function check(fields: Record<string, unknown>): GrantedUpload {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
    return checkUploadFields({ secret: input.secret, fields: texts })
  }

  function done({ successActionStatus, key }: GrantedUpload, etag: string): Answer {
    const url = `${input.publicUrl()}${path}`
    const { status, contentType, body } = renderS3Success(successActionStatus, { url, key, etag })
    return contentType ? { status, body, headers: { 'Content-Type': contentType } } : { status }
  }

  return route({
    method: 'POST',
    paths: [path],
    summary: 'Redeem an upload ticket: post its fields and the file, as to S3',
    description:
      'Fields in any order; either signature. 204, or the success_action_status that was asked for. Errors are XML, as S3 writes them.',
    tag: 'Uploads',
    auth: 'open',
    bodyKinds: ['multipart'],
    fileBytesMax: input.fileBytesMax,
    answers: {
      204: { description: 'Taken in' },
      403: { description: 'The ticket is wrong or has expired', contentType: 'application/xml' },
    },
    answerProblem(problem, requestId) {
      const { status, contentType, body } = renderS3Error(problem, { resource: path, requestId })
      return { status, body, headers: { 'Content-Type': contentType ?? 'application/xml' } }
    },
    handle,
  })
}

const hasPolicy = (fields: object) => Object.keys(fields).some((name) => name.toLowerCase() === 'policy')

function placeOf({ key }: GrantedUpload): { orgId: string; kind: Kind; id: string } {
  const [, orgId = '', kind = '', id = ''] = key.split('/')
  return { orgId, kind: kind === 'batch' ? 'batch' : 'rec', id }
}
