// What happens, as it happens: one stream of server-sent events for the whole page, which resumes by itself. Whoever may
// not read events (they tell of the whole organisation) asks now and then instead.

import { useEffect, useEffectEvent } from 'react'
import { useMay } from './session.ts'

export type LiveEvent = { id: string; type: string; seq: number; data: Record<string, unknown> }

type Listener = { types: readonly string[]; hear: (event: LiveEvent) => void }

const pollMs = 10_000
const listeners = new Set<Listener>()
let source: EventSource | null = null

const fits = (type: string, wanted: readonly string[]) =>
  wanted.some((one) => one === type || one === '*' || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))))

function hear(message: MessageEvent<string>) {
  const event = JSON.parse(message.data) as LiveEvent
  for (const listener of listeners) if (fits(event.type, listener.types)) listener.hear(event)
}

function listen(listener: Listener): () => void {
  listeners.add(listener)
  if (!source) {
    source = new EventSource('/v1/stream')
    source.onmessage = hear
    // After an end that says so, coming back would be refused again.
    source.addEventListener('end', ({ data }: MessageEvent<string>) => {
      if (!(JSON.parse(data) as { retry: boolean }).retry) source?.close()
    })
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    source?.close()
    source = null
  }
}

/** `hear` is called for each event of these types (`call.*` is allowed); with null where it cannot be known what happened. */
export function useLive(types: readonly string[], heard: (event: LiveEvent | null) => void): { isLive: boolean } {
  const isLive = useMay()('events:read')
  const tell = useEffectEvent(heard)
  const wanted = types.join(' ')
  useEffect(() => {
    if (isLive) return listen({ types: wanted.split(' '), hear: (event) => tell(event) })
    const timer = setInterval(() => document.visibilityState === 'visible' && tell(null), pollMs)
    return () => clearInterval(timer)
  }, [isLive, wanted])
  return { isLive }
}
