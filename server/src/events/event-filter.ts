// The condition of an endpoint, a stream or a reader: the filter language over an event. Fields are those of the event's
// data, and those of the event itself where the data has no field of that name.

import { matcher } from '../platform/filter/matcher.ts'
import { parseFilter } from '../platform/filter/parser.ts'

/** Of an event with whatever else is known of it. */
export type EventFilter = (event: { type: string; data: object }) => boolean

const keptMax = 1000
const kept = new Map<string, EventFilter>()

/**
 * Compiled once for each text.
 * @throws Problem('invalid', 'invalid_filter') with the position of the mistake
 */
export function eventFilter(text: string): EventFilter {
  const known = kept.get(text)
  if (known) return known
  const matches = matcher(parseFilter(text))
  const filter: EventFilter = ({ data, ...event }) => matches({ ...event, ...data, data })
  if (kept.size >= keptMax) kept.delete(kept.keys().next().value as string)
  kept.set(text, filter)
  return filter
}
