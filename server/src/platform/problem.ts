// The one error type. A Problem is safe to show (`detail`); its `cause` is for the log alone.
// Each protocol renders kinds in its own shape; nothing else decides on status codes.

export type ProblemKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'limited'
  | 'upstream'
  | 'unavailable'
  | 'bug'

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind
  /** Names the case, for programs: `unknown_agent`, `idempotency_key_reused`. */
  readonly code: string
  /** For people; never holds secrets or another organisation's data. */
  readonly detail: string
  /** Extra facts for the answer, such as `{ field, issue }` or `{ used, limit }`. */
  readonly facts: Record<string, unknown>
  readonly retryAfterS: number | undefined

  constructor(
    kind: ProblemKind,
    code: string,
    detail: string,
    extra: { cause?: unknown; facts?: Record<string, unknown>; retryAfterS?: number } = {},
  ) {
    super(detail, { cause: extra.cause })
    this.kind = kind
    this.code = code
    this.detail = detail
    this.facts = extra.facts ?? {}
    this.retryAfterS = extra.retryAfterS
  }
}

/** The same for what is unknown and for what belongs to another organisation. */
export const notFound = (): Problem => new Problem('not_found', 'not_found', 'Resource not found')

export const httpStatus: Record<ProblemKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  limited: 429,
  upstream: 502,
  unavailable: 503,
  bug: 500,
}
