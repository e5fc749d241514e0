// Tells a page of news to all subscribers of an organisation who have heard of everything before it. What several of them
// get alike is made once.

import type { Db } from '../../platform/db/db.ts'
import type { Line } from '../../platform/http/line.ts'
import type { Principal } from '../../platform/http/route.ts'
import { sideBySide } from '../../platform/side-by-side.ts'
import type { AsSeenBy } from '../log/log-page.ts'
import type { LogEvent } from '../log/read-log.ts'
import { isSelected } from './selection.ts'
import { type Subscriber, waitingBytesMax } from './subscriber.ts'
import { eventBytes, eventText } from './wording.ts'

/** Maskings that are looked up at a time. */
const viewersMax = 4

type Parcel = { pieces: Buffer[]; sizeBytes: number; lastSeq: number }

/** What its live subscribers have heard of: everything up to `position`, and nothing after. */
export type OrgLine = Pick<Subscriber, 'here' | 'position'> & { orgId: string; live: Set<Subscriber> }

/**
 * Moves the line to the end of the page.
 * @returns those that cannot take it now: they are not live any more, and go on from their own place
 */
export type FanOut = (org: OrgLine, page: { events: LogEvent[]; end: number }) => Promise<Subscriber[]>

const viewerOf = ({ actor, reveals }: Principal) => `${actor} ${reveals}`

export function fanOut({ db, seenBy }: { db: Db; seenBy: AsSeenBy }): FanOut {
  return async (org, { events, end }) => {
    const { live } = org
    const views = new Map<string, LogEvent[]>()
    const viewers = new Map([...live].map(({ by }) => [viewerOf(by), by]))
    // Most see all, and cost nothing here.
    await sideBySide([...viewers], viewersMax, async ([name, by]) => {
      views.set(name, await seenBy(db, by, events))
    })

    // From here on nothing else runs: whoever is in `live` now gets all of it or nothing.
    const late: Subscriber[] = []
    const parcels = parcelMaker()
    for (const subscriber of live) {
      const { line, by, position, isEnded } = subscriber
      if (isEnded || position >= end) continue
      const view = views.get(viewerOf(by))
      const parcel = view && parcels(view, subscriber)
      // Who came, or whose rights changed, while masks were looked up has none; who is slow has no room.
      if (!parcel || parcel.sizeBytes + line.waitingBytes() > waitingBytesMax) {
        late.push(subscriber)
        live.delete(subscriber)
        continue
      }
      for (const piece of parcel.pieces) line.send(piece)
      subscriber.position = end
      subscriber.toldSeq = Math.max(subscriber.toldSeq, parcel.lastSeq)
    }
    org.position = end
    return late
  }
}

/** Made once for all who see the same, want the same and have heard the same. */
function parcelMaker(): (view: LogEvent[], subscriber: Subscriber) => Parcel {
  const texts = new Map<LogEvent, string>()
  const textOf = (event: LogEvent) => {
    const text = texts.get(event) ?? eventText(event)
    texts.set(event, text)
    return text
  }
  const bytes = { events: new Map<LogEvent, Buffer>(), socket: new Map<LogEvent, Buffer>() }
  const bytesOf = (kind: Line['kind'], event: LogEvent) => {
    const made = bytes[kind].get(event) ?? eventBytes(kind, event.seq, textOf(event))
    bytes[kind].set(event, made)
    return made
  }
  const made = new Map<LogEvent[], Map<string, Parcel>>()
  return (view, { line, selection, position }) => {
    const ofView = made.get(view) ?? new Map<string, Parcel>()
    made.set(view, ofView)
    // Only who has just caught up has heard of a part of the page.
    const from = Math.max(position, (view[0]?.seq ?? 0) - 1)
    const name = `${line.kind} ${from} ${selection.key}`
    const parcel =
      ofView.get(name) ??
      pack(
        line.kind,
        view.filter((one) => one.seq > position && isSelected(selection, one)),
        bytesOf,
      )
    ofView.set(name, parcel)
    return parcel
  }
}

function pack(
  kind: Line['kind'],
  events: LogEvent[],
  bytesOf: (kind: Line['kind'], event: LogEvent) => Buffer,
): Parcel {
  const pieces = events.map((event) => bytesOf(kind, event))
  const sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0)
  const lastSeq = events.at(-1)?.seq ?? 0
  // Events that follow each other leave in one write; messages of a WebSocket have a frame each. What no line has room for
  // is not copied: there may be one such parcel for each filter.
  const isOneWrite = kind === 'events' && pieces.length > 1 && sizeBytes <= waitingBytesMax
  return { pieces: isOneWrite ? [Buffer.concat(pieces)] : pieces, sizeBytes, lastSeq }
}
