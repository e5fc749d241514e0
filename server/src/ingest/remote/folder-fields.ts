// What clients say of remote folders and what they are shown.

import { type Static, type TObject, Type } from 'typebox'
import { normaliseEmail } from '../../access/index.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { compilePattern } from '../../platform/path-pattern.ts'
import { Problem } from '../../platform/problem.ts'
import { type FormFields, unknownPeople } from '../jobs/job-fields.ts'
import { people } from '../jobs/people-field.ts'
import { readTarget } from './after-paths.ts'
import type { Afterwards, CompleteWhen, Folder, FolderSettings } from './folders.ts'
import { fileStates, type SeenFile } from './remote-files.ts'
import { days, type Schedule } from './schedule.ts'

const closed = { additionalProperties: false }
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const emailsMax = 20
const secondsOfDay = 86_400

const schedule = Type.Object(
  {
    every_seconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 7 * secondsOfDay })),
    times: Type.Optional(
      Type.Array(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }), {
        minItems: 1,
        maxItems: 48,
        description: 'Times of the day in the time zone of the organisation, as 02:30',
      }),
    ),
    days: Type.Optional(
      Type.Array(Type.Enum([...days]), { minItems: 1, maxItems: 7, description: 'With times; absent: all' }),
    ),
  },
  { ...closed, description: 'Either every_seconds or times. Absent: every 300 seconds' },
)
const completeWhen = Type.Object(
  {
    rule: Type.Enum(['steady', 'marker', 'at_once'], {
      description:
        'steady: seen with the same size and time at two looks; marker: a file of the same name with `suffix` lies beside it; at_once: files only get their name when they are complete',
    }),
    steady_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: secondsOfDay, description: 'Absent: 60' })),
    suffix: Type.Optional(Type.String({ pattern: '^\\.[A-Za-z0-9_.-]{1,20}$', description: 'Absent: .done' })),
  },
  closed,
)
const afterwards = Type.Object(
  {
    rule: Type.Enum(['leave', 'move', 'delete'], { description: 'What is done with files that were taken in' }),
    to: Type.Optional(
      orNull(
        Type.String({ maxLength: 300, description: 'With move: a folder in this one, such as done/{date:YYYY/MM/DD}' }),
      ),
    ),
    failed_to: Type.Optional(
      orNull(Type.String({ maxLength: 300, description: 'Where files go that cannot be taken in. Absent: they stay' })),
    ),
  },
  closed,
)
const options = Type.Object(
  {
    unknown_people: Type.Optional(unknownPeople),
    people: Type.Optional(people),
    allow_duplicates: Type.Optional(Type.Boolean({ description: 'Take in again what is here already' })),
    defaults: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'Metadata of files of which nothing else is said' }),
    ),
    notify_emails: Type.Optional(Type.Array(Type.String(), { maxItems: emailsMax, description: 'Told of each load' })),
  },
  { ...closed, description: 'Of the ingest jobs that the folder makes' },
)

const settings = {
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'Once in the organisation' }),
  server_id: Type.String({ format: 'uuid', maxLength: 100 }),
  path: Type.String({ maxLength: 1000, description: 'Below the folder that the server opens; empty: that one' }),
  pattern: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'Which files, and what their names tell. Absent: *',
  }),
  depth: Type.Integer({ minimum: 0, maximum: 20, description: 'How many folders deep; absent: 0, the folder alone' }),
  schedule,
  complete_when: completeWhen,
  afterwards,
  sidecars: Type.Enum(['used', 'required', 'off'], {
    description: 'Metadata files beside the recordings; absent: used',
  }),
  files_per_sync: Type.Integer({
    minimum: 1,
    maximum: 20_000,
    description: 'The rest follows, oldest first. Absent: 5000',
  }),
  since: orNull(
    Type.String({
      maxLength: 40,
      description: 'ISO 8601 with a zone: files that were last changed before are left alone. Absent: all are taken',
      examples: ['2026-01-01T00:00:00+02:00'],
    }),
  ),
  options,
  notify_emails: Type.Array(Type.String(), {
    maxItems: emailsMax,
    description: 'Told when it fails, and when it works again',
  }),
  notify_after: Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'Failures in a row before anybody is told; absent: 3',
  }),
  is_active: Type.Boolean({ description: 'false: paused' }),
}
type Name = keyof typeof settings
type Given = { [N in Name]?: Static<(typeof settings)[N]> }
const optional = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema)]),
) as {
  [N in Name]: ReturnType<typeof Type.Optional<(typeof settings)[N]>>
}

const example = {
  name: 'Recorder',
  server_id: '0197a3c1-0000-7000-8000-000000000000',
  path: 'recordings',
  pattern: '{team}/{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav',
  depth: 1,
  afterwards: { rule: 'move', to: 'done/{date:YYYY/MM/DD}', failed_to: 'failed' },
}
export const newFolderBody: TObject = Type.Object(
  { ...optional, name: settings.name, server_id: settings.server_id },
  { examples: [example] },
)
export const folderChangeBody: TObject = Type.Object(optional, { examples: [{ is_active: false }] })
export const testPatternBody = Type.Object(
  { pattern: settings.pattern, names: Type.Array(Type.String({ maxLength: 1000 }), { minItems: 1, maxItems: 200 }) },
  { examples: [{ pattern: example.pattern, names: ['Sales/anna_20240115-103000_+27110000001.wav'] }] },
)

const defaults: Omit<FolderSettings, 'name' | 'server_id'> = {
  path: '',
  pattern: '*',
  depth: 0,
  schedule: { every_seconds: 300 },
  complete_when: { rule: 'steady', steady_seconds: 60 },
  afterwards: { rule: 'leave' },
  sidecars: 'used',
  files_per_sync: 5000,
  since: null,
  options: {},
  notify_emails: [],
  notify_after: 3,
  is_active: true,
}

/** Everything but `options`, which are checked against what the organisation has. */
export type GivenFolder = { settings: FolderSettings; options: FormFields | undefined }

/** @throws Problem('invalid', 'invalid_request' | 'invalid_pattern') that names the field */
export function readNewFolder(fields: Record<string, unknown>): GivenFolder {
  const given = strictFields(newFolderBody, fields) as Given
  return checked({ ...defaults, name: given.name ?? '', server_id: given.server_id ?? '' }, given)
}

/** What is not named stays. @throws as readNewFolder does */
export const readFolderChange = (before: FolderSettings, fields: Record<string, unknown>): GivenFolder =>
  checked(before, strictFields(folderChangeBody, fields) as Given)

function checked(before: FolderSettings, given: Given): GivenFolder {
  const { schedule, complete_when, afterwards, options, notify_emails, path, pattern, since, ...plain } = given
  if (pattern !== undefined) compilePattern(pattern)
  const settings: FolderSettings = {
    ...before,
    ...plain,
    ...(pattern === undefined ? {} : { pattern }),
    ...(path === undefined ? {} : { path: readPath(path) }),
    ...(since === undefined ? {} : { since: since === null ? null : readMoment(since) }),
    ...(schedule ? { schedule: readSchedule(schedule) } : {}),
    ...(complete_when ? { complete_when: readCompleteWhen(complete_when) } : {}),
    ...(afterwards ? { afterwards: readAfterwards(afterwards) } : {}),
    ...(notify_emails ? { notify_emails: notify_emails.map(readEmail) } : {}),
  }
  return { settings: { ...settings, name: settings.name.trim() }, options: options as FormFields | undefined }
}

function readPath(path: string): string {
  const clean = path.replace(/^\/+|\/+$/g, '')
  if (/(^|\/)\.{1,2}(\/|$)|\p{Cc}/u.test(clean) || !clean.isWellFormed()) {
    throw invalid('path', 'must be a folder below that of the server, without . and .. between its slashes')
  }
  return clean
}

function readMoment(text: string): Date {
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : null
  if (at && /(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(at.getTime())) return at
  throw invalid('since', 'must be a time with its zone, such as 2026-01-01T00:00:00+02:00')
}

function readSchedule({ every_seconds, times, days }: Static<typeof schedule>): Schedule {
  if ((every_seconds === undefined) === (times === undefined)) {
    throw invalid('schedule', 'needs either every_seconds or times')
  }
  if (times) return { times: [...new Set(times)].sort(), ...(days ? { days: [...new Set(days)] } : {}) }
  if (days) throw invalid('schedule', 'days go with times')
  return { every_seconds: every_seconds as number }
}

function readCompleteWhen({ rule, steady_seconds, suffix }: Static<typeof completeWhen>): CompleteWhen {
  if (rule !== 'steady' && steady_seconds !== undefined)
    throw invalid('complete_when', 'steady_seconds goes with steady')
  if (rule !== 'marker' && suffix !== undefined) throw invalid('complete_when', 'suffix goes with marker')
  if (rule === 'steady') return { rule, steady_seconds: steady_seconds ?? 60 }
  return rule === 'marker' ? { rule, suffix: suffix ?? '.done' } : { rule: 'at_once' }
}

function readAfterwards({ rule, to, failed_to }: Static<typeof afterwards>): Afterwards {
  if (rule === 'move' && !to) throw invalid('afterwards', 'move needs a folder in `to`')
  if (rule !== 'move' && to) throw invalid('afterwards', 'a folder in `to` goes with move')
  return {
    rule: rule as Afterwards['rule'],
    ...(to ? { to: readTarget(to, 'afterwards.to') } : {}),
    ...(failed_to ? { failed_to: readTarget(failed_to, 'afterwards.failed_to') } : {}),
  }
}

function readEmail(given: string): string {
  const email = normaliseEmail(given)
  if (!email) throw invalid('notify_emails', `${JSON.stringify(given.slice(0, 80))} is no e-mail address`)
  return email
}

const invalid = (field: string, issue: string) =>
  new Problem('invalid', 'invalid_request', `${field}: ${issue}.`, { facts: { field, issue } })

const id = Type.String({ format: 'uuid' })
const moment = Type.String({ format: 'date-time' })
const text = Type.String()
const count = Type.Integer({ minimum: 0 })

export const folderAnswer = Type.Object({
  folder_id: id,
  ...settings,
  health: Type.Object({
    state: Type.Enum(['ok', 'failing', 'paused']),
    failed_step: orNull(Type.String({ description: 'As in the test of a server, or `sync`' })),
    reason: orNull(text),
    failing_since: orNull(moment),
    failures: Type.Integer({ minimum: 0, description: 'In a row' }),
    warnings: Type.Array(text, { description: 'What needs attention and stops nothing' }),
  }),
  is_syncing: Type.Boolean({ description: 'A sync is queued or under way' }),
  next_sync_at: moment,
  last_sync_at: orNull(moment),
  last_ok_at: orNull(moment),
  last_job_id: orNull(id),
  created_at: moment,
  updated_at: moment,
})

export const folderView = (folder: Folder) => ({
  folder_id: folder.id,
  ...Object.fromEntries(Object.keys(settings).map((name) => [name, folder[name as Name]])),
  health: {
    state: folder.is_active ? folder.health : 'paused',
    failed_step: folder.failure?.step ?? null,
    reason: folder.failure?.reason ?? null,
    failing_since: folder.failing_since,
    failures: folder.failures,
    warnings: folder.warnings,
  },
  is_syncing: folder.sync_id !== null,
  next_sync_at: folder.next_sync_at,
  last_sync_at: folder.last_sync_at,
  last_ok_at: folder.last_ok_at,
  last_job_id: folder.last_job_id,
  created_at: folder.created_at,
  updated_at: folder.updated_at,
})

export const fileState = Type.Enum([...fileStates])
export const fileCounts = Type.Object(Object.fromEntries(fileStates.map((state) => [state, count])))

export const fileAnswer = Type.Object({
  path: text,
  size_bytes: count,
  modified_at: orNull(moment),
  state: fileState,
  code: orNull(text),
  reason: orNull(Type.String({ description: 'Why it waits, was ignored or failed' })),
  first_seen_at: moment,
  is_there: Type.Boolean({ description: 'At the last look' }),
  job_id: orNull(id),
  position: orNull(count),
})

export const fileView = (folder: Folder, file: SeenFile) => ({
  path: file.path,
  size_bytes: file.size_bytes,
  modified_at: file.modified_at,
  state: file.state,
  code: file.code,
  reason: file.reason ?? (file.state === 'watching' ? waitingFor(folder) : null),
  first_seen_at: file.first_seen_at,
  is_there: file.gone_at === null,
  job_id: file.job_id,
  position: file.position,
})

function waitingFor({ complete_when: rule, sidecars }: Folder): string {
  const metadata = sidecars === 'required' ? ' and for its metadata' : ''
  if (rule.rule === 'steady') return `It waits to stay the same for ${rule.steady_seconds} s${metadata}.`
  if (rule.rule === 'marker') return `It waits for the file of the same name with ${rule.suffix}${metadata}.`
  return `It waits for the next sync${metadata}.`
}
