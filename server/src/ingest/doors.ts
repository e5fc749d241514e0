// The doors: each takes one kind of thing in, in whatever encoding, and ends in accept.ts.

import { type Idempotency, idempotencyOf, isReplayed, type Org, orgReader, wasAnswered } from '../access/index.ts'
import type { Source } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import type { Answer, Call } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { type Store, storeKey } from '../storage/index.ts'
import { callClaim, chatClaim, requireMinutes } from './allocation.ts'
import { readCallMetadata } from './call-metadata.ts'
import { readChat } from './chat-messages.ts'
import { chatTranscript } from './chat-transcript.ts'
import { closeNamedItem, itemFields, openNamedItem, orFail, readNamedItem } from './jobs/named-item.ts'
import type { ItemPlace } from './jobs/shapes.ts'
import type { RecordingTickets } from './recording-tickets.ts'
import type { OpenServers } from './remote/open-server.ts'
import type { Accept, Accepted } from './shapes.ts'
import { keepIfAccepted, type StagedFile, stageForm } from './stage-file.ts'
import { callArrival, chatArrival, checkNames, checkOrgId, contentHash, requestFacts } from './submission.ts'

export type Doors = {
  /** A multipart recording, and nothing else. @throws Problem('invalid', 'no_file') */
  takeRecording(call: Call, source: Source, answer: (accepted: Accepted) => Answer): Promise<Answer>
  /** A recording as a file, by URL, or promised by a path that only the client can read. */
  takeCall(call: Call, answer: (accepted: Accepted) => Answer): Promise<Answer>
  /** An upload ticket; with a file in the request, the recording is taken in at once. */
  giveTicket(call: Call): Promise<Answer>
  takeChat(call: Call, answer: (accepted: Accepted) => Answer): Promise<Answer>
}

export function doors(input: {
  db: Db
  store: Store
  accept: Accept
  tickets: RecordingTickets
  checkFileUrl: OpenServers['checkFileUrl']
  timeZone: string
  uploadBytesMax: number
}): Doors {
  const { db, store, accept, tickets } = input
  const readOrg = orgReader(db)
  const zoneOf = (org: Org) => org.settings.time_zone ?? input.timeZone
  const context = (org: Org) => ({ timeZone: zoneOf(org), now: new Date(), ignore: itemFields })

  const readUpload = async (call: Call) => {
    const form = await stageForm(store, call, () => ({
      key: storeKey(call.by.orgId, 'rec', newId()),
      sizeBytesMax: input.uploadBytesMax,
    }))
    return { ...form, fields: { ...(call.query as object), ...form.fields } }
  }

  /**
   * Runs `take` with the item of the open job that the upload names, if any, and writes a refusal there. What was
   * answered before under this key is no other try.
   */
  async function inJob(
    call: Call,
    fields: Record<string, unknown>,
    key: Idempotency | null,
    file: Pick<StagedFile, 'file_name' | 'size_bytes'> | 'chat' | null,
    take: (item: ItemPlace | null) => Promise<Answer>,
  ): Promise<Answer> {
    const named = readNamedItem(fields)
    if (!named || (key && (await wasAnswered(db, key)))) return take(null)
    const kind = file === 'chat' ? 'chat' : 'recording'
    const { file_name = null, size_bytes: sizeBytes = null } = file === 'chat' || !file ? {} : file
    const { by } = call
    const item = await openNamedItem(db, by, named, { kind, fallbackName: file_name ?? newId(), sizeBytes })
    const answer = await orFail(db, by.orgId, item, () => take(item))
    if (isReplayed(answer)) await closeNamedItem(db, by.orgId, item)
    return answer
  }

  async function takeFile(
    call: Call,
    org: Org,
    form: { fields: Record<string, unknown>; warnings: string[] },
    file: StagedFile,
    source: Source,
    answer: (accepted: Accepted) => Answer,
  ): Promise<{ answer: Answer; isKept: boolean }> {
    const key = idempotencyOf(call, [form.fields, file.sha256])
    let isKept = false
    const given = await inJob(call, form.fields, key, file, async (item) => {
      const said = readCallMetadata(form.fields, context(org))
      await checkOrgId(db, call, said.orgId)
      await checkNames(db, org, said)
      return accept({
        ...requestFacts(call, org, key),
        item,
        allowsDuplicate: said.allowsDuplicate,
        claim: callClaim(org, zoneOf(org), file),
        kind: 'conversation',
        arrival: callArrival(org.id, newId(), said, { source, contentHash: file.sha256, warnings: form.warnings }),
        recording: file,
        transcript: null,
        fetchUrl: null,
        answer(accepted) {
          isKept = accepted.outcome !== 'duplicate'
          return answer(accepted)
        },
      })
    })
    return { answer: given, isKept }
  }

  /** Everything that came with the request is in the store by now; what is not accepted leaves it again. */
  async function takeFiles(
    call: Call,
    org: Org,
    form: Awaited<ReturnType<typeof readUpload>>,
    source: Source,
    answer: (accepted: Accepted) => Answer,
  ) {
    const { files } = form
    const result = await keepIfAccepted(store, files, async () => {
      const [file] = files
      if (!file) throw noFile()
      if (files.length > 1) throw new Problem('invalid', 'several_files', 'Send one recording in a request.')
      return takeFile(call, org, form, file, source, answer)
    })
    return result.answer
  }

  return {
    async takeRecording(call, source, answer) {
      const org = await readOrg(call.by.orgId)
      return takeFiles(call, org, await readUpload(call), source, answer)
    },

    async takeCall(call, answer) {
      const org = await readOrg(call.by.orgId)
      const form = await readUpload(call)
      if (form.files.length > 0) return takeFiles(call, org, form, 'multipart', answer)
      const url = typeof form.fields.file_url === 'string' ? form.fields.file_url.trim() : ''
      if (url === '') throw noFile('file_url')
      const key = idempotencyOf(call, form.fields)
      return inJob(call, form.fields, key, null, async (item) => {
        const said = readCallMetadata(form.fields, { ...context(org), ignore: ['file_url', ...itemFields] })
        await checkOrgId(db, call, said.orgId)
        await checkNames(db, org, said)
        const fetchUrl = await input.checkFileUrl(org.id, url)
        if (fetchUrl === null) {
          await requireMinutes(db, org, zoneOf(org), key)
          return tickets.forLocalPath(call, org, said, { ...form, item })
        }
        return accept({
          ...requestFacts(call, org, key),
          item,
          allowsDuplicate: said.allowsDuplicate,
          claim: callClaim(org, zoneOf(org), null),
          kind: 'conversation',
          arrival: callArrival(org.id, newId(), said, {
            source: 'url',
            contentHash: contentHash(fetchUrl),
            warnings: form.warnings,
          }),
          recording: null,
          transcript: null,
          fetchUrl,
          answer,
        })
      })
    },

    async giveTicket(call) {
      const org = await readOrg(call.by.orgId)
      const form = await readUpload(call)
      if (form.files.length > 0) return takeFiles(call, org, form, 'multipart', tickets.answerForFile(org.id))
      const key = idempotencyOf(call, form.fields)
      return inJob(call, form.fields, key, null, async (item) => {
        const said = readCallMetadata(form.fields, {
          ...context(org),
          ignore: ['file_name', 'filename', ...itemFields],
        })
        await checkOrgId(db, call, said.orgId)
        await checkNames(db, org, said)
        const allocation = await requireMinutes(db, org, zoneOf(org), key)
        return tickets.give(call, org, said, { ...form, item }, allocation)
      })
    },

    async takeChat(call, answer) {
      const org = await readOrg(call.by.orgId)
      const { fields, warnings } = await call.form(() => {
        throw new Problem('invalid', 'unexpected_file', 'A chat is sent as fields, not as a file.')
      })
      const key = idempotencyOf(call, fields)
      return inJob(call, fields, key, 'chat', async (item) => {
        const chat = readChat(fields, context(org))
        await checkOrgId(db, call, chat.orgId)
        await checkNames(db, org, chat)
        const hash = contentHash(chat.messages, chat.agent, chat.customerId, chat.custom)
        return accept({
          ...requestFacts(call, org, key),
          item,
          allowsDuplicate: chat.allowsDuplicate,
          claim: chatClaim(org, zoneOf(org)),
          kind: 'conversation',
          arrival: chatArrival(org.id, newId(), chat, { contentHash: hash, warnings }),
          recording: null,
          transcript: chatTranscript(chat.messages),
          fetchUrl: null,
          answer,
        })
      })
    },
  }
}

const noFile = (field = 'file') =>
  new Problem('invalid', 'no_file', `The request has no recording: send it as "${field}".`, {
    facts: { field, issue: 'is required' },
  })
