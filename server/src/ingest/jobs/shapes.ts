// What a bulk load looks like inside the program: the job, its items, and what a source of items must be able to do.
// Types alone.

import type { Readable } from 'node:stream'
import type { AgentGiven } from '../../conversations/index.ts'
import type { Principal } from '../../platform/http/route.ts'
import type { Body } from '../flexible-body.ts'

export type JobSource = 'zip' | 'list' | 'remote_folder' | 'watch' | 'api'

/**
 * `open`: items are added by whoever made it. `uploading`: its bytes are still to come. `received`: they are here, and are
 * being read. `expanded`: its items are known, and are being taken in. `planned`: a dry run has ended. `partial`: it has
 * ended, and some items failed. `failed`: it could not be read at all.
 */
export type JobState =
  | 'open'
  | 'uploading'
  | 'received'
  | 'expanded'
  | 'planned'
  | 'done'
  | 'partial'
  | 'failed'
  | 'cancelled'

export type ItemState = 'waiting' | 'ok' | 'failed' | 'duplicate' | 'cancelled'

/** What is done with agents, teams and departments that are named and not known. `create_or_leave`: what can be created is. */
export type UnknownPeople = 'create_or_leave' | 'create' | 'leave' | 'refuse'

export type JobOptions = {
  unknown_people: UnknownPeople
  /** Whom a name that is not known stands for: the name as it was sent, in lower case, to that of one who is known. */
  people: { agents?: Record<string, string>; teams?: Record<string, string>; departments?: Record<string, string> }
  /** Take in again what is here already. */
  allow_duplicates: boolean
  /** Said of every item that does not say otherwise. */
  defaults: Body
  notify_emails: string[]
}

export type Part = { store_key: string; size_bytes: number }

export type Reason = { code: string; reason: string }

export type Counts = Record<'total' | ItemState, number>

export type IngestJob = {
  org_id: string
  id: string
  source: JobSource
  source_id: string | null
  name: string
  state: JobState
  is_dry_run: boolean
  options: JobOptions
  made_by: string
  sent_by: Pick<Principal, 'actor' | 'scopes' | 'reach'>
  request_id: string
  parts: Part[]
  file_url: string | null
  failure: Reason | null
  warnings: string[]
  findings: Findings
  counts: Counts | null
  created_at: Date
  ended_at: Date | null
  updated_at: Date
}

/** A name that is not known, how many items have it, and known names that it may be a misspelling of. */
export type UnknownName = { name: string; items: number; similar: string[] }

export type Findings = {
  agents?: UnknownName[]
  teams?: UnknownName[]
  departments?: UnknownName[]
  /** Rows of a table that name no file that is there: `metadata.csv line 7: call9.wav`. */
  rows_without_file?: string[]
  files_without_row?: string[]
  /** Files that are neither recordings nor chats nor tables. */
  ignored_files?: string[]
}

/** Where an item is in its source. */
export type Locator =
  | { entry: number; chat?: number }
  | { path: string; size_bytes: number; modified_at: string | null }
  | { url: string }
  /** Of open jobs: its state before it was opened once more. */
  | { was: ItemState }
  | Record<string, never>

export type NewItem = {
  name: string
  kind: 'recording' | 'chat'
  locator: Locator
  fields: Body
  size_bytes: number | null
  warnings: string[]
  /** It is known already that it cannot be taken in. */
  failure: Reason | null
}

export type IngestItem = Omit<NewItem, 'failure'> & {
  org_id: string
  job_id: string
  position: number
  state: ItemState
  file_id: string
  /** When it was listed, before any try; `warnings` has these and those of the newest try. */
  found_warnings: string[]
  conversation_id: string | null
  code: string | null
  reason: string | null
  attempt: number
}

export type PeopleSaid = { agent: AgentGiven | null; team: string | null; department: string | null }

/** What is made of the people and groups that an item names, by the job's options. */
export type SettlePeople = (
  said: PeopleSaid,
) => Promise<(PeopleSaid & { createsAgent: boolean; warnings: string[] }) | { failure: Reason }>

/** The place of an item in its job: accept.ts writes the outcome there, in the transaction that takes it in. */
export type ItemPlace = { jobId: string; position: number }

export type ItemContent =
  | {
      kind: 'recording'
      stream: Readable
      fileName: string | null
      contentType: string | null
      /** The date of the call, where nobody said another. */
      modifiedAt: Date | null
    }
  | { kind: 'chat'; fields: Body }

export type Expansion = { items: NewItem[]; warnings: string[]; findings: Findings }

/** A job's contents, opened for one run. What cannot be read at all is a Problem that fails the whole job. */
export type OpenSource = {
  /** All that is in it. Asked once a job. */
  expand(): Promise<Expansion>
  /** A Problem of the kinds invalid, too_large, forbidden and not_found fails this item alone. */
  read(item: IngestItem, signal: AbortSignal): Promise<ItemContent>
  /** After an outcome is committed. May be missed when the program is killed, and may come twice. */
  settled?(item: IngestItem, outcome: ItemState): Promise<void>
  close(): Promise<void>
}

export type Source = { open(job: IngestJob, signal: AbortSignal): Promise<OpenSource> }
