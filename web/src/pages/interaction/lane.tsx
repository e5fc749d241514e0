// What happens in the recording, under its waveform: the mood of the turns, and a line for each kind of span. Each line
// has its name beside it, how often and how long; colours only help.

import { Box, Text, useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Window } from './waveform.tsx'

export type Span = { startMs: number; endMs: number; colour: string }

const leastPx = 2

/** One line: spans within the window, drawn on a canvas, since a long call has thousands. */
export function Lane({
  label,
  note,
  about,
  spans,
  window,
  height = 10,
}: {
  label: string
  note?: string
  about: string
  spans: readonly Span[]
  window: Window
  height?: number
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => {
      const ratio = devicePixelRatio || 1
      const width = element.clientWidth
      element.width = width * ratio
      element.height = height * ratio
      const brush = element.getContext('2d')
      if (!brush) return
      brush.scale(ratio, ratio)
      brush.fillStyle = scheme === 'dark' ? 'rgba(255,255,255,.06)' : 'rgba(0,0,0,.045)'
      brush.fillRect(0, 0, width, height)
      const perMs = width / Math.max(1, window.toMs - window.fromMs)
      for (const { startMs, endMs, colour } of spans) {
        if (endMs < window.fromMs || startMs > window.toMs) continue
        const from = (startMs - window.fromMs) * perMs
        brush.fillStyle = colour
        brush.fillRect(from, 0, Math.max(leastPx, (endMs - startMs) * perMs), height)
      }
    }
    draw()
    const watch = new ResizeObserver(draw)
    watch.observe(element)
    return () => watch.disconnect()
  }, [spans, window.fromMs, window.toMs, height, scheme])
  return (
    <Box className="lane" title={about}>
      <Text size="xs" className="lane-name" truncate aria-hidden>
        {label}
        {note && (
          <Text span size="xs" c="dimmed">
            {' '}
            {note}
          </Text>
        )}
      </Text>
      <canvas ref={canvas} style={{ height }} role="img" aria-label={about} />
    </Box>
  )
}
