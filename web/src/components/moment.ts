// The address of a moment of a conversation: as it is copied, and as it is pasted again.

export type Moment = { id: string; atMs: number | null }

export const momentLink = ({ id, atMs }: Moment): string =>
  `${location.origin}/app/interactions/${id}${atMs === null ? '' : `?at=${Math.round(atMs)}`}`

/** Null for what is no such address. */
export function momentIn(text: string): Moment | null {
  const [, id, rest = ''] = /\/interactions\/([\w-]+)(.*)$/.exec(text.trim()) ?? []
  // In the window's own address the number stands in quotes.
  const at = /[?&]at=(?:%22)?(\d+)/.exec(rest)?.[1]
  return id ? { id, atMs: at === undefined ? null : Number(at) } : null
}
