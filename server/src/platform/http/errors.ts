// How `/v1` shows a Problem, and how a failure that nobody expected becomes one.

import { httpStatus, Problem, type ProblemKind } from '../problem.ts'
import type { RenderProblem } from './route.ts'

/** `{status, message, error: {code, message, details}, request_id}`: the union of what the hosted services answered. */
export const renderV1: RenderProblem = (problem, requestId) => ({
  status: 'error',
  message: problem.detail,
  error: { code: problem.code.toUpperCase(), message: problem.detail, details: problem.facts },
  request_id: requestId,
})

const kindOfStatus: Record<number, ProblemKind> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  429: 'limited',
  503: 'unavailable',
}

/** What Fastify, its plugins and Node say of a request, in words for people. */
const known: Record<string, [kind: ProblemKind, code: string, detail: string]> = {
  FST_ERR_BAD_URL: ['invalid', 'bad_url', 'The address has a percent escape that is not valid UTF-8.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'body_too_large', 'The body is larger than this server takes in.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid', 'incomplete_body', 'The body is not as long as Content-Length says.'],
  FST_PARTS_LIMIT: ['invalid', 'too_many_fields', 'The form has too many parts.'],
  FST_FIELDS_LIMIT: ['invalid', 'too_many_fields', 'The form has too many fields.'],
  FST_FILES_LIMIT: ['invalid', 'too_many_files', 'The form has too many files.'],
  FST_REQ_FILE_TOO_LARGE: ['too_large', 'file_too_large', 'A file of the form is larger than this server takes in.'],
  FST_PROTO_VIOLATION: ['invalid', 'reserved_name', 'A field of the form has a name that cannot be used.'],
  FST_INVALID_JSON_FIELD_ERROR: [
    'invalid',
    'invalid_json',
    'A part of the form is labelled as JSON and is not valid JSON.',
  ],
  FST_MP_PREMATURE_CLOSE: ['invalid', 'incomplete_body', 'The body ended before its last part was complete.'],
  HPE_HEADER_OVERFLOW: ['invalid', 'headers_too_large', 'The headers and the address together are longer than 64 KiB.'],
  HPE_INVALID_EOF_STATE: ['invalid', 'incomplete_body', 'The request ended before it was complete.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['invalid', 'request_timeout', 'The request took too long to arrive.'],
}

/** Statuses that say more than their kind does. */
const statusOfCode: Record<string, number> = {
  method_not_allowed: 405,
  request_timeout: 408,
  event_expired: 410,
  events_expired: 410,
  link_expired: 410,
  headers_too_large: 431,
}

type HttpError = { statusCode?: number; code?: string; message: string; validation?: { instancePath: string }[] }

/** Fastify's and its plugins' own errors carry a status; everything else is a bug and says nothing of itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, code = '', message, validation } = error as HttpError
  if (Object.hasOwn(known, code)) {
    const [kind, name, detail] = known[code] as (typeof known)[string]
    return new Problem(kind, name, detail, { cause: error })
  }
  if (validation) {
    const field = validation[0]?.instancePath.slice(1) ?? ''
    return new Problem('invalid', 'invalid_request', message, { cause: error, facts: { field, issue: message } })
  }
  if (statusCode === 415) {
    return new Problem('invalid', 'unsupported_content_type', 'Send JSON, a urlencoded form or multipart/form-data.')
  }
  if (statusCode >= 400 && statusCode < 500) {
    const kind = kindOfStatus[statusCode] ?? 'invalid'
    return new Problem(kind, (code || 'invalid_request').replace(/^FST_/, '').toLowerCase(), message, { cause: error })
  }
  return new Problem('bug', 'internal_error', 'Internal server error', { cause: error })
}

export const statusOf = (problem: Problem): number => statusOfCode[problem.code] ?? httpStatus[problem.kind]
