// What passes through the door for other systems' webhooks: requests, the schemes that prove them, and the readers that
// make something of them. Types alone.

import type { IncomingHttpHeaders } from 'node:http'
import type { TObject } from 'typebox'
import type { Answer } from '../../platform/http/route.ts'

/** As a source has them; the schema of its scheme or reader has let them pass. */
export type Settings = Record<string, unknown>

export type InboundRequest = {
  method: string
  headers: IncomingHttpHeaders
  query: Record<string, unknown>
  /** The whole address, as the other system knows it. */
  url: string
  body: Buffer
  /** The body as JSON; undefined when it is none that is safe to read. */
  json(): unknown
}

/** What a request says of itself. `id` null: the system gives none. */
export type Facts = { id: string | null; kind: string | null }

/** How one kind of system proves its requests. A scheme keeps nothing and asks nobody. */
export type InboundScheme = {
  name: string
  about: string
  settings: TObject
  /** What a schema cannot say. @throws Problem('invalid') */
  checkSettings?(settings: Settings): void
  /** Null: the other system makes it, and it is typed in here. */
  newSecret: (() => string) | null
  /** @throws Problem('invalid') */
  checkSecret?(secret: string): void
  /** Headers that are kept with a message, in lower case; never one that holds a secret or a signature. */
  keptHeaders(settings: Settings): string[]
  /** An answer to a question that cannot be signed yet, such as whether this address wants to be told at all. */
  answerUnproven?(request: InboundRequest, settings: Settings): Answer | null
  /** In a time that tells nothing of the secret. */
  isProven(request: InboundRequest, secret: string, settings: Settings): boolean
  /** Milliseconds since 1970 that the proof covers; null: it covers none. NaN: it cannot be read. */
  sentAtMs(request: InboundRequest, settings: Settings): number | null
  facts(request: InboundRequest, settings: Settings): Facts
  /** Whether the proof covers the id too: nobody can send the same again under another. */
  signsId(settings: Settings): boolean
  /** An answer to a proven question, of which nothing is kept. */
  answerProven?(request: InboundRequest): Answer | null
  /** Two messages may be alike to the byte, and still be two. */
  mayRepeat?: true
  /** What stands in the answer is shown to people there. */
  isSilent?: true
}

export type InboundMessage = {
  orgId: string
  sourceId: string
  id: string
  requestId: string | null
  kind: string | null
  headers: Record<string, string>
  body: Buffer
  receivedAt: Date
}

/** `result`: what it became, and what is to be told of it. Ids, no content. */
export type Outcome =
  | { state: 'processed'; result: Record<string, unknown> }
  /** For people: why nothing was made of it. */
  | { state: 'ignored'; reason: string }

/**
 * Makes something of messages. It may be called again for the same message, after a crash or by request, and must then
 * not do it a second time. A Problem of kind invalid, too_large, forbidden, not_found or conflict is final; anything else
 * is tried again.
 */
export type Reader = {
  name: string
  about: string
  settings: TObject
  /** What a schema cannot say. @throws Problem('invalid') */
  checkSettings?(settings: Settings): void
  read(message: InboundMessage, settings: Settings, signal: AbortSignal): Promise<Outcome>
}
