// Departments and teams over REST. What may be done to them is told in departments.ts and teams.ts.

import { Type } from 'typebox'
import type { Db } from '../../platform/db/db.ts'
import { etagHeader } from '../../platform/http/etag.ts'
import { cursorPages, isRowId, pageAnswer } from '../../platform/http/paging.ts'
import { type Answer, ok, type Route, route } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { requireUuid } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { writeAudit } from '../audit/write.ts'
import { writeOnce } from '../write-once.ts'
import {
  changeDepartment,
  createDepartment,
  type DepartmentWithTeams,
  deleteDepartment,
  departmentVersion,
  listDepartments,
  requireDepartment,
} from './departments.ts'
import { colours, type NameBearers, readName } from './names.ts'
import {
  changeTeam,
  createTeam,
  deleteTeam,
  insertTeam,
  listTeams,
  requireTeam,
  type Team,
  teamVersion,
} from './teams.ts'

const tag = 'Departments and teams'
const byId = Type.Object({ id: Type.String({ maxLength: 200 }) })
const name = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'At most 30 letters, digits, spaces, hyphens, underscores and ampersands; once in the organisation',
})
const colour = Type.Union(
  colours.map((one) => Type.Literal(one)),
  { description: 'Of one department alone' },
)
const id = Type.String({ format: 'uuid' })
const etag = Type.String({ description: 'For `If-Match`' })
const cursor = Type.Optional(Type.String({ maxLength: 200, description: '`next_cursor` of the page before' }))
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'More is read as 200' }))
const teamsMax = 100
const pageOf = cursorPages('i', isRowId)

const departmentAnswer = Type.Object({
  department_id: id,
  name: Type.String(),
  colour: Type.Union([Type.String(), Type.Null()], { description: 'Null where all fourteen are in use' }),
  teams: Type.Array(Type.Object({ team_id: id, name: Type.String() })),
  created_at: Type.String({ format: 'date-time' }),
  etag,
})
const teamAnswer = Type.Object({
  team_id: id,
  name: Type.String(),
  department_id: id,
  department: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
  etag,
})

const newDepartment = Type.Object({
  name,
  colour: Type.Optional(colour),
  teams: Type.Array(name, { minItems: 1, maxItems: teamsMax, description: 'A department has at least one' }),
})
const departmentChange = Type.Object({ name: Type.Optional(name), colour: Type.Optional(colour) })
const newTeam = Type.Object({ name, department_id: Type.String({ maxLength: 100 }) })
const teamChange = Type.Object({
  name: Type.Optional(name),
  department_id: Type.Optional(Type.String({ maxLength: 100, description: 'Moves the team with its agents' })),
})

const matching = 'With `If-Match`, only if nobody changed it since.'
const renaming =
  'A new name is shown everywhere at once, on old conversations too, and whoever had access to the old name has it to the new one.'

export function teamRoutes({ db, secrets, bearers }: { db: Db; secrets: Secrets; bearers: NameBearers }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/departments'],
      summary: 'List departments with their teams',
      tag,
      auth: 'users:read',
      query: Type.Object({ cursor, limit }),
      answers: {
        200: {
          description: 'Those that you have access to, oldest first',
          schema: pageAnswer('departments', departmentAnswer),
        },
      },
      async handle({ by, query }) {
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last }) => listDepartments(db, by, { limit, after: last ?? undefined }),
          ({ id }) => id,
        )
        return ok({ departments: rows.map(departmentView), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/departments'],
      summary: 'Create a department with its first teams',
      tag,
      auth: 'teams:manage',
      body: newDepartment,
      answers: { 201: { description: 'The department', schema: departmentAnswer }, 409: { description: 'Taken' } },
      async handle(call) {
        const { by } = call
        const input = strictFields(newDepartment, await call.fields())
        return writeOnce({ db, secrets }, call, input, async (tx) => {
          const made = await createDepartment(tx, by, input)
          for (const one of input.teams) await insertTeam(tx, by.orgId, readName('team', one), made.id)
          const body = departmentView(await requireDepartment(tx, by, made.id))
          const data = { name: made.name, teams: body.teams.map((one) => one.name) }
          const answer = { ...shown(body), status: 201 }
          return { answer, action: 'department.create', target: made.id, data }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/departments/:id'],
      summary: 'Read a department',
      tag,
      auth: 'users:read',
      params: byId,
      answers: { 200: { description: 'The department', schema: departmentAnswer } },
      handle: async ({ by, params }) => shown(departmentView(await requireDepartment(db, by, requireUuid(params.id)))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/departments/:id'],
      summary: 'Change the name or colour of a department',
      description: `${renaming} ${matching}`,
      tag,
      auth: 'teams:manage',
      params: byId,
      body: departmentChange,
      answers: {
        200: { description: 'The department', schema: departmentAnswer },
        409: { description: 'Taken, or changed since that `etag`' },
      },
      async handle(call) {
        const { by, params } = call
        await requireDepartment(db, by, requireUuid(params.id))
        const input = strictFields(departmentChange, await call.fields())
        return writeOnce({ db, secrets }, call, input, async (tx) => {
          const { before, after } = await changeDepartment(tx, call, requireUuid(params.id), input, bearers)
          // The caller's own reach may bear the name that is no more.
          const changed = await requireDepartment(tx, { ...by, reach: 'all' }, after.id)
          const data = { before: pick(before), after: pick(after) }
          const answer = shown(departmentView(changed))
          return { answer, action: 'department.change', target: after.id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/departments/:id'],
      summary: 'Delete a department with its teams; no active agent may be in it',
      tag,
      auth: 'teams:manage',
      params: byId,
      answers: { 204: { description: 'Deleted; conversations keep the names' }, 409: { description: 'Has agents' } },
      async handle({ by, params, requestId }) {
        await db.transaction().execute(async (tx) => {
          const gone = await deleteDepartment(tx, by, requireUuid(params.id), bearers)
          const data = { name: gone.name, teams: gone.teams.map((one) => one.name) }
          await writeAudit(tx, [
            { orgId: by.orgId, actor: by.actor, action: 'department.delete', target: gone.id, requestId, data },
          ])
        })
        return { status: 204 }
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/teams'],
      summary: 'List teams',
      tag,
      auth: 'users:read',
      query: Type.Object({ cursor, limit, department_id: Type.Optional(Type.String({ maxLength: 100 })) }),
      answers: {
        200: {
          description: 'Those that you have access to, oldest first',
          schema: pageAnswer('teams', teamAnswer),
        },
      },
      async handle({ by, query }) {
        const departmentId = query.department_id === undefined ? undefined : requireUuid(query.department_id)
        const { rows, next_cursor } = await pageOf(
          query,
          ({ limit, last }) => listTeams(db, by, { limit, after: last ?? undefined, departmentId }),
          ({ id }) => id,
        )
        return ok({ teams: rows.map(teamView), next_cursor })
      },
    }),
    route({
      method: 'POST',
      paths: ['/v1/teams'],
      summary: 'Create a team in a department',
      tag,
      auth: 'teams:manage',
      body: newTeam,
      answers: { 201: { description: 'The team', schema: teamAnswer }, 409: { description: 'The name is taken' } },
      async handle(call) {
        const { by } = call
        const input = strictFields(newTeam, await call.fields())
        return writeOnce({ db, secrets }, call, input, async (tx) => {
          const made = await createTeam(tx, by, { name: input.name, departmentId: requireUuid(input.department_id) })
          const data = { name: made.name, department: made.department }
          const answer = { ...shown(teamView(made)), status: 201 }
          return { answer, action: 'team.create', target: made.id, data }
        })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/teams/:id'],
      summary: 'Read a team',
      tag,
      auth: 'users:read',
      params: byId,
      answers: { 200: { description: 'The team', schema: teamAnswer } },
      handle: async ({ by, params }) => shown(teamView(await requireTeam(db, by, requireUuid(params.id)))),
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/teams/:id'],
      summary: 'Rename a team, or move it to another department',
      description: `${renaming} A team that moves takes its agents along; conversations stay where they were. ${matching}`,
      tag,
      auth: 'teams:manage',
      params: byId,
      body: teamChange,
      answers: {
        200: { description: 'The team', schema: teamAnswer },
        409: { description: 'Taken, the last team, or changed since that `etag`' },
      },
      async handle(call) {
        const { by, params } = call
        await requireTeam(db, by, requireUuid(params.id))
        const input = strictFields(teamChange, await call.fields())
        const change = {
          name: input.name,
          departmentId: input.department_id === undefined ? undefined : requireUuid(input.department_id),
        }
        return writeOnce({ db, secrets }, call, input, async (tx) => {
          const { before, after } = await changeTeam(tx, call, requireUuid(params.id), change, bearers)
          const facts = (team: Team) => ({ name: team.name, department: team.department })
          const data = { before: facts(before), after: facts(after) }
          return { answer: shown(teamView(after)), action: 'team.change', target: after.id, data }
        })
      },
    }),
    route({
      method: 'DELETE',
      paths: ['/v1/teams/:id'],
      summary: 'Delete a team; no active agent may be in it, and it may not be the last of its department',
      tag,
      auth: 'teams:manage',
      params: byId,
      answers: { 204: { description: 'Deleted; conversations keep the name' }, 409: { description: 'In use' } },
      async handle({ by, params, requestId }) {
        await db.transaction().execute(async (tx) => {
          const gone = await deleteTeam(tx, by, requireUuid(params.id), bearers)
          const data = { name: gone.name, department: gone.department }
          await writeAudit(tx, [
            { orgId: by.orgId, actor: by.actor, action: 'team.delete', target: gone.id, requestId, data },
          ])
        })
        return { status: 204 }
      },
    }),
  ]
}

const pick = ({ name, colour }: { name: string; colour: string | null }) => ({ name, colour })

const shown = <View extends { etag: string }>(view: View): Answer => ok(view, etagHeader(view))

const departmentView = (department: DepartmentWithTeams) => ({
  department_id: department.id,
  name: department.name,
  colour: department.colour,
  teams: department.teams.map((one) => ({ team_id: one.id, name: one.name })),
  created_at: department.created_at,
  ...departmentVersion(department),
})

const teamView = (team: Team) => ({
  team_id: team.id,
  name: team.name,
  department_id: team.department_id,
  department: team.department,
  created_at: team.created_at,
  ...teamVersion(team),
})
