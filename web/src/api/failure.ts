// What went wrong with a request, in the words of the server where it answered.

export type FailureKind =
  | 'offline'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'limited'
  | 'invalid'
  | 'server'

export class Failure extends Error {
  readonly kind: FailureKind
  readonly code: string
  /** For whoever runs the server: the request is in its log under this. */
  readonly requestId: string | null
  readonly facts: Record<string, unknown>

  constructor(
    kind: FailureKind,
    message: string,
    rest: { code?: string; requestId?: string; facts?: Record<string, unknown> } = {},
  ) {
    super(message)
    this.kind = kind
    this.code = rest.code ?? kind
    this.requestId = rest.requestId ?? null
    this.facts = rest.facts ?? {}
  }
}

const kinds: Record<number, FailureKind> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
  428: 'conflict',
  429: 'limited',
}

type Said = { message?: string; request_id?: string; error?: { code?: string; details?: Record<string, unknown> } }

export function failureOf(status: number, body: unknown): Failure {
  const said = (typeof body === 'object' && body !== null ? body : {}) as Said
  const kind = kinds[status] ?? (status >= 500 ? 'server' : 'invalid')
  return new Failure(kind, said.message || `HTTP ${status}`, {
    // The API writes codes in capitals.
    code: said.error?.code?.toLowerCase(),
    requestId: said.request_id,
    facts: said.error?.details,
  })
}

export const asFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure('server', error instanceof Error ? error.message : String(error))
