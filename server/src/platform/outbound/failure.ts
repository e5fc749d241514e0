// How an exchange with another server can fail, as a value, and the plain words for it.
// What follows from a failure (try again, give up, disable) is the caller's to decide.

export type FailureReason =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'refused_destination'
  | 'too_large'
  | 'aborted'
  | 'protocol'

/** `detail` may be shown; `cause` is for the log alone, and may be circular. `status` where the head of an answer had already come. */
export type Failure = { outcome: 'failed'; reason: FailureReason; detail: string; status?: number; cause?: unknown }

export function failure(reason: FailureReason, detail: string, cause?: unknown): Failure {
  return { outcome: 'failed', reason, detail, cause }
}

/** A failure in the clothes of an Error, for callbacks and streams that accept nothing else. */
export function failureError(value: Failure): Error {
  return Object.assign(new Error(value.detail, { cause: value.cause }), { failure: value })
}

/** Reads back what `failureError` wrapped; sorts the errors of Node and undici. */
export function failureOf(error: unknown): Failure {
  const own = (error as { failure?: Failure } | null)?.failure
  if (own) return own
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return failure('too_large', 'the server sent more headers than are read', error)
  if (code === 'UND_ERR_INVALID_ARG') return failure('protocol', 'the request cannot be sent as it is', error)
  if (code.startsWith('ERR_SSL_')) return failure('tls', tlsWords[code] ?? otherTlsWords, error)
  if (connectionWords[code]) return failure('connect', connectionWords[code], error)
  if (code === 'UND_ERR_SOCKET') {
    return failure('connect', 'the server closed the connection before the answer was whole', error)
  }
  return failure('protocol', 'the server did not answer in HTTP that can be read', error)
}

/** For an error while the connection was being made. */
export function connectFailure(stage: 'connect' | 'tls', error: unknown): Failure {
  const code = codeOf(error)
  if (stage === 'connect') return failure('connect', connectionWords[code] ?? 'the server could not be reached', error)
  return failure('tls', tlsWords[code] ?? otherTlsWords, error)
}

/** Node packs the failures of several addresses into one AggregateError, which carries the first one's code. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const connectionWords: Record<string, string> = {
  ECONNREFUSED: 'the server refused the connection',
  ECONNRESET: 'the server reset the connection',
  EPIPE: 'the server closed the connection',
  EHOSTUNREACH: 'there is no way to the server',
  ENETUNREACH: 'there is no way to the server',
  ETIMEDOUT: 'the server could not be reached in time',
}

const otherTlsWords = 'the server and we could not agree on an encrypted connection'

const tlsWords: Record<string, string> = {
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate chain holds a self-signed one",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate chain is incomplete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the issuer of the server's certificate is not known",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name",
  ECONNRESET: 'the server closed the connection while encryption was being agreed',
  // In TLS 1.3 the server judges our certificate after the handshake (RFC 8446 §4.4.2.4): these come with the answer.
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the server does not know the issuer of our client certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the server does not accept our client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the server finds our client certificate expired',
}
