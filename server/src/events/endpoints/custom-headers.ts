// The headers that an endpoint's owner wants to be sent along: which names are theirs to give, and what may stand in
// them. Values are as secret as passwords: they are kept sealed, and shown as `***`.

import { Problem } from '../../platform/problem.ts'

const headersMax = 20
const sizeBytesMax = 4096

/** What stands for a value that is there already. */
export const masked = '***'

/** Those of the connection and of the message, and those that the receiver trusts to be ours. */
const reserved =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|host|via|forwarded|x-forwarded-.*|content-.*|accept-encoding|webhook-.*|ce-.*|traceparent|tracestate)$/

/**
 * Names in lower case, without double ones. A value of `***` keeps what is there under that name.
 * @throws Problem('invalid', 'invalid_headers')
 */
export function readHeaders(given: Record<string, string>, before: Record<string, string>): Record<string, string> {
  const entries = Object.entries(given)
  if (entries.length > headersMax) throw invalid(`must be at most ${headersMax}`)
  const read = new Map<string, string>()
  for (const [written, value] of entries) {
    const name = written.toLowerCase()
    const shown = written.slice(0, 100).toWellFormed()
    if (!/^[a-z0-9][a-z0-9_.-]{0,99}$/.test(name)) throw invalid(`"${shown}" is not the name of a header`)
    if (reserved.test(name)) throw invalid(`${shown} is set by the sender itself`)
    if (read.has(name)) throw invalid(`${shown} is given twice`)
    const known = Object.hasOwn(before, name) ? before[name] : undefined
    const kept = value === masked ? known : value
    if (kept === undefined) throw invalid(`${shown} has no value yet that ${masked} could stand for`)
    // RFC 9110 §5.5, without what is obsolete.
    if (!/^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(kept)) {
      throw invalid(`the value of ${shown} must be visible ASCII, without spaces at its ends`)
    }
    read.set(name, kept)
  }
  const sizeBytes = [...read].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (sizeBytes > sizeBytesMax) throw invalid(`have ${sizeBytes} bytes; there is room for ${sizeBytesMax}`)
  return Object.fromEntries(read)
}

export const maskHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.keys(headers).map((name) => [name, masked]))

const invalid = (issue: string) =>
  new Problem('invalid', 'invalid_headers', `headers: ${issue}.`, { facts: { field: 'headers', issue } })
