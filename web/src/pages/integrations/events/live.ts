// The live tail: events as they happen, by server-sent events. The browser comes back by itself with the last place; where
// the server has ended the stream and says that one may come back, this does.

import { useEffect, useState } from 'react'
import type { Event, EventsWanted } from './queries.ts'

export type LiveState = 'off' | 'connecting' | 'live' | 'ended'

const keptMax = 500
const backAfterMs = 3000

export function useLive(isOn: boolean, wanted: EventsWanted): { state: LiveState; events: Event[]; reason: string } {
  const [state, setState] = useState<LiveState>('off')
  const [events, setEvents] = useState<Event[]>([])
  const [reason, setReason] = useState('')
  const { types, filter, conversation_id } = wanted
  useEffect(() => {
    setEvents([])
    setReason('')
    if (!isOn) return setState('off')
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = ''

    function open() {
      const query = new URLSearchParams(
        Object.entries({ types, filter, conversation_id, after: last }).filter((pair): pair is [string, string] =>
          Boolean(pair[1]),
        ),
      )
      setState('connecting')
      const stream = new EventSource(`/v1/stream?${query}`)
      source = stream
      stream.onopen = () => setState('live')
      stream.onmessage = ({ data, lastEventId }) => {
        last = lastEventId
        const event = JSON.parse(data) as Event
        setEvents((before) => [event, ...before].slice(0, keptMax))
      }
      stream.addEventListener('end', ({ data }) => {
        const said = JSON.parse(data) as { message: string; retry: boolean }
        stream.close()
        setReason(said.message)
        setState('ended')
        if (said.retry) timer = setTimeout(open, backAfterMs)
      })
      stream.onerror = () => {
        // Refused, where it does not try again by itself.
        if (stream.readyState === EventSource.CLOSED) {
          setState('ended')
          timer = setTimeout(open, 5 * backAfterMs)
        } else setState('connecting')
      }
    }

    open()
    return () => {
      clearTimeout(timer)
      source?.close()
    }
  }, [isOn, types, filter, conversation_id])
  return { state, events, reason }
}
