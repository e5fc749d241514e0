// The event log read backwards, as people look at it: the log itself is read forwards, so each page asks for the stretch of
// numbers before the one that is shown.

import type { Answer } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { asFailure } from '../../../api/failure.ts'

export type Event = Answer<'/v1/events/{id}', 'get'>
export type EventsWanted = { types?: string; filter?: string; conversation_id?: string }

const pageSize = 200
/** How many numbers a step looks back: all of them are events at most; with a condition, few of them fit. */
const stretch = (wanted: EventsWanted) => (Object.values(wanted).some(Boolean) ? 5000 : pageSize)
const stepsMax = 4

const read = (query: EventsWanted & { after?: number; limit: number }) =>
  told(api.GET('/v1/events', { params: { query } }))

/** @param cursor below which `seq` is to be; absent: the newest */
export async function readEvents(wanted: EventsWanted, cursor: string | undefined) {
  let below = cursor ? Number(cursor) : (await read({ limit: 1 })).highest_seq + 1
  const rows: Event[] = []
  for (let step = 0; step < stepsMax && below > 1 && rows.length < 20; step += 1) {
    const { found, from } = await readStretch(wanted, Math.max(0, below - 1 - stretch(wanted)), below)
    rows.push(...found.reverse())
    below = from + 1
    if (from === 0) break
  }
  return { rows, next: below > 1 ? String(below) : null }
}

async function readStretch(
  wanted: EventsWanted,
  from: number,
  below: number,
): Promise<{ found: Event[]; from: number }> {
  const found: Event[] = []
  try {
    for (let after = from; ; ) {
      const page = await read({ ...wanted, after, limit: pageSize })
      found.push(...page.events.filter(({ seq }) => seq < below))
      after = page.next_after
      if (!page.has_more || after >= below - 1) return { found, from }
    }
  } catch (error) {
    const { code, facts } = asFailure(error)
    // What is older is not kept any more: this is the beginning.
    const first = Number(facts.resume_after)
    if (code !== 'events_expired' || !(first > from)) throw error
    if (first >= below - 1) return { found: [], from: 0 }
    return { ...(await readStretch(wanted, first, below)), from: 0 }
  }
}

/** The newest event, if there is one. */
export const headQuery = {
  queryKey: ['events', 'head'],
  async queryFn(): Promise<{ newest: Event | undefined }> {
    const { highest_seq } = await read({ limit: 1 })
    if (highest_seq === 0) return { newest: undefined }
    const { events } = await read({ after: highest_seq - 1, limit: 1 })
    return { newest: events[0] }
  },
}
