// Whether a broken download may be continued: the file must provably be the same one (RFC 9110 §8.8, §13.1.5, §14).

import type { ResponseHeaders } from './exchange.ts'

/** For `If-Range`: a strong ETag, or a Last-Modified that RFC 9110 §8.8.2.2 counts as strong. */
export function strongValidator(headers: ResponseHeaders): string | null {
  const etag = String(headers.etag ?? '')
  if (/^"[^"]*"$/.test(etag)) return etag
  const modified = String(headers['last-modified'] ?? '')
  const secondsBefore = (Date.parse(String(headers.date ?? '')) - Date.parse(modified)) / 1000
  return secondsBefore >= 1 ? modified : null
}

/** True if a 206 answer starts exactly at `fromBytes` of the file that was begun. */
export function continuesAt(
  headers: ResponseHeaders,
  fromBytes: number,
  begun: { validator: string | null; totalBytes: number | null } | null,
): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(headers['content-range'] ?? ''))
  if (!range || Number(range[1]) !== fromBytes) return false
  const etag = headers.etag
  if (etag !== undefined && begun?.validator?.startsWith('"') && etag !== begun.validator) return false
  const total = begun?.totalBytes ?? null
  return range[3] === '*' || total === null || Number(range[3]) === total
}
