// When another server asks to be tried again. What follows from it is for the caller to decide.

/** Each of the three date forms of RFC 9110 §5.6.7 begins with the day; without that, Date.parse reads almost anything. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), as milliseconds from now; null for anything else. */
export function readRetryAfter(value: string | string[] | null | undefined, now = Date.now()): number | null {
  if (typeof value !== 'string') return null
  if (/^\d+$/.test(value)) return Number(value) * 1000
  if (!httpDate.test(value)) return null
  // The oldest form does not say that it is GMT.
  const at = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
