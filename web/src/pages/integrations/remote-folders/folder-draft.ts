// The form of a remote folder as it is written, and as the API takes it.

import type { Folder, FolderSent } from './queries.ts'

export const weekDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Day = (typeof weekDays)[number]

export type FolderDraft = {
  name: string
  server_id: string
  path: string
  pattern: string
  depth: number | ''
  rhythm: 'every' | 'times'
  minutes: number | ''
  times: string
  days: Day[]
  complete: 'steady' | 'marker' | 'at_once'
  steadySeconds: number | ''
  suffix: string
  afterwards: 'leave' | 'move' | 'delete'
  to: string
  failedTo: string
  sidecars: 'used' | 'required' | 'off'
  unknownPeople: 'create_or_leave' | 'create' | 'leave' | 'refuse'
  emails: string
  notifyAfter: number | ''
}

export const folderDraftOf = (folder: Folder | undefined): FolderDraft => ({
  name: folder?.name ?? '',
  server_id: folder?.server_id ?? '',
  path: folder?.path ?? '',
  pattern: folder?.pattern ?? '{agent}_{date:YYYYMMDD-HHmmss}_{number}.wav',
  depth: folder?.depth ?? 0,
  rhythm: folder?.schedule.times ? 'times' : 'every',
  minutes: Math.round((folder?.schedule.every_seconds ?? 300) / 6) / 10,
  times: folder?.schedule.times?.join(', ') ?? '02:00',
  days: folder?.schedule.days ?? [],
  complete: folder?.complete_when.rule ?? 'steady',
  steadySeconds: folder?.complete_when.steady_seconds ?? 60,
  suffix: folder?.complete_when.suffix ?? '.done',
  afterwards: folder?.afterwards.rule ?? 'leave',
  to: folder?.afterwards.to ?? 'done/{date:YYYY/MM/DD}',
  failedTo: folder?.afterwards.failed_to ?? '',
  sidecars: folder?.sidecars ?? 'used',
  unknownPeople: folder?.options.unknown_people ?? 'create_or_leave',
  emails: folder?.notify_emails.join(', ') ?? '',
  notifyAfter: folder?.notify_after ?? 3,
})

const listOf = (text: string) => text.split(/[\s,;]+/).filter(Boolean)

function whole(draft: FolderDraft, options: Folder['options'] | undefined): FolderSent {
  const { name, server_id, path, pattern, depth, complete, afterwards, sidecars } = draft
  return {
    ...{ name, server_id, path, pattern, sidecars },
    depth: depth === '' ? 0 : depth,
    schedule:
      draft.rhythm === 'times'
        ? { times: listOf(draft.times), ...(draft.days.length > 0 ? { days: draft.days } : {}) }
        : { every_seconds: Math.round(60 * (draft.minutes || 5)) },
    complete_when: {
      rule: complete,
      ...(complete === 'steady' ? { steady_seconds: draft.steadySeconds || 60 } : {}),
      ...(complete === 'marker' ? { suffix: draft.suffix } : {}),
    },
    afterwards: {
      rule: afterwards,
      ...(afterwards === 'move' ? { to: draft.to } : {}),
      ...(draft.failedTo.trim() ? { failed_to: draft.failedTo } : {}),
    },
    options: { ...options, unknown_people: draft.unknownPeople },
    notify_emails: listOf(draft.emails),
    notify_after: draft.notifyAfter || 3,
  }
}

/** `folder`: only what differs from it. */
export function folderBodyOf(draft: FolderDraft, folder?: Folder): FolderSent {
  const now = whole(draft, folder?.options)
  if (!folder) return now
  const before = whole(folderDraftOf(folder), folder.options)
  const names = Object.keys(now) as (keyof FolderSent)[]
  return Object.fromEntries(
    names.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name])).map((name) => [name, now[name]]),
  ) as FolderSent
}
