// Calendar days as `2026-03-05`: today's in a time zone, and so many days from one to another.

const dayMs = 86_400_000

export const today = (timeZone: string, now = new Date()): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)

export const plusDays = (day: string, days: number): string => isoOf(new Date(Date.parse(day) + days * dayMs))

/** The first of the month that is so many months later. */
export function monthStart(day: string, months = 0): string {
  const at = new Date(day)
  return isoOf(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)))
}

export const isDay = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** Both ends are in it. Empty where they are the wrong way round. */
export function daysBetween(from: string, to: string): string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1
  return Array.from({ length: Math.max(0, count) }, (_, index) => plusDays(from, index))
}

const isoOf = (at: Date): string => at.toISOString().slice(0, 10)
