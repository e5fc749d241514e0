// Structured logs. Nothing that people said, no key and no secret is ever logged: log ids.

import { pino } from 'pino'

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

export const openLog = (level: string): pino.Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
