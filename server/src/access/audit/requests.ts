// Requests that are being answered, by their id: where they came from, and whether a change that they made has written
// an audit row. So rows know the address without every caller handing it down, and no request is recorded twice.

type Asked = { address: string; userAgent: string | null; isRecorded: boolean }

const underWay = new Map<string, Asked>()

export const requestBegins = (id: string, from: { address: string; userAgent: string | null }): void =>
  void underWay.set(id, { ...from, isRecorded: false })

/** Answers where it came from, and whether a change wrote of it. */
export function requestEnds(id: string): Asked | undefined {
  const asked = underWay.get(id)
  underWay.delete(id)
  return asked
}

/** For a row that tells of this request. */
export function recordRequest(id: string | null): Asked | undefined {
  const asked = id === null ? undefined : underWay.get(id)
  if (asked) asked.isRecorded = true
  return asked
}
