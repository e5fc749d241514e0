// What both ways of sending a recording have in common. Types, and where an answer's address leads.

import type { Found } from './folder.ts'
import type { Particulars } from './particulars.ts'

export type Upload = {
  found: Found
  sha256: string
  fields: Particulars
  /** The ingest job that it is counted under; null where the server has none. */
  jobId: string | null
}

/** `conversationId`: null when the server does not say. */
export type Uploaded = { conversationId: string | null }

/**
 * The server names its uploads by the address that it believes to have, which may be another than the one we reach it by:
 * what counts is the part from `door` on.
 */
export function pathFrom(door: string, address: string): string | null {
  const path = URL.canParse(address) ? new URL(address).pathname : address
  const at = path.lastIndexOf(door)
  return at < 0 ? null : path.slice(at)
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
