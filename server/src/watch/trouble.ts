// What can go wrong while a recording is sent, and what that means for it and for the others.

/**
 * `away`: the server cannot be reached or has no time: everything waits. `key`: it does not let us in: everything waits,
 * longer. `allowance`: it takes no more this month. `stumble`: this file, this time. `refused`: this file, for good.
 * `changed`: the file is not what it was a moment ago. `gone`: it is no longer there.
 */
export type TroubleKind = 'away' | 'key' | 'allowance' | 'stumble' | 'refused' | 'changed' | 'gone'

export class Trouble extends Error {
  readonly kind: TroubleKind
  /** For programs, in lower case: `unsupported_format`. */
  readonly code: string
  /** When the server asks to be tried again. */
  readonly retryAfterMs: number | null

  constructor(
    kind: TroubleKind,
    code: string,
    detail: string,
    more: { retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.kind = kind
    this.code = code
    this.retryAfterMs = more.retryAfterMs ?? null
  }
}

/** What the file system says of a file that is to be read or moved. */
export function troubleWithFile(cause: unknown, path: string): Trouble {
  if (cause instanceof Trouble) return cause
  const code = (cause as { code?: string }).code ?? (cause as Error).name
  if (code === 'ENOENT') return new Trouble('gone', 'gone', `${path} is no longer there.`, { cause })
  const why = code === 'EACCES' ? 'This user may not read it' : (cause as Error).message
  return new Trouble('stumble', code.toLowerCase(), `${path} cannot be used. ${why}.`, { cause })
}
