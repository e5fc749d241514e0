// Searching over REST: all conversations, one conversation, and what there is to search by. How it is found: hits.ts.

import { Type } from 'typebox'
import { orgReader } from '../../access/index.ts'
import { byId, isUnmasked, ownId, readDossier } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { FilterNode } from '../../platform/filter/syntax-tree.ts'
import { pageQuery, pageSize, readCursor, writeCursor } from '../../platform/http/paging.ts'
import { ok, type Route, route } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { type NumberColumn, numberColumns } from '../facts/columns.ts'
import { fieldsAnswer, hitsAnswer, searchAnswer, valuesAnswer } from './answers.ts'
import { compileNode, readFilter, readQuery } from './compile.ts'
import { highlightsIn, soughtIn } from './highlights.ts'
import { findChanges, findHits } from './hits.ts'
import { readRows } from './rows.ts'
import { type Position, positionOf, readPosition, readSort, sortDefault } from './sort.ts'
import { describeFields, valuesOf } from './suggestions.ts'

const tag = 'Search'
const text = (description: string, maxLength = 4000) => Type.Optional(Type.String({ maxLength, description }))
const q = text('Words, "phrases", beginnings*, -without, a OR b, a NEAR/5 b, agent: "…", customer: "…"; also fields')
const turnsMax = 1000
const columnsMax = 30

/** Both together; null where neither says anything. @throws Problem('invalid', 'invalid_filter') */
export function readSearch(query: { q?: string | undefined; filter?: string | undefined }): FilterNode | null {
  const nodes = [
    ...(query.q?.trim() ? [readQuery(query.q)] : []),
    ...(query.filter?.trim() ? [readFilter(query.filter)] : []),
  ]
  const [first, second] = nodes
  if (!first || !second) return first ?? null
  return { kind: 'and', nodes: [first, second].flatMap((one) => (one.kind === 'and' ? one.nodes : [one])) }
}

/** @throws Problem('invalid', 'unknown_column') */
export function readColumns(names: readonly string[]): NumberColumn[] {
  const unknown = names.find((name) => !numberColumns.some((one) => one === name))
  if (unknown !== undefined) {
    const detail = `columns: "${unknown.slice(0, 60)}" is no metric. There are ${numberColumns.join(', ')}.`
    throw new Problem('invalid', 'unknown_column', detail)
  }
  if (names.length > columnsMax) {
    throw new Problem('invalid', 'too_many_columns', `columns: send at most ${columnsMax} of them.`)
  }
  return names as NumberColumn[]
}

const momentOf = (reached: Position | undefined) => (reached?.k ? new Date(reached.k).toISOString() : null)

const isSeq = (value: unknown): value is { q: number } => Number.isSafeInteger((value as { q?: unknown } | null)?.q)

export function searchRoutes({ db, defaultTimeZone }: { db: Db; defaultTimeZone: string }): Route[] {
  const readOrg = orgReader(db)

  return [
    route({
      method: 'GET',
      paths: ['/v1/search'],
      summary: 'Search conversations',
      description:
        'Calls and chats by what was said (`q`) and by everything that is known of them (`filter`), with what a list shows of each and where the words stand. Those that you have access to; what is masked for you is not found either. What is rare among many is looked for a stretch at a time: then a page has fewer rows than `limit`, `searched_to` tells how far was looked, and `next_cursor` leads on. With `after_seq`: what changed after it and fits, in order of change.',
      tag,
      auth: 'calls:read',
      query: Type.Object({
        q,
        filter: text('Conditions on fields, in the filter language'),
        sort: text('A field; with - before it, the largest first. Default: -started_at', 200),
        columns: text('Metrics to show, with commas between', 2000),
        after_seq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
        cursor: text('`next_cursor` of the page before'),
        limit: pageQuery.limit,
      }),
      answers: { 200: { description: 'A page of conversations', schema: searchAnswer } },
      async handle({ by, query }) {
        const node = readSearch(query)
        const columns = readColumns(
          query.columns
            ?.split(',')
            .map((one) => one.trim())
            .filter(Boolean) ?? [],
        )
        const compiled = node && compileNode(by, node)
        const limit = pageSize(query.limit)
        const show = (ids: string[]) => readRows(db, by, { ids, columns, sought: node })
        if (query.after_seq !== undefined) {
          const afterSeq = query.cursor === undefined ? query.after_seq : readCursor(query.cursor, isSeq).q
          const { hits, reached } = await findChanges(db, { by, compiled, limit: limit + 1, afterSeq })
          const page = hits.slice(0, limit)
          const next = hits.length > limit ? page.at(-1)?.seq : reached
          return ok({
            conversations: await show(page.map(({ id }) => id)),
            total: null,
            total_is_exact: false,
            limit,
            next_cursor: next ? writeCursor({ q: next }) : null,
            searched_to: null,
          })
        }
        const sort = readSort(query.sort?.trim() || sortDefault, isUnmasked(by))
        const after = query.cursor === undefined ? null : readPosition(query.cursor, sort)
        // One more than asked for tells whether another page follows.
        const { hits, total, isExact, reached } = await findHits(db, { by, compiled, sort, after, limit: limit + 1 })
        const page = hits.slice(0, limit)
        const last = hits.length > limit ? page.at(-1) : undefined
        return ok({
          conversations: await show(page.map(({ id }) => id)),
          total,
          total_is_exact: isExact,
          limit,
          next_cursor: last ? writeCursor(positionOf(sort, last)) : reached ? writeCursor(reached) : null,
          searched_to: last ? null : momentOf(reached),
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/conversations/:id/search'],
      summary: 'Search inside of one conversation',
      description: 'Every turn that has some of the words. NOT and fields rule nothing out here.',
      tag,
      auth: 'calls:read',
      params: byId,
      query: Type.Object({ q: text('As in GET /v1/search; required') }),
      answers: { 200: { description: 'The turns, in their order', schema: hitsAnswer } },
      async handle({ by, params, query }) {
        // Whether there is such a conversation comes first.
        const { conversation, turns } = await readDossier(db, by, ownId(params.id))
        if (!query.q?.trim()) throw new Problem('invalid', 'invalid_request', 'q: send the words to look for.')
        const sought = soughtIn(readQuery(query.q))
        const found = highlightsIn(turns, sought, turnsMax + 1, Number.POSITIVE_INFINITY)
        return ok({
          conversation_id: conversation.id,
          hits: found.slice(0, turnsMax),
          is_complete: found.length <= turnsMax,
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/search/fields'],
      summary: 'List the fields to search by, and the time zone of your organisation',
      description:
        'The names are those of the filter language; names of metadata are those of your newest conversations.',
      tag,
      auth: 'calls:read',
      answers: { 200: { description: 'All fields', schema: fieldsAnswer } },
      async handle({ by }) {
        const { settings } = await readOrg(by.orgId)
        return ok({ fields: await describeFields(db, by), time_zone: settings.time_zone ?? defaultTimeZone })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/search/values'],
      summary: 'Suggest values of a field',
      tag,
      auth: 'calls:read',
      query: Type.Object({
        field: Type.String({ maxLength: 300, description: 'As GET /v1/search/fields names it' }),
        prefix: text('How the value begins', 200),
      }),
      answers: { 200: { description: 'At most 20 values', schema: valuesAnswer } },
      handle: async ({ by, query }) => ok({ field: query.field, values: await valuesOf(db, by, query) }),
    }),
  ]
}
