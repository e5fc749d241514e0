// Structured logs. Nothing that people said, no key and no secret is ever logged: log ids. Errors are written by what
// they are and where they arose; what they carry beside that (rows, connections, what they quote) stays out.

import { writeSync } from 'node:fs'
import { pino } from 'pino'

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

export const openLog = (level: string, to: pino.DestinationStream = standardOutput): pino.Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describe } }, to)

/**
 * A line that cannot be written, on a closed terminal or a full disk, is lost; it must not fail the work that it tells
 * of. pino's own destination tries again for ever when the process ends.
 */
const standardOutput: pino.DestinationStream = {
  write(line) {
    try {
      writeSync(1, line)
    } catch {}
  },
}

type Described = { type: string; code?: string; message?: string; at: string[]; cause?: Described }

/** Of an error and what caused it. */
const depthMax = 4
const framesMax = 10

function describe(err: unknown, depth = 1): Described {
  if (!(err instanceof Error)) return { type: typeof err, at: [] }
  const { name, message, stack = '', cause } = err instanceof AggregateError && err.errors.length ? err.errors[0] : err
  const { code } = err as { code?: unknown }
  const frames = stack.split('\n').filter((line: string) => /^ {4}at /.test(line))
  return {
    type: name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(isQuoting(name, code) ? {} : { message }),
    at: frames.slice(0, framesMax).map((line: string) => line.trim().slice('at '.length)),
    ...(cause !== undefined && depth < depthMax ? { cause: describe(cause, depth + 1) } : {}),
  }
}

/** JSON.parse quotes what it could not read, and PostgreSQL the value that did not fit (class 22: data exceptions). */
const isQuoting = (name: string, code: unknown) =>
  name === 'SyntaxError' || (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code))
