// Boards over REST: those that are always there, one's own, and those that are shared.

import { Type } from 'typebox'
import { writeOnce } from '../../access/index.ts'
import type { Db, DbOrTx } from '../../platform/db/db.ts'
import { etagHeader, requireMatch } from '../../platform/http/etag.ts'
import { type Answer, type Call, ok, type Principal, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { Secrets } from '../../platform/secrets.ts'
import {
  boardAnswer,
  boardChangeBody,
  boardsAnswer,
  boardView,
  copyBody,
  homeBody,
  newBoardBody,
  orderBody,
  type Shown,
  summaryView,
} from './board-fields.ts'
import { type Board, changeBoard, createBoard, deleteBoard, listBoards, requireBoard } from './boards.ts'
import { readBoardChange, readNewBoard } from './content.ts'
import { defaultBoards, findDefault, homeDefault } from './default-boards.ts'
import { inOrder, type Order, readOrder, setHome, setPlaces } from './orders.ts'

const tag = 'Boards'
const auth = 'analytics:read'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
type ById = Call<{ id: string }>

export function boardRoutes(parts: { db: Db; secrets: Secrets }): Route[] {
  const { db } = parts

  const known = async (tx: DbOrTx, by: Principal, id: string): Promise<Board> =>
    findDefault(id) ?? (await requireBoard(tx, by, requireUuid(id)))
  const home = async (by: Principal, order: Order): Promise<Board> => {
    // What was deleted, or is shared no more, opens nothing.
    const chosen = order.home ? await known(db, by, order.home).catch(ifGone) : null
    return chosen ?? homeDefault
  }
  const answer = async (by: Principal, board: Board, status = 200): Promise<Answer> => {
    const { id } = await home(by, await readOrder(db, by))
    return { status, body: boardView(shownTo(by, board, id)), headers: etagHeader(board) }
  }
  /** Looked up before a body is read: what is foreign answers as what is unknown, whatever is sent. */
  const changeable = async ({ by, params }: ById): Promise<Board> => {
    const board = await known(db, by, params.id)
    requireMayChange(by, board)
    return board
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/boards'],
      summary: 'List the boards that you see, in your order',
      description:
        'Some are always there; the others are your own, or shared with you. `GET /v1/boards/{id}` has the widgets.',
      tag,
      auth,
      answers: { 200: { description: 'At most about 300: there are no pages', schema: boardsAnswer } },
      async handle({ by }) {
        const order = await readOrder(db, by)
        const { id } = await home(by, order)
        const all = inOrder([...defaultBoards, ...(await listBoards(db, by))], order)
        return ok({ boards: all.map((board) => summaryView(shownTo(by, board, id))) })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/boards'],
      summary: 'Create a board',
      description: 'At most 50 widgets. It says what is shown, not the figures: whoever it is shared with sees theirs.',
      tag,
      auth,
      body: newBoardBody,
      answers: {
        201: { description: 'The board', schema: boardAnswer },
        400: { description: 'A field that is wrong; an unknown metric, with those that there are' },
        403: { description: 'Shared with somebody whose work you do not see' },
        409: { description: 'Too many boards' },
      },
      async handle(call) {
        const { by } = call
        const fields = await call.fields()
        const given = readNewBoard(fields)
        return writeOnce(parts, call, fields, async (tx) => {
          const board = await createBoard(tx, by, given)
          return { answer: created(by, board), action: 'board.create', target: board.id, data: factsOf(board) }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/boards/home'],
      summary: 'The board that opens first',
      tag,
      auth,
      answers: { 200: { description: 'The board', schema: boardAnswer } },
      handle: async ({ by }) => answer(by, await home(by, await readOrder(db, by))),
    }),
    route({
      method: 'PUT',
      paths: ['/v1/boards/home'],
      summary: 'Choose the board that opens first',
      tag,
      auth,
      body: homeBody,
      answers: { 200: { description: 'The board', schema: boardAnswer } },
      handle: (call) =>
        put(call, homeBody, async ({ board_id }) => {
          const board = await known(db, call.by, board_id)
          await db.transaction().execute((tx) => setHome(tx, call.by, board.id))
          return answer(call.by, board)
        }),
    }),
    route({
      method: 'PUT',
      paths: ['/v1/boards/order'],
      summary: 'Put the boards into your order',
      tag,
      auth,
      body: orderBody,
      answers: { 204: { description: 'Kept; those that were not named follow' } },
      handle: (call) =>
        put(call, orderBody, async ({ board_ids }) => {
          const seen = new Set([...defaultBoards, ...(await listBoards(db, call.by))].map(({ id }) => id))
          const places = [...new Set(board_ids)].filter((id) => seen.has(id))
          await db.transaction().execute((tx) => setPlaces(tx, call.by, places))
          return { status: 204 }
        }),
    }),
    route({
      method: 'GET',
      paths: ['/v1/boards/:id'],
      summary: 'Read a board',
      tag,
      auth,
      params: byId,
      answers: { 200: { description: 'The board', schema: boardAnswer } },
      handle: async ({ by, params }) => answer(by, await known(db, by, params.id)),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/boards/:id'],
      summary: 'Change a board',
      description:
        'What is named replaces what was; `widgets` all together. With `If-Match`, only if nobody changed it since. Its owner may, and of what is shared whoever manages the organisation.',
      tag,
      auth,
      params: byId,
      body: boardChangeBody,
      answers: {
        200: { description: 'The board', schema: boardAnswer },
        403: { description: "Somebody else's, or always there: copy it" },
        409: { description: 'It was changed since that revision' },
      },
      async handle(call) {
        const { by } = call
        const { id } = await changeable(call)
        const fields = await call.fields()
        const { content, ...change } = readBoardChange(fields)
        const done = await writeOnce(parts, call, fields, async (tx) => {
          const before = await requireBoard(tx, by, id, true)
          requireMayChange(by, before)
          requireMatch(call, 'board', before)
          const board = await changeBoard(tx, by, before, { ...change, content: { ...before.content, ...content } })
          const data = { changed: Object.keys(fields).sort(), ...factsOf(board) }
          return { answer: ok({}), action: 'board.change', target: id, data }
        })
        const now = await answer(by, await known(db, by, id))
        return { ...done, body: now.body, headers: { ...done.headers, ...now.headers } }
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/boards/:id'],
      summary: 'Delete a board',
      tag,
      auth,
      params: byId,
      answers: { 204: { description: 'Deleted' }, 403: { description: "Somebody else's, or always there" } },
      async handle(call) {
        const { by } = call
        const { id } = await changeable(call)
        return writeOnce(parts, call, {}, async (tx) => {
          const board = await requireBoard(tx, by, id, true)
          requireMayChange(by, board)
          await deleteBoard(tx, by.orgId, id)
          return { answer: { status: 204 }, action: 'board.delete', target: id, data: factsOf(board) }
        })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/boards/:id/duplicate'],
      summary: 'Copy a board: the copy is your own',
      tag,
      auth,
      params: byId,
      body: copyBody,
      answers: { 201: { description: 'The copy', schema: boardAnswer } },
      async handle(call) {
        const { by, params } = call
        const source = await known(db, by, params.id)
        const given = strictFields(copyBody, await call.fields())
        return writeOnce(parts, call, given, async (tx) => {
          const name = given.name?.trim() ?? `Copy of ${source.name}`.slice(0, 120)
          const copy = { name, sharing: 'private' as const, team_ids: [], content: source.content }
          const board = await createBoard(tx, by, copy)
          const data = { ...factsOf(board), copied_from: source.id }
          return { answer: created(by, board), action: 'board.create', target: board.id, data }
        })
      },
    }),
  ]
}

/** What is only somebody's own view of things is neither audited nor remembered by a key: again is the same. */
const put = async <T extends ReturnType<typeof Type.Object>>(
  call: Call,
  schema: T,
  work: (given: ReturnType<typeof strictFields<T>>) => Promise<Answer>,
): Promise<Answer> => work(strictFields(schema, await call.fields()))

const created = (by: Principal, board: Board): Answer => ({
  status: 201,
  body: boardView(shownTo(by, board, null)),
  headers: etagHeader(board),
})

function shownTo(by: Principal, board: Board, homeId: string | null): Shown {
  const kind = board.owner === null ? 'default' : board.owner === by.actor ? 'own' : 'shared'
  return { ...board, kind, mayChange: mayChange(by, board), isHome: board.id === homeId }
}

const mayChange = ({ actor, scopes }: Principal, { owner }: Board): boolean =>
  owner === actor || (owner !== null && scopes.includes('organisation:manage'))

/** @throws Problem('forbidden', 'not_yours') */
function requireMayChange(by: Principal, board: Board): void {
  if (mayChange(by, board)) return
  const whose = board.owner === null ? 'This board is always there' : 'This board is somebody else’s'
  throw new Problem('forbidden', 'not_yours', `${whose}. Copy it, and change the copy.`)
}

const ifGone = (err: unknown): null => {
  if (err instanceof Problem && (err.kind === 'not_found' || err.kind === 'invalid')) return null
  throw err
}

/** Of what somebody wrote only how much there is. */
const factsOf = ({ sharing, team_ids, content }: Board) => ({ sharing, team_ids, widgets: content.widgets.length })
