// Searches that people keep, over REST. What they are: saved-searches.ts.

import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import { byId, isUnmasked } from '../../conversations/index.ts'
import type { Db } from '../../platform/db/db.ts'
import { etagHeader, requireMatch } from '../../platform/http/etag.ts'
import { cursorPages, cursorQuery, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { savedSearchAnswer } from './answers.ts'
import {
  changeSaved,
  createSaved,
  deleteSaved,
  listSaved,
  mayChange,
  requireSaved,
  type SavedFields,
  type SavedSearch,
} from './saved-searches.ts'
import { readSearch } from './search-routes.ts'
import { readSort } from './sort.ts'

const tag = 'Search'
const auth = 'calls:read'
const orNull = (maxLength: number, description: string) =>
  Type.Union([Type.String({ maxLength, description }), Type.Null()])
const given = {
  is_shared: Type.Optional(Type.Boolean({ description: 'Everybody of the organisation sees it' })),
  q: Type.Optional(orNull(2000, 'As in GET /v1/search')),
  filter: Type.Optional(orNull(2000, 'As in GET /v1/search')),
  sort: Type.Optional(orNull(200, 'As in GET /v1/search')),
  columns: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      maxItems: 60,
      description: 'Columns of the list in their order: any words of yours; metrics among them by their names',
    }),
  ),
}
const name = Type.String({ minLength: 1, maxLength: 100, description: 'Once among your own' })
const newSearch = Type.Object({ name, ...given })
const change = Type.Object({ name: Type.Optional(name), ...given })

export function savedRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/saved-searches'],
      summary: 'List saved searches',
      description: 'Your own, and those that are shared; in the order in which they were made.',
      tag,
      auth,
      query: Type.Object(cursorQuery),
      answers: {
        200: {
          description: 'A page of them',
          schema: pageAnswer('saved_searches', savedSearchAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last }) => listSaved(db, by, { limit, after: last }),
          ({ id }) => id,
        )
        return ok({ saved_searches: rows.map((one) => view(by, one)), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/saved-searches'],
      summary: 'Save a search',
      tag,
      auth,
      body: newSearch,
      answers: { 201: { description: 'The search', schema: savedSearchAnswer }, 409: { description: 'Taken' } },
      async handle(call) {
        const { by } = call
        const input = strictFields(newSearch, await call.fields())
        const fields = { ...nothing, ...input, name: readName(input.name) }
        check(by, fields)
        return writeOnce({ db, secrets }, call, input, async (tx) => {
          const made = await createSaved(tx, by, fields)
          const answer = { status: 201, body: view(by, made), headers: etagHeader(made) }
          return { answer, action: 'saved_search.create', target: made.id, data: { is_shared: made.is_shared } }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/saved-searches/:id'],
      summary: 'Read a saved search',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The search; `ETag` is its revision', schema: savedSearchAnswer } },
      async handle({ by, params }) {
        const found = await requireSaved(db, by, requireUuid(params.id))
        return ok(view(by, found), etagHeader(found))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/saved-searches/:id'],
      summary: 'Change a saved search',
      description:
        'What is named replaces what was; null takes it away. Yours, and as an administrator those that are shared. With `If-Match`, only if nobody changed it since.',
      tag,
      auth,
      params: byId,
      body: change,
      answers: {
        200: { description: 'The search', schema: savedSearchAnswer },
        403: { description: 'It is shared by somebody else' },
        409: { description: 'It was changed since that revision, or the name is taken' },
      },
      async handle(call) {
        const { by } = call
        const id = requireUuid(call.params.id)
        const input = strictFields(change, await call.fields())
        if (input.name !== undefined) input.name = readName(input.name)
        check(by, { ...nothing, ...input })
        return writeOnce({ db, secrets }, call, [input, call.headers['if-match'] ?? null], async (tx) => {
          const before = requireToChange(call, await requireSaved(tx, by, id, true))
          const after = await changeSaved(tx, by, before, input)
          const answer = ok(view(by, after), etagHeader(after))
          return { answer, action: 'saved_search.change', target: id, data: { changed: Object.keys(input).sort() } }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/saved-searches/:id'],
      summary: 'Delete a saved search',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' }, 403: { description: 'It is shared by somebody else' } },
      async handle(call) {
        const { by } = call
        const id = requireUuid(call.params.id)
        await requireSaved(db, by, id)
        return writeOnce({ db, secrets }, call, [], async (tx) => {
          requireToChange(call, await requireSaved(tx, by, id, true))
          await deleteSaved(tx, by, id)
          return { answer: { status: 204 }, action: 'saved_search.delete', target: id }
        })
      },
    }),
  ]
}

const pageOf = cursorPages('i', isRowId)
const nothing = { is_shared: false, q: null, filter: null, sort: null, columns: [] }

/** What cannot be searched for is not kept. */
function check(by: Principal, { q, filter, sort }: Omit<SavedFields, 'name'>): void {
  readSearch({ q: q ?? '', filter: filter ?? '' })
  if (sort) readSort(sort, isUnmasked(by))
}

function readName(text: string): string {
  const name = text.normalize('NFC').trim()
  if (name !== '' && !/\p{C}/u.test(name)) return name
  throw new Problem('invalid', 'invalid_request', 'name: send letters that one can see, such as "Late payments".')
}

function requireToChange(call: Pick<Call, 'by' | 'headers'>, found: SavedSearch): SavedSearch {
  if (!mayChange(call.by, found)) {
    const detail = 'This search is shared by somebody else. Save one of your own, or ask an administrator.'
    throw new Problem('forbidden', 'not_yours', detail)
  }
  requireMatch(call, 'search', found)
  return found
}

function view(by: Principal, { owner, created_at, updated_at, ...saved }: SavedSearch) {
  const { id, name, is_shared, q, filter, sort, columns, revision } = saved
  return {
    ...{
      id,
      name,
      is_shared,
      is_own: owner === by.actor,
      may_change: mayChange(by, { ...saved, owner, created_at, updated_at }),
    },
    ...{ q, filter, sort, columns, revision },
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }
}
