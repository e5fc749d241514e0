// A route is data: what it takes, who may call it, what it answers. The server, the API reference and the tests are
// made from the same list. Handlers hold no rules: they translate and call a slice.

import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Static, TSchema } from 'typebox'
import type { Problem } from '../problem.ts'
import type { OpenLine } from './line.ts'

/** Who asks. Open routes see a principal without an organisation. */
export type Principal = {
  /** For the audit: `key:<id>`, `user:<id>`, `client:<id>`, `admin`, `anonymous`. */
  actor: string
  /** Empty for the administrator and on open routes. */
  orgId: string
  /** Of the installation, not of an organisation. */
  isAdmin: boolean
  /** What it may do, as `noun:verb`. */
  scopes: readonly string[]
  reach: Reach
  /** Whether it sees personal data unmasked without asking. Absent: keys and clients do, people do not. */
  reveals?: boolean
  /** What was shown, for looking again later whether it still holds. No secret. */
  proof?: string
}

/** On whose data: all of the organisation's, or that whose column has one of these values. */
export type Reach = 'all' | { column: 'department' | 'team' | 'agent_id'; values: readonly string[] }

export type Fields = Record<string, unknown>

export type FilePart = { name: string; fileName: string | null; contentType: string | null; stream: Readable }

/** A body of any encoding. Files are handed over as they arrive, with the fields that came before them. */
export type Form<File> = { fields: Fields; files: File[]; warnings: string[] }

export type Call<Params = unknown, Query = unknown> = {
  by: Principal
  params: Params
  query: Query
  headers: IncomingHttpHeaders
  requestId: string
  /** Of the client, as the connection has it. */
  address: string
  /** Template of the route, such as `POST /v1/webhooks`: the scope of an idempotency key. */
  routeName: string
  /** The path as it was asked for; several paths may lead to one route. */
  path: string
  /** Path and query as they were written. */
  target: string
  idempotencyKey: string | null
  /** JSON, urlencoded or multipart without files, as one plain object. */
  fields(): Promise<Fields>
  /** Any encoding; `onFile` must consume the stream. */
  form<File>(onFile: (file: FilePart, fieldsSoFar: Fields) => Promise<File>): Promise<Form<File>>
  /** Of a route with `streamType`: the body as it comes. It ends without an error when the client breaks it off. */
  stream(): AsyncIterable<Uint8Array>
  /**
   * Of a route with `streamType`: all of the body, as it came.
   * @throws Problem('too_large'), and Problem('invalid') for a body that breaks off or comes too slowly
   */
  bytes(sizeBytesMax: number): Promise<Buffer>
  signal: AbortSignal
}

export type Answer = {
  status: number
  /** Sent as JSON, or as it is when a string (with its content type) or a stream. */
  body?: unknown
  /** A list for a header that comes several times: `Set-Cookie`. */
  headers?: Record<string, string | string[]>
  /** In place of a body, on a route that `isLive`. */
  line?: OpenLine
}

export const jsonType = 'application/json; charset=utf-8'

/** Turns a Problem into the body of an API's own error shape. */
export type RenderProblem = (problem: Problem, requestId: string) => object

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** First the path that the reference shows, then historic ones. Each is served with and without `/v1`. */
  paths: [string, ...string[]]
  summary: string
  description?: string
  tag: string
  /** `open`, `admin` (of the installation), `any` caller of an organisation, or the scope that one needs: `calls:read`. */
  auth: 'open' | 'any' | 'admin' | `${string}:${string}`
  params?: TSchema
  query?: TSchema
  /** Shown in the API reference; bodies of historic routes are read tolerantly, so it is not enforced. */
  body?: TSchema
  /** Smaller than the server's own limit, for routes that strangers may call. Counts for all text of the body. */
  bodyBytesMax?: number
  bodyKinds?: ('json' | 'urlencoded' | 'multipart')[]
  /** Larger than the server's own limit, for a file of a form. */
  fileBytesMax?: number
  /** The body is left to the handler, whatever its label; this label the API reference shows. */
  streamType?: string
  /** Its answer stays open: server-sent events, or a WebSocket for those who ask for one. */
  isLive?: boolean
  /** Only for requests that have this header, in lower case; another route may serve the same path without it. */
  onlyWithHeader?: string
  /** Of its answers, that pages of other origins may read besides the common ones. */
  exposedHeaders?: readonly string[]
  /** For `OPTIONS`, by which clients ask what a protocol above HTTP may do here. */
  optionsHeaders?: Record<string, string>
  /** Answers by status, for the API reference. */
  answers: Record<number, { description: string; schema?: TSchema; contentType?: string | readonly string[] }>
  /** Absent: the shape of `/v1`. */
  renderProblem?: RenderProblem
  /** For an API with statuses or a content type of its own; then `renderProblem` is not asked. */
  answerProblem?(problem: Problem, requestId: string): Answer
  handle(call: Call): Promise<Answer>
}

type Typed<P extends TSchema, Q extends TSchema> = Omit<Route, 'handle' | 'params' | 'query'> & {
  params?: P
  query?: Q
  handle(call: Call<Static<P>, Static<Q>>): Promise<Answer>
}

/** Declares a route; the handler's params and query have the types of its schemas. */
export const route = <P extends TSchema, Q extends TSchema>(definition: Typed<P, Q>): Route =>
  definition as unknown as Route

export const ok = (body: unknown, headers?: Record<string, string | string[]>): Answer =>
  headers ? { status: 200, body, headers } : { status: 200, body }
