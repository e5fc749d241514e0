// What a client says about an ingest job when it is made: read from JSON or from the texts of a form, and checked at once,
// so that nobody learns of a mistake from ten thousand failed items.

import { type Static, type TObject, Type } from 'typebox'
import { normaliseEmail, type Org, resolveOrgId } from '../../access/index.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Fields } from '../../platform/http/route.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { readCallMetadata } from '../call-metadata.ts'
import { isNothing, unwrap } from '../flexible-body.ts'
import { people, readPeople } from './people-field.ts'
import type { JobOptions } from './shapes.ts'

export const itemsMax = 10_000
const urlCharsMax = 2048
const nameCharsMax = 300
const emailsMax = 20
const text = (charsMax: number, description?: string) =>
  Type.String({ minLength: 1, maxLength: charsMax, ...(description ? { description } : {}) })

export const unknownPeople = Type.Enum(['create_or_leave', 'create', 'leave', 'refuse'], {
  description: 'Agents, teams and departments that are not known: made, left out, or the item is refused',
})

/** May be said of every job. */
export const optionFields = {
  name: Type.Optional(text(nameCharsMax, 'What the job is called in lists')),
  dry_run: Type.Optional(Type.Boolean({ description: 'Tell what would happen, and take nothing in' })),
  unknown_people: Type.Optional(unknownPeople),
  people: Type.Optional(people),
  allow_duplicates: Type.Optional(Type.Boolean({ description: 'Take in again what is here already' })),
  defaults: Type.Optional(
    Type.Unsafe<Fields>(
      Type.Object({}, { additionalProperties: true, description: 'Metadata of items that do not say otherwise' }),
    ),
  ),
  notify_emails: Type.Optional(Type.Array(Type.String(), { maxItems: emailsMax })),
}

export const newJobFields = Type.Object({
  ...optionFields,
  file_url: Type.Optional(text(urlCharsMax, 'Where the ZIP or the list is fetched from')),
  items: Type.Optional(
    Type.Array(Type.Unsafe<Fields>(Type.Object({}, { additionalProperties: true })), {
      minItems: 1,
      maxItems: itemsMax,
      description: 'Chats, or calls with a `file_url`, each with its metadata',
    }),
  ),
  upload: Type.Optional(
    Type.Object(
      { file_name: Type.Optional(text(nameCharsMax)) },
      { additionalProperties: false, description: 'The file comes later: answers where to send it' },
    ),
  ),
  open: Type.Optional(Type.Literal(true, { description: 'Items are sent one by one, each naming this job' })),
  watcher_id: Type.Optional(Type.String({ format: 'uuid', description: 'Of an open job: the watcher that sends' })),
})
export type NewJobFields = Static<typeof newJobFields>

export const formFields = Type.Object(optionFields)
export type FormFields = Static<typeof formFields>

/** May be said anew when a planned job is started, or failed items are tried again. */
const changeableFields = {
  unknown_people: optionFields.unknown_people,
  people: optionFields.people,
  allow_duplicates: optionFields.allow_duplicates,
}

export const startFields = Type.Object(changeableFields)

export const retryFields = Type.Object({
  ...changeableFields,
  codes: Type.Optional(
    Type.Array(text(100), { minItems: 1, maxItems: 100, description: 'Only items that failed with one of these' }),
  ),
})

const doors = ['file_url', 'items', 'upload', 'open'] as const

/** @throws Problem('invalid', 'invalid_request') also where it is not said, or said twice, where the contents come from */
export function readNewJob(fields: Fields): NewJobFields {
  const given = readFields(newJobFields, fields)
  const named = doors.filter((door) => given[door] !== undefined)
  if (named.length !== 1) {
    const detail =
      named.length === 0
        ? 'Nothing to take in: send a file (multipart), or one of file_url, items, upload and open.'
        : `Send one of ${named.join(' and ')}, not both.`
    throw invalid(named[1] ?? 'file', detail)
  }
  if (given.watcher_id !== undefined && !given.open) throw invalid('watcher_id', 'Only an open job has a watcher_id.')
  if (given.open && given.dry_run) throw invalid('dry_run', 'An open job takes items as they come: it has no dry run.')
  return given
}

/** Forms hold nothing but text: what stands for true or false, a list or an object is read as that, in JSON too. */
export function readFields<T extends TObject>(schema: T, fields: Fields): Static<T> {
  const given = Object.entries(fields).filter(([, value]) => !isNothing(value))
  return strictFields(schema, Object.fromEntries(given.map(([name, value]) => [name, readText(name, value)])))
}

function readText(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  const word = value.trim()
  if (name === 'dry_run' || name === 'allow_duplicates' || name === 'open') {
    if (/^(true|1|yes)$/i.test(word)) return true
    return /^(false|0|no)$/i.test(word) ? false : value
  }
  if (name === 'unknown_people') return word.toLowerCase()
  if (name === 'notify_emails' && !word.startsWith('[')) return word.split(/[;,]/).map((one) => one.trim())
  if (name === 'people' || name === 'defaults' || name === 'notify_emails') return unwrap(word, name)
  return value
}

/**
 * The options of a job, all of them usable.
 * @throws Problem('invalid') that says which field is wrong, and how; 'not_found' as for an organisation of others
 */
export async function readOptions(
  db: Db,
  org: Org,
  { unknown_people, people, allow_duplicates, defaults, notify_emails }: FormFields,
  timeZone: string,
): Promise<Partial<JobOptions>> {
  if (defaults) await checkDefaults(db, org, defaults, timeZone)
  const unknown = unknown_people ?? org.settings.unknown_people
  return {
    ...(unknown ? { unknown_people: unknown } : {}),
    ...(people ? { people: await readPeople(db, org.id, people) } : {}),
    ...(allow_duplicates === undefined ? {} : { allow_duplicates }),
    ...(defaults ? { defaults } : {}),
    ...(notify_emails ? { notify_emails: readEmails(notify_emails) } : {}),
  }
}

/** What a single call would be warned of is refused here: it would be wrong of every item. */
async function checkDefaults(db: Db, org: Org, defaults: Fields, timeZone: string): Promise<void> {
  const said = readCallMetadata(defaults, { timeZone, now: new Date() })
  const [warning] = said.warnings
  if (warning)
    throw new Problem('invalid', 'invalid_defaults', `defaults: ${warning}`, { facts: { field: 'defaults' } })
  await resolveOrgId(db, org.id, said.orgId)
}

function readEmails(given: readonly string[]): string[] {
  return given.map((one) => {
    const email = normaliseEmail(one)
    if (email) return email
    throw invalid('notify_emails', `notify_emails: ${quote(one)} is no e-mail address.`)
  })
}

const quote = (text: string) => JSON.stringify(text.slice(0, 80))

const invalid = (field: string, detail: string) =>
  new Problem('invalid', 'invalid_request', detail, { facts: { field } })
