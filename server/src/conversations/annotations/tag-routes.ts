// The tags of an organisation over REST. Putting them on conversations: deed-routes.ts.

import { Type } from 'typebox'
import { answerOnce, idempotencyOf, writeAudit } from '../../access/index.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { etagHeader, okWithEtag, requireMatch } from '../../platform/http/etag.ts'
import { cursorPages, cursorQuery, isRowId } from '../../platform/http/paging.ts'
import { type Answer, type Call, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { countBearers, giveBack, holdBearers } from './tag-bearers.ts'
import {
  changeTag,
  createTag,
  listTags,
  readTagName,
  requireTag,
  type Tag,
  tagCharsMax,
  tagColours,
  tagVersion,
} from './tags.ts'

const tag = 'Tags'
const byTagId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const name = Type.String({ minLength: 1, maxLength: 200, description: `1 to ${tagCharsMax} characters` })
const colour = Type.Union(
  tagColours.map((one) => Type.Literal(one)),
  { description: 'Absent: one that goes by the name' },
)
const newTag = Type.Object({ name, colour: Type.Optional(colour) }, { examples: [{ name: 'Follow up' }] })
const tagChange = Type.Object({ name: Type.Optional(name), colour: Type.Optional(colour) })

const tagAnswer = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  colour: Type.String(),
  conversations: Type.Integer({ minimum: 0, description: 'How many that you may see bear it' }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  etag: Type.String({ description: 'For `If-Match`; another where name or colour is' }),
})
const tagsAnswer = Type.Object({
  tags: Type.Array(tagAnswer),
  colours: Type.Array(Type.String(), { description: 'All that a tag can have' }),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
})

const pages = cursorPages('i', isRowId)

function view(tag: Tag, conversations: number) {
  const { id, name, colour, created_at, updated_at } = tag
  return { id, name, colour, conversations, created_at, updated_at, ...tagVersion(tag) }
}

/** What it changes is everybody's. @throws Problem('forbidden', 'beyond_reach') */
function requireWhole({ reach }: Principal): void {
  if (reach === 'all') return
  const detail = 'A tag belongs to the whole organisation, and you have access to a part of it.'
  throw new Problem('forbidden', 'beyond_reach', detail)
}

export function tagRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  const write = (
    call: Pick<Call, 'by' | 'requestId' | 'routeName' | 'idempotencyKey'>,
    content: object,
    work: (tx: Tx) => Promise<{ tag: Tag; count: number; status?: number; action: string; data?: object }>,
  ): Promise<Answer> =>
    answerOnce(db, secrets, idempotencyOf(call, [call.by.actor, content]), async (tx) => {
      const { by, requestId } = call
      const { tag, count, status = 200, action, data = {} } = await work(tx)
      const entry = { orgId: by.orgId, actor: by.actor, action, target: tag.id, requestId }
      await writeAudit(tx, [{ ...entry, data: { ...data, conversations: count } }])
      return { status, body: view(tag, count), headers: etagHeader(tagVersion(tag)) }
    })

  return [
    route({
      method: 'GET',
      paths: ['/v1/tags'],
      summary: 'List tags, with how many conversations bear each',
      tag,
      auth: 'calls:read',
      query: Type.Object(cursorQuery),
      answers: { 200: { description: 'A page of tags, oldest first', schema: tagsAnswer } },
      async handle(call) {
        const { by, query } = call
        const { rows, next_cursor } = await pages(
          query,
          ({ limit, last }) => listTags(db, by.orgId, { limit, after: last }),
          ({ id }) => id,
        )
        const counts = await countBearers(db, by)
        const tags = rows.map((one) => view(one, counts.get(one.name.toLowerCase()) ?? 0))
        return okWithEtag(call, { tags, colours: tagColours, next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/tags'],
      summary: 'Make a tag',
      tag,
      auth: 'calls:annotate',
      body: newTag,
      answers: {
        201: { description: 'The tag', schema: tagAnswer },
        409: { description: 'There is one of this name, in any case of its letters' },
      },
      async handle(call) {
        const given = strictFields(newTag, await call.fields())
        const wanted = { name: readTagName(given.name), colour: given.colour }
        return write(call, wanted, async (tx) => ({
          tag: await createTag(tx, call.by.orgId, wanted),
          count: 0,
          status: 201,
          action: 'tag.create',
        }))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/tags/:id'],
      summary: 'Rename a tag, or give it another colour',
      description:
        'Conversations that bear it bear the new name at once, each with a new `seq`. Senders that go on naming it as it was called before mean this tag. With `If-Match`, only if nobody changed it since.',
      tag,
      auth: 'calls:annotate',
      params: byTagId,
      body: tagChange,
      answers: {
        200: { description: 'The tag', schema: tagAnswer },
        409: { description: 'There is one of this name, or it was changed since that `etag`' },
      },
      async handle(call) {
        requireWhole(call.by)
        const { by } = call
        const given = strictFields(tagChange, await call.fields())
        const id = requireUuid(call.params.id)
        const change = {
          ...(given.name === undefined ? {} : { name: readTagName(given.name) }),
          ...(given.colour === undefined ? {} : { colour: given.colour }),
        }
        return write(call, { id, ...change }, async (tx) => {
          const was = await requireTag(tx, by.orgId, id)
          requireMatch(call, 'tag', tagVersion(was))
          // Conversations first, then the sequence, then the tag: the order of whoever takes in.
          const bearers = await holdBearers(tx, by.orgId, was.name)
          const changed = await changeTag(tx, was, change)
          if (changed.name !== was.name) await bearers.rename(changed.name)
          const data = { fields: Object.keys(change) }
          return { tag: changed, count: bearers.count, action: 'tag.change', data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/tags/:id'],
      summary: 'Delete a tag; the answer says how many conversations lose it, and it can be restored',
      tag,
      auth: 'calls:annotate',
      params: byTagId,
      answers: {
        200: { description: 'The tag as it was, with how many conversations have lost it', schema: tagAnswer },
      },
      handle(call) {
        requireWhole(call.by)
        const { by } = call
        const id = requireUuid(call.params.id)
        return write(call, { id }, async (tx) => {
          const was = await requireTag(tx, by.orgId, id)
          const bearers = await holdBearers(tx, by.orgId, was.name)
          const gone = await changeTag(tx, was, { deleted_at: new Date() })
          await bearers.strip(id)
          return { tag: gone, count: bearers.count, action: 'tag.delete' }
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/tags/:id/restore'],
      summary: 'Restore a deleted tag, on the conversations that have lost it',
      tag,
      auth: 'calls:annotate',
      params: byTagId,
      answers: {
        200: { description: 'The tag, with how many conversations have it back', schema: tagAnswer },
        404: { description: 'No such tag was deleted' },
        409: { description: 'There is a tag of this name by now' },
      },
      handle(call) {
        requireWhole(call.by)
        const { by } = call
        const id = requireUuid(call.params.id)
        return write(call, { id }, async (tx) => {
          const was = await requireTag(tx, by.orgId, id, { isDeleted: true })
          const count = await giveBack(tx, by.orgId, was)
          const tag = await changeTag(tx, was, { deleted_at: null })
          return { tag, count, action: 'tag.restore' }
        })
      },
    }),
  ]
}
