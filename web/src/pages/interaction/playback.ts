// Where in the recording we are. One moment for player and transcript alike, whether there is sound to hear or not; what
// shows it listens here, so that only that is drawn again as time passes.

import { createContext, useContext, useSyncExternalStore } from 'react'

export type Heard = 'both' | 'left' | 'right'

const tickMs = 100
const rateKey = 'indaba.playback-rate'
const volumeKey = 'indaba.playback-volume'
export const rates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const

export type Playback = ReturnType<typeof makePlayback>

export function makePlayback() {
  let audio: HTMLAudioElement | null = null
  /** Where we are without sound, or before it is there. */
  let waitingMs = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let hearOnly: ((side: Heard) => void) | undefined
  let openedMs: number | null = null
  let rate = kept(rateKey, 1)
  let volume = kept(volumeKey, 1)
  const watchers = new Set<() => void>()
  const jumps = new Set<(ms: number) => void>()

  const tell = () => {
    for (const watcher of watchers) watcher()
  }
  const nowMs = () => (audio && audio.readyState > 0 ? audio.currentTime * 1000 : waitingMs)
  const isPlaying = () => audio !== null && !audio.paused
  const tick = () => {
    clearInterval(timer)
    timer = isPlaying() ? setInterval(tell, tickMs) : undefined
    tell()
  }
  const place = () => {
    if (audio && waitingMs > 0) audio.currentTime = waitingMs / 1000
  }
  const play = () => audio?.play().catch(() => tell())

  return {
    nowMs,
    isPlaying,
    canPlay: () => audio !== null,
    rate: () => rate,
    volume: () => volume,
    isMuted: () => audio?.muted ?? false,
    /** Where the sound comes from; null when it has gone. */
    hold(element: HTMLAudioElement | null) {
      if (audio === element) return
      waitingMs = nowMs()
      audio = element
      hearOnly = undefined
      if (!element) return tick()
      element.playbackRate = rate
      element.volume = volume
      for (const event of ['play', 'pause', 'seeked', 'ended', 'volumechange'] as const)
        element.addEventListener(event, tick)
      element.addEventListener('loadedmetadata', place)
      tick()
    },
    /** Somebody goes to a moment: all that follows the sound goes along. */
    jump(ms: number, { plays = false } = {}) {
      const to = Math.max(0, audio && Number.isFinite(audio.duration) ? Math.min(ms, audio.duration * 1000) : ms)
      waitingMs = to
      if (audio && audio.readyState > 0) audio.currentTime = to / 1000
      if (plays) void play()
      for (const listener of jumps) listener(to)
      tell()
    },
    /** Whether this moment of the address is a new one. */
    opens(ms: number) {
      const isNew = ms !== openedMs
      openedMs = ms
      return isNew
    },
    toggle() {
      if (isPlaying()) audio?.pause()
      else void play()
    },
    setRate(to: number) {
      rate = to
      localStorage.setItem(rateKey, String(to))
      if (audio) audio.playbackRate = to
      tell()
    },
    setVolume(to: number) {
      volume = to
      localStorage.setItem(volumeKey, String(to))
      if (audio) Object.assign(audio, { volume: to, muted: false })
      tell()
    },
    mute() {
      if (audio) audio.muted = !audio.muted
    },
    /** One side of a stereo recording on both ears. */
    hear(side: Heard) {
      if (!audio) return
      hearOnly ??= sideSwitch(audio)
      hearOnly(side)
    },
    watch(watcher: () => void) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    onJump(listener: (ms: number) => void) {
      jumps.add(listener)
      return () => void jumps.delete(listener)
    },
  }
}

function kept(key: string, otherwise: number): number {
  const value = Number(localStorage.getItem(key) ?? otherwise)
  return Number.isFinite(value) && value >= 0 && value <= 2 ? value : otherwise
}

/** An element can be wired once, and stays so. */
function sideSwitch(audio: HTMLAudioElement): (side: Heard) => void {
  const context = new AudioContext()
  const source = context.createMediaElementSource(audio)
  const splitter = context.createChannelSplitter(2)
  source.connect(splitter)
  const merger = context.createChannelMerger(2)
  merger.connect(context.destination)
  return (side) => {
    void context.resume()
    splitter.disconnect()
    const [left, right] = side === 'both' ? [0, 1] : side === 'left' ? [0, 0] : [1, 1]
    splitter.connect(merger, left, 0)
    splitter.connect(merger, right, 1)
  }
}

export const PlaybackContext = createContext<Playback | null>(null)

export function usePlayback(): Playback {
  const playback = useContext(PlaybackContext)
  if (!playback) throw new Error('This shows no conversation.')
  return playback
}

/** Drawn again when what `read` answers changes, not with every tick. */
export const usePlayed = <T extends string | number | boolean>(read: (playback: Playback) => T): T => {
  const playback = usePlayback()
  return useSyncExternalStore(playback.watch, () => read(playback))
}
