// Answers in the shape of S3, for clients that upload by form: the refusals, their XML, and the answers of success.
// Decides on no refusal itself.

import { Problem, type ProblemKind } from '../platform/problem.ts'

/** Status and kind of each code that we answer, from the list of S3 error codes in Amazon's S3 API reference. */
const codes = {
  AccessDenied: [403, 'forbidden'],
  EntityTooLarge: [400, 'too_large'],
  EntityTooSmall: [400, 'invalid'],
  InternalError: [500, 'bug'],
  InvalidAccessKeyId: [403, 'forbidden'],
  InvalidArgument: [400, 'invalid'],
  InvalidPolicyDocument: [400, 'invalid'],
  MethodNotAllowed: [405, 'invalid'],
  NoSuchKey: [404, 'not_found'],
  OperationAborted: [409, 'conflict'],
  ServiceUnavailable: [503, 'unavailable'],
  SignatureDoesNotMatch: [403, 'forbidden'],
  SlowDown: [503, 'limited'],
} as const satisfies Record<string, readonly [number, ProblemKind]>
export type S3Code = keyof typeof codes

/** For problems that come from elsewhere (the store, the limits), which know nothing of S3. */
const codeOfKind: Record<ProblemKind, S3Code> = {
  invalid: 'InvalidArgument',
  unauthenticated: 'AccessDenied',
  forbidden: 'AccessDenied',
  not_found: 'NoSuchKey',
  conflict: 'OperationAborted',
  too_large: 'EntityTooLarge',
  limited: 'SlowDown',
  upstream: 'ServiceUnavailable',
  unavailable: 'ServiceUnavailable',
  bug: 'InternalError',
}

export type S3Answer = { status: number; contentType: string | null; body: string }

export function refuseUpload(code: S3Code, detail: string, cause?: unknown): Problem {
  return new Problem(codes[code][1], code, detail, { cause })
}

/** `resource` is the path that was asked for. Anything but a Problem is shown as an internal error without detail. */
export function renderS3Error(error: unknown, request: { resource: string; requestId: string }): S3Answer {
  const problem = error instanceof Problem ? error : new Problem('bug', 'InternalError', 'We met an internal error.')
  const code = s3CodeOf(problem)
  return xmlAnswer(codes[code][0], 'Error', {
    Code: code,
    Message: problem.detail,
    Resource: request.resource,
    RequestId: request.requestId,
  })
}

function s3CodeOf({ code, kind }: Problem): S3Code {
  if (code in codes) return code as S3Code
  return code === 'method_not_allowed' ? 'MethodNotAllowed' : codeOfKind[kind]
}

/** 204 and 200 are empty, 201 tells where the file went: as S3 does by `success_action_status`. */
export function renderS3Success(status: 200 | 201 | 204, file: { url: string; key: string; etag: string }): S3Answer {
  if (status !== 201) return { status, contentType: null, body: '' }
  return xmlAnswer(201, 'PostResponse', {
    Location: `${file.url}/${file.key}`,
    Bucket: 'indaba',
    Key: file.key,
    ETag: `"${file.etag}"`,
  })
}

function xmlAnswer(status: number, root: string, elements: Record<string, string>): S3Answer {
  const inner = Object.entries(elements).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner.join('')}</${root}>`
  return { status, contentType: 'application/xml', body }
}

/** XML 1.0 §2.2 has no way at all to write most control characters and lone surrogates; they become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}
