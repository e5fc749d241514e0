// Agents from a CSV `name,email,department,team`: read, planned, and written in one transaction, or only shown.

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import {
  createDepartment,
  departmentsNamed,
  insertTeam,
  listDepartments,
  listTeams,
  normaliseEmail,
  teamsNamed,
  tidyName,
  writeAudit,
} from '../access/index.ts'
import { readCsv, unescapeFormula } from '../platform/csv.ts'
import { insertRows, type Tx } from '../platform/db/db.ts'
import { together } from '../platform/db/together.ts'
import type { Principal } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { linkEarlier } from './agent-links.ts'
import {
  type ImportRow,
  type Known,
  type Outcome,
  type Plan,
  type Planned,
  planImport,
  type Unmatched,
} from './import-plan.ts'
import { likenessTo } from './name-likeness.ts'
import type { Agent } from './people.ts'
import { agentsWithin } from './reach.ts'

export const importRowsMax = 10_000
export const importBytesMax = 4 * 1024 * 1024

const columns = ['name', 'email', 'department', 'team'] as const

export type ImportFile = { rows: ImportRow[]; warnings: string[]; sha256: string }

/** @throws Problem('invalid') for what is no such table, as readCsv does */
export function readAgentsCsv(bytes: Uint8Array): ImportFile {
  const { header, rows } = readCsv(bytes, { rowsMax: importRowsMax })
  const places = columns.map((name) => header.indexOf(name))
  if (!header.includes('name') && !header.includes('email')) {
    const detail = "CSV does not contain 'name' or 'email' header. Its columns are name,email,department,team."
    throw new Problem('invalid', 'invalid_csv', detail)
  }
  const unknown = header.filter((name) => !(columns as readonly string[]).includes(name)).slice(0, 10)
  const warnings = unknown.length > 0 ? [`Columns that are not read: ${unknown.join(', ').slice(0, 300)}.`] : []
  const cell = (values: string[], place: number) => tidyName(unescapeFormula(values[place] ?? ''))
  return {
    rows: rows.map(({ line, values }) => {
      const [name = '', email = '', department = '', team = ''] = places.map((place) => cell(values, place))
      return { line, name, email, department, team }
    }),
    warnings,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

export type ImportResult = {
  is_applied: boolean
  counts: Record<Outcome, number>
  departments_created: string[]
  teams_created: string[]
  linked_conversations: number
  rows: (Omit<ImportRow, 'department' | 'team'> & {
    outcome: Outcome
    agent_id: string | null
    reason: string | null
    /** Of a dry run: known names that this one may be a misspelling of. */
    similar?: { agents?: string[]; teams?: string[]; departments?: string[] }
  })[]
  warnings: string[]
}

/**
 * With `unmatched: 'refuse'`, one row with an unknown team or department stops the whole import.
 * @param isDry nothing is written; the answer is what would happen, with similar names
 */
export async function importAgents(
  tx: Tx,
  by: Principal,
  file: ImportFile,
  options: { unmatched: Unmatched; isDry: boolean; requestId: string },
): Promise<ImportResult> {
  const known = await readKnown(tx, by.orgId, file.rows)
  const plan = planImport(by, file.rows, known, options.unmatched)
  const isStopped = options.unmatched === 'refuse' && plan.planned.some(({ isUnmatched }) => isUnmatched)
  const isApplied = !options.isDry && !isStopped
  const made = isApplied ? await apply(tx, by, file, plan, options.requestId) : { ids: new Map(), linked: 0 }
  const counts: Record<Outcome, number> = { created: 0, updated: 0, unchanged: 0, skipped: 0, refused: 0 }
  for (const { outcome } of plan.planned) counts[outcome] += 1
  const similarTo = options.isDry ? await similarNames(tx, by, known) : null
  return {
    is_applied: isApplied,
    counts,
    departments_created: plan.newDepartments,
    teams_created: plan.newTeams.map(({ name }) => name),
    linked_conversations: made.linked,
    rows: plan.planned.map((one) => {
      const { row, outcome, reason, agent } = one
      const { line, name, email } = row
      const agent_id = agent?.id ?? made.ids.get(one) ?? null
      const shown = { line, name, email, outcome, agent_id, reason: reason ?? null }
      const similar = similarTo?.(one)
      return similar ? { ...shown, similar } : shown
    }),
    warnings: file.warnings,
  }
}

async function readKnown(tx: Tx, orgId: string, rows: ImportRow[]): Promise<Known> {
  const namesOf = (key: 'team' | 'department') => [...new Set(rows.map((row) => row[key]))].filter(Boolean)
  const emails = [...new Set(rows.flatMap(({ email }) => normaliseEmail(email) ?? []))]
  const names = [...new Set(rows.filter(({ email }) => !email).map(({ name }) => name))]
  const [byEmail, byName, teams, departments] = await together(
    agentsNamed(tx, orgId, 'email', emails),
    agentsNamed(tx, orgId, 'name', names),
    teamsNamed(tx, orgId, namesOf('team')),
    departmentsNamed(tx, orgId, namesOf('department')),
  )
  return { byEmail, byName, teams, departments }
}

/** By this name of theirs in lower case, also where it is that of a duplicate. */
async function agentsNamed(tx: Tx, orgId: string, column: 'email' | 'name', words: string[]) {
  const { rows } = await sql<Agent & { word: string }>`
    select s.*, a.${sql.ref(column)} as word
    from unnest(${words}::text[]) as given (word)
    join agents a on a.org_id = ${orgId} and lower(a.${sql.ref(column)}) = lower(given.word)
    join agents s on s.org_id = ${orgId} and s.id = coalesce(a.merged_into, a.id)`.execute(tx)
  const found = new Map<string, Map<string, Agent>>()
  for (const { word, ...agent } of rows) {
    const list = found.get(word.toLowerCase()) ?? new Map<string, Agent>()
    found.set(word.toLowerCase(), list.set(agent.id, agent))
  }
  return new Map([...found].map(([word, list]) => [word, [...list.values()]]))
}

async function apply(tx: Tx, by: Principal, file: ImportFile, plan: Plan, requestId: string) {
  const { orgId, actor } = by
  const departments = new Map<string, string>()
  for (const name of plan.newDepartments) departments.set(name, (await createDepartment(tx, by, { name })).id)
  const known = await departmentsNamed(
    tx,
    orgId,
    plan.newTeams.map(({ department }) => department),
  )
  const groups: { action: string; target: string; data: Record<string, unknown> }[] = [...departments].map(
    ([name, target]) => ({ action: 'department.create', target, data: { name } }),
  )
  for (const { name, department } of plan.newTeams) {
    const id = departments.get(department) ?? (known.get(department.toLowerCase())?.id as string)
    const made = await insertTeam(tx, orgId, name, id)
    groups.push({ action: 'team.create', target: made.id, data: { name, department } })
  }
  const created = plan.planned.filter(({ outcome }) => outcome === 'created')
  const updated = plan.planned.filter(({ outcome }) => outcome === 'updated')
  const ids = new Map(created.map((one) => [one, newId()]))
  const now = new Date().toISOString()
  const rows = created.map((one) => ({
    org_id: orgId,
    id: ids.get(one) as string,
    name: one.row.name || null,
    email: one.email ?? null,
    external_id: null,
    ...(one.place as { team: string | null; department: string | null }),
    is_active: true,
    created_at: now,
    updated_at: now,
    merged_into: null,
  }))
  await insertRows(tx, 'agents', rows).catch(refuseMeanwhile)
  const changes = updated.map(({ agent, row, place }) => ({ id: agent?.id, name: row.name || agent?.name, ...place }))
  await sql`
    update agents a set name = k.name, team = k.team, department = k.department, updated_at = now()
    from json_to_recordset(${JSON.stringify(changes)}::json) as k (id uuid, name text, team text, department text)
    where a.org_id = ${orgId} and a.id = k.id`.execute(tx)
  const renamed = updated.flatMap(({ agent, row, place }) =>
    agent && row.name && row.name !== agent.name ? [{ ...agent, ...place, name: row.name }] : [],
  )
  const linked = await linkEarlier(tx, [...rows.map((row) => row as unknown as Agent), ...renamed])
  const entry = (one: Planned) => ({
    action: one.agent ? 'agent.change' : 'agent.create',
    target: one.agent?.id ?? (ids.get(one) as string),
    data: { import: file.sha256, ...(one.agent ? { before: placeData(one.agent) } : {}), after: placeData(one.place) },
  })
  await writeAudit(
    tx,
    [...groups, ...created.map(entry), ...updated.map(entry)].map((one) => ({ orgId, actor, requestId, ...one })),
  )
  return { ids, linked }
}

const placeData = (place: { team: string | null; department: string | null } | undefined) => ({
  team: place?.team ?? null,
  department: place?.department ?? null,
})

/** PostgreSQL's unique_violation: somebody else has written since the plan was made. */
function refuseMeanwhile(error: { code?: string }): never {
  if (error.code !== '23505') throw error
  const detail = 'Agents of this file were created while it was read. Send it again.'
  throw new Problem('conflict', 'changed_meanwhile', detail, { cause: error })
}

const namesMax = 20_000

/** Only names that the caller has access to. */
async function similarNames(tx: Tx, by: Principal, known: Known) {
  const agents = await tx
    .selectFrom('agents')
    .select('name')
    .where('org_id', '=', by.orgId)
    .where('name', 'is not', null)
    .where(agentsWithin(by))
    .limit(namesMax)
    .execute()
  const names = (list: { name: string | null }[]) => list.map(({ name }) => name ?? '')
  const likeAgents = likenessTo(names(agents))
  const likeTeams = likenessTo(names(await listTeams(tx, by, { limit: namesMax })))
  const likeDepartments = likenessTo(names(await listDepartments(tx, by, { limit: namesMax })))
  return ({ row, agent }: Planned): ImportResult['rows'][number]['similar'] | null => {
    const found = {
      agents: agent || !row.name ? [] : likeAgents(row.name),
      teams: known.teams.has(row.team.toLowerCase()) ? [] : likeTeams(row.team),
      departments: known.departments.has(row.department.toLowerCase()) ? [] : likeDepartments(row.department),
    }
    const entries = Object.entries(found).filter(([, list]) => list.length > 0)
    return entries.length > 0 ? Object.fromEntries(entries) : null
  }
}
