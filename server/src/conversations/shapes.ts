// The words of the domain: what a conversation, a turn and a finding look like inside the program.
// Times are milliseconds from the start of the media (chats: from the first message) unless a name says otherwise.

export type Channel = 'voice' | 'chat'
export type Direction = 'inbound' | 'outbound' | 'internal'
export type ConversationStatus = 'awaiting_upload' | 'queued' | 'processing' | 'completed' | 'failed'
export type Role = 'agent' | 'customer' | 'bot' | 'third_party' | 'unknown'
export type RoleSource = 'channel' | 'metadata' | 'inferred' | 'default' | 'manual' | 'unknown'
export type ChannelCheck = 'distinct' | 'false_stereo' | 'mono'

export type Word = { w: string; s: number; e: number; c: number | null }

export type SentimentLabel = 'negative' | 'neutral' | 'positive'
export type Sentiment = { label: SentimentLabel; score: number; confidence: number }

export type Participant = {
  id: string
  role: Role
  role_source: RoleSource
  role_confidence: number | null
  name: string | null
  /** Stereo recordings: 0 = left. */
  channel_index: number | null
}

export type Turn = {
  id: string
  index: number
  participant_id: string
  role: Role
  start_ms: number
  end_ms: number
  text: string
  language: string | null
  language_confidence: number | null
  confidence: number | null
  sentiment: Sentiment | null
  /** Why `sentiment` is null, once the turn has been analysed. */
  sentiment_reason?: string | null
  words: Word[]
  /** A person corrected it. */
  edited?: true
  /** Chats: the sender's word as the client sent it, echoed by the compatible APIs. */
  sender?: string
  /** Chats: when the message was sent, ISO 8601 UTC. */
  at?: string
}

/** What a turn may leave unsaid when it is written; it is read as this. */
export const unsaid = {
  language: null,
  language_confidence: null,
  confidence: null,
  sentiment: null,
  words: [],
} satisfies Partial<Turn>

export type NewTurn = Omit<Turn, keyof typeof unsaid> & Partial<Turn>

/** A value that may be impossible to compute: then `value` is null, never 0, and `reason` says why. */
export type Metric = {
  value: number | string | boolean | null
  status: 'ok' | 'partial' | 'not_computable'
  formula: string
  unit: string
  reason?: string
}
export type Metrics = Record<string, Metric>

export type Finding<T> =
  | { status: 'ok'; value: T; engine: Provenance }
  | { status: 'not_computable'; value: null; reason: string; engine: Provenance }

export type Provenance = {
  name: string
  model: string
  version: string
  fallback_from?: string
  fallback_reason?: string
}

export type Keyword = { text: string; score: number; count: number }
export type Summary = { short: string; evidence: string[] }
