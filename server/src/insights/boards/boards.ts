// The table of saved boards, and who sees which. A board holds no figures: each viewer is shown theirs.

import { type RawBuilder, sql } from 'kysely'
import type { DbOrTx, Tx } from '../../platform/db/db.ts'
import type { Principal } from '../../platform/http/route.ts'
import { newId } from '../../platform/ids.ts'
import { notFound, Problem } from '../../platform/problem.ts'
import type { Content } from './board-fields.ts'

export type Sharing = 'private' | 'organisation' | 'teams'

export type Board = {
  id: string
  /** Null for those that are always there. */
  owner: string | null
  name: string
  sharing: Sharing
  team_ids: string[]
  content: Content
  revision: number
  created_at: Date | null
  updated_at: Date | null
}

export type NewBoard = Pick<Board, 'name' | 'sharing' | 'team_ids' | 'content'>
type Viewer = Pick<Principal, 'orgId' | 'actor' | 'reach'>

const ownMax = 100
/** Everybody's list holds them all. */
const sharedMax = 200

const columns = sql`id, owner, name, sharing, team_ids, content, revision, created_at, updated_at`

/** All that somebody sees: their own, then what is shared with them, each oldest first. */
export async function listBoards(db: DbOrTx, by: Viewer): Promise<Board[]> {
  const { rows } = await sql<Board>`
    select ${columns} from boards where org_id = ${by.orgId} and (owner = ${by.actor} or ${sharedWith(by)})
    order by owner <> ${by.actor}, id`.execute(db)
  return rows
}

/** @throws Problem('not_found') also for what is not shared with them */
export async function requireBoard(db: DbOrTx, by: Viewer, id: string, isHeld = false): Promise<Board> {
  const { rows } = await sql<Board>`
    select ${columns} from boards
    where org_id = ${by.orgId} and id = ${id} and (owner = ${by.actor} or ${sharedWith(by)})
    ${isHeld ? sql`for update` : sql``}`.execute(db)
  const [board] = rows
  if (!board) throw notFound()
  return board
}

function sharedWith({ orgId, reach }: Viewer): RawBuilder<boolean> {
  if (reach === 'all') return sql<boolean>`sharing <> 'private'`
  const lowered = reach.values.map((value) => value.toLowerCase())
  const isTheirs = {
    team: sql`lower(t.name) = any (${lowered}::text[])`,
    department: sql`lower(d.name) = any (${lowered}::text[])`,
    agent_id: sql`lower(t.name) in (
      select lower(a.team) from agents a where a.org_id = ${orgId} and a.id::text = any (${lowered}::text[]))`,
  }
  return sql<boolean>`(sharing = 'organisation' or sharing = 'teams' and exists (
    select from teams t join departments d on d.org_id = t.org_id and d.id = t.department_id
    where t.org_id = ${orgId} and t.id = any (boards.team_ids) and ${isTheirs[reach.column]}))`
}

/** @throws Problem('conflict', 'too_many_boards'), and as `requireMayShare` */
export async function createBoard(tx: Tx, by: Viewer, given: NewBoard): Promise<Board> {
  await lockBoards(tx, by.orgId)
  await requireRoom(tx, by.orgId, sql`owner = ${by.actor}`, ownMax, 'You have')
  await requireMayShare(tx, by, given)
  const { rows } = await sql<Board>`
    insert into boards (org_id, id, owner, name, sharing, team_ids, content)
    values (${by.orgId}, ${newId()}, ${by.actor}, ${given.name}, ${given.sharing}, ${teamsOf(given)}::uuid[],
      ${JSON.stringify(given.content)}::json)
    returning ${columns}`.execute(tx)
  return rows[0] as Board
}

export async function changeBoard(tx: Tx, by: Viewer, before: Board, change: Partial<NewBoard>): Promise<Board> {
  const after = { ...before, ...change }
  if (change.sharing !== undefined || change.team_ids !== undefined) {
    await lockBoards(tx, by.orgId)
    await requireMayShare(tx, by, after, before.sharing !== 'private')
  }
  const { rows } = await sql<Board>`
    update boards set name = ${after.name}, sharing = ${after.sharing}, team_ids = ${teamsOf(after)}::uuid[],
      content = ${JSON.stringify(after.content)}::json, revision = revision + 1, updated_at = now()
    where org_id = ${by.orgId} and id = ${before.id} returning ${columns}`.execute(tx)
  return rows[0] as Board
}

export async function deleteBoard(tx: Tx, orgId: string, id: string): Promise<void> {
  await sql`delete from boards where org_id = ${orgId} and id = ${id}`.execute(tx)
}

const teamsOf = ({ sharing, team_ids }: NewBoard) => (sharing === 'teams' ? [...new Set(team_ids)] : [])

const lockBoards = (tx: Tx, orgId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`boards ${orgId}`}, 0))`.execute(tx)

async function requireRoom(
  tx: Tx,
  orgId: string,
  which: RawBuilder<unknown>,
  most: number,
  who: string,
): Promise<void> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from boards where org_id = ${orgId} and ${which}`.execute(tx)
  if ((rows[0]?.n ?? 0) < most) return
  throw new Problem('conflict', 'too_many_boards', `${who} ${most} boards already. Delete one first.`)
}

/**
 * With those alone whose part of the organisation one sees oneself.
 * @throws Problem('forbidden', 'beyond_reach'), Problem('invalid', 'unknown_team'), Problem('conflict', 'too_many_boards')
 */
async function requireMayShare(tx: Tx, by: Viewer, board: NewBoard, isShared = false): Promise<void> {
  if (board.sharing === 'private') return
  const beyond = new Problem(
    'forbidden',
    'beyond_reach',
    'You can share a board with those whose work you see, and no others.',
  )
  if (board.sharing === 'organisation' && by.reach !== 'all') throw beyond
  if (board.sharing === 'teams') {
    const wanted = teamsOf(board)
    if (wanted.length === 0) {
      const detail = 'Name the teams that it is shared with, in team_ids.'
      throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'team_ids' } })
    }
    const { rows } = await sql<{ id: string; name: string; department: string }>`
      select t.id, t.name, d.name as department from teams t
      join departments d on d.org_id = t.org_id and d.id = t.department_id
      where t.org_id = ${by.orgId} and t.id = any (${wanted}::uuid[])`.execute(tx)
    if (rows.length < wanted.length) {
      const detail = 'One of the teams is not known. GET /v1/teams lists them.'
      throw new Problem('invalid', 'unknown_team', detail, { facts: { field: 'team_ids' } })
    }
    const { reach } = by
    const isSeen = ({ name, department }: { name: string; department: string }) => {
      if (reach === 'all') return true
      if (reach.column === 'agent_id') return false
      const own = (reach.column === 'team' ? name : department).toLowerCase()
      return reach.values.some((value) => value.toLowerCase() === own)
    }
    if (!rows.every(isSeen)) throw beyond
  }
  if (!isShared) await requireRoom(tx, by.orgId, sql`sharing <> 'private'`, sharedMax, 'The organisation shares')
}
