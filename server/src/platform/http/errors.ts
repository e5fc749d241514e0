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

type HttpError = { statusCode?: number; code?: string; message: string; validation?: { instancePath: string }[] }

/** Fastify's and its plugins' own errors carry a status; everything else is a bug and says nothing of itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, code, message, validation } = error as HttpError
  if (validation) {
    const field = validation[0]?.instancePath.slice(1) ?? ''
    return new Problem('invalid', 'invalid_request', message, { cause: error, facts: { field, issue: message } })
  }
  if (statusCode === 415) {
    return new Problem('invalid', 'unsupported_content_type', 'Send JSON, a urlencoded form or multipart/form-data.')
  }
  if (statusCode >= 400 && statusCode < 500) {
    const kind = kindOfStatus[statusCode] ?? 'invalid'
    return new Problem(kind, (code ?? 'invalid_request').replace(/^FST_/, '').toLowerCase(), message, { cause: error })
  }
  return new Problem('bug', 'internal_error', 'Internal server error', { cause: error })
}

export const statusOf = (problem: Problem): number => httpStatus[problem.kind]
