// Milliseconds as hours, minutes and seconds.

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** `01:02:03`, hours beyond 99 keep growing. Negative and broken times read as zero. */
export function clock(ms: number): string {
  const s = Math.floor((Number.isFinite(ms) ? Math.max(0, ms) : 0) / 1000)
  return `${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}`
}

/** `01:02:03.004` with the given mark before the milliseconds: `.` in WebVTT, `,` in SubRip. */
export function timecode(ms: number, mark: '.' | ','): string {
  return `${clock(ms)}${mark}${pad(Math.floor(Number.isFinite(ms) ? Math.max(0, ms) : 0) % 1000, 3)}`
}
