// A list in which one thing has moved to another place.

export function moved<One>(all: readonly One[], from: number, to: number): One[] {
  const next = [...all]
  const [one] = next.splice(from, 1)
  if (one !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, one)
  return next
}
