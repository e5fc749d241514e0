// The picture of the sound: a line for each channel, drawn by wavesurfer.js from peaks that the server has found. It
// decodes nothing; the sound is the player's element.

import { Box, useComputedColorScheme } from '@mantine/core'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type WaveSurfer from 'wavesurfer.js'
import { clock } from '../../components/figures.tsx'
import { usePlayback } from './playback.ts'
import type { Waveform as Peaks } from './queries.ts'

export type Window = { fromMs: number; toMs: number }

const stepMs = 5000
const pageMs = 30_000
const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/** Waves and what has been played of them; the same pairs as the words "agent" and "customer" have elsewhere. */
const colours = {
  light: [
    { waveColor: '#8ab8c4', progressColor: '#0b7285' },
    { waveColor: '#b7a9d6', progressColor: '#6741d9' },
  ],
  dark: [
    { waveColor: '#3d6d79', progressColor: '#3bb2cf' },
    { waveColor: '#5d5184', progressColor: '#b197fc' },
  ],
}

export function Waveform({
  peaks,
  audio,
  height,
  pixelsPerS,
  onWindow,
}: {
  peaks: Peaks
  audio: HTMLAudioElement | null
  /** Of each channel. */
  height: number
  /** 0: the whole recording in the width that there is. */
  pixelsPerS: number
  onWindow: (window: Window) => void
}) {
  const { t } = useTranslation('interaction')
  const playback = usePlayback()
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const slider = useRef<HTMLDivElement>(null)
  const drawn = useRef<WaveSurfer | null>(null)
  const durationMs = peaks.duration_ms
  const told = useEffectEvent((fromS: number, toS: number) =>
    onWindow({ fromMs: fromS * 1000, toMs: Math.min(toS * 1000, durationMs) }),
  )
  const zoom = useEffectEvent(() => drawn.current?.zoom(pixelsPerS))

  useEffect(() => {
    const container = place.current
    if (!container) return
    let isGone = false
    let own: WaveSurfer | undefined
    void import('wavesurfer.js').then(({ default: Waves }) => {
      if (isGone) return
      own = Waves.create({
        container,
        peaks: peaks.channels.map((channel) => channel.peaks),
        duration: durationMs / 1000,
        height,
        splitChannels: peaks.channels.map((_, index) => colours[scheme][index % 2] ?? {}),
        cursorColor: scheme === 'dark' ? '#f1f3f5' : '#212529',
        cursorWidth: 2,
        barWidth: 2,
        barGap: 1,
        barMinHeight: 1,
        normalize: true,
        dragToSeek: true,
        autoScroll: true,
        autoCenter: false,
        hideScrollbar: false,
        cspNonce: nonce(),
        ...(audio ? { media: audio } : {}),
      })
      drawn.current = own
      own.on('interaction', (seconds) => playback.jump(seconds * 1000))
      own.on('scroll', (from, to) => told(from, to))
      own.on('ready', () => {
        zoom()
        own?.setTime(playback.nowMs() / 1000)
      })
    })
    return () => {
      isGone = true
      drawn.current = null
      own?.destroy()
    }
  }, [peaks, audio, height, scheme, durationMs, playback])

  useEffect(() => {
    if (drawn.current?.getDecodedData()) drawn.current.zoom(pixelsPerS)
    if (pixelsPerS === 0) told(0, durationMs / 1000)
  }, [pixelsPerS, durationMs])

  useEffect(() => {
    const show = () => {
      const now = Math.round(playback.nowMs())
      slider.current?.setAttribute('aria-valuenow', String(Math.round(now / 1000)))
      slider.current?.setAttribute(
        'aria-valuetext',
        t('player.position', { now: clock(now / 1000), all: clock(durationMs / 1000) }),
      )
      // Without sound nobody moves the cursor but us.
      if (!audio && drawn.current?.getDecodedData()) drawn.current.setTime(now / 1000)
    }
    show()
    return playback.watch(show)
  }, [playback, audio, durationMs, t])

  const steps: Record<string, () => number> = {
    ArrowLeft: () => playback.nowMs() - stepMs,
    ArrowDown: () => playback.nowMs() - stepMs,
    ArrowRight: () => playback.nowMs() + stepMs,
    ArrowUp: () => playback.nowMs() + stepMs,
    PageDown: () => playback.nowMs() - pageMs,
    PageUp: () => playback.nowMs() + pageMs,
    Home: () => 0,
    End: () => durationMs,
  }
  return (
    <Box
      ref={slider}
      role="slider"
      tabIndex={0}
      aria-label={t('player.seek')}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs / 1000)}
      aria-valuenow={0}
      className="wave"
      onKeyDown={(event) => {
        const step = steps[event.key]
        if (!step || event.altKey || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        event.stopPropagation()
        playback.jump(Math.min(step(), durationMs))
      }}
    >
      <div ref={place} style={{ height: height * peaks.channels.length }} />
    </Box>
  )
}
