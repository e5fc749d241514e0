// Made by `npm run generate` from the catalogue of events. Not to be edited.

export type Thinned = { omitted?: string[]; links: { payload?: string } }

/** The body of a webhook in the style `vela`. `timestamp`: ISO 8601 UTC. `seq` rises with each event of the organisation. */
type Envelope<Type extends string, Data> = {
  /** As the header `webhook-id`. */
  id: string
  type: Type
  /** The same as `type`, for receivers that look for it here. */
  event: Type
  /** The same with underscores. */
  event_type: string
  timestamp: string
  api_version: string
  org_id: string
  seq: number
  /** `seq` of the event before; changes that are no events take numbers too. */
  previous_seq: number
  /** Above 256 KiB, long fields are left out and `omitted` names them; `links.payload` leads to the whole for 24 hours. */
  data: Data & Thinned
}

export type CallReceivedData = {
  call_id: string
  conversation_id: string
  /** `queued`, `completed`, `failed`, `deleted` */
  status: string
  /** Name */
  agent: string | null
  agent_id: string | null
  agent_email: string | null
  started_at: string | null
  /** Seconds */
  duration: number | null
  /** BCP 47 tags, the most used first */
  languages: string[]
  sentiment: 'negative' | 'neutral' | 'positive' | null
  /** -1 to 1 */
  sentiment_score: number | null
  topic: string | null
  summary: string | null
  keywords: string[]
  /** Why processing failed, in words for people */
  failure: {
    code: string
    message: string
  } | null
  /** Of `updated`: `content`, `transcript`, `findings`, `agent`, `tags`, `review`, `warnings`; empty in all others */
  changed: string[]
  caller_number: string | null
  called_number: string | null
  links: {
    self: string
    /** The transcript travels by reference only */
    transcript: string | null
    recording?: string | null
  }
}

export type ChatReceivedData = {
  chat_id: string
  conversation_id: string
  /** `queued`, `completed`, `failed`, `deleted` */
  status: string
  /** Name */
  agent: string | null
  agent_id: string | null
  agent_email: string | null
  started_at: string | null
  /** Seconds */
  duration: number | null
  /** BCP 47 tags, the most used first */
  languages: string[]
  sentiment: 'negative' | 'neutral' | 'positive' | null
  /** -1 to 1 */
  sentiment_score: number | null
  topic: string | null
  summary: string | null
  keywords: string[]
  /** Why processing failed, in words for people */
  failure: {
    code: string
    message: string
  } | null
  /** Of `updated`: `content`, `transcript`, `findings`, `agent`, `tags`, `review`, `warnings`; empty in all others */
  changed: string[]
  /** Average, seconds */
  response_time: number | null
  links: {
    self: string
    /** The transcript travels by reference only */
    transcript: string | null
  }
}

export type UsageThresholdReachedData = {
  /** `minutes` of audio, or `chats` */
  kind: 'minutes' | 'chats'
  /** The threshold that was reached */
  percent: number
  used: number
  limit: number
  /** As `2026-03`, in the organisation's time zone */
  month: string
  links: {
    self: string
  }
}

export type AuditHeadSignedData = {
  /** Number of the last row. `seq` is the event’s own */
  audit_seq: number
  /** Hexadecimal SHA-256 of that row */
  hash: string
  at: string
  /** Ed25519, base64url */
  public_key: string
  signature: string
  links: {
    self: string
  }
}

export type IngestCompletedData = {
  job_id: string
  /** What it came from, such as `zip` or `remote` */
  source: string
  name: string
  /** `planned` after a dry run, `done`, `partial` when some items failed, `failed` when all of it did, `cancelled` */
  state: string
  is_dry_run: boolean
  /** Items by outcome */
  counts: Record<string, number>
  /** Why the load as a whole failed */
  failure: {
    code: string
    reason: string
  } | null
  links: {
    self: string
  }
}

export type WatcherSilentData = {
  watcher_id: string
  name: string
  host: string
  folder: string
  last_contact_at: string
  /** Files that it had still to send */
  waiting: number
  last_error: string | null
  links: {
    self: string
  }
}

export type ConnectionDegradedData = {
  folder_id: string
  name: string
  server_id: string
  failing_since: string | null
  /** In a row */
  failures: number
  /** What did not work: `name`, `route`, `tls`, `host_key`, `login`, `directory`, `list`, `read` or `sync` */
  failed_step: string | null
  reason: string | null
  links: {
    self: string
  }
}

export type EndpointFailingData = {
  endpoint_id: string
  /** Host of its address; the rest of an address may hold secrets */
  url_host: string
  /** `http`, `nats`, `rabbitmq` or `kafka` */
  kind: string
  failing_since: string | null
  /** In a row */
  failures: number
  last_status_code: number | null
  last_error: string | null
  /** Events that wait for it */
  held_count: number
  /** Why it was disabled */
  reason: string | null
  links: {
    self: string
  }
}

export type MessageExhaustedData = {
  endpoint_id: string
  delivery_id: string
  event_id: string
  event_type: string
  /** `seq` of the event that was not delivered */
  event_seq: number
  attempts: number
  last_status_code: number | null
  last_error: string | null
  /** Of endpoints that are told in order: what follows of this key goes on */
  ordering_key: string | null
  links: {
    self: string
  }
}

export type MessageExpiredData = {
  endpoint_id: string
  /** `held_too_long`, or `event_expired`: the event is not kept any more */
  fingerprint: string
  count: number
  /** Of the oldest of these events */
  oldest_at: string | null
  newest_at: string | null
  links: {
    self: string
    dead_letters: string
  }
}

export type AlertOpenedData = {
  alert_id: string
  rule_id: string
  rule_name: string
  /** `low`, `medium`, `high` or `critical` */
  severity: string
  /** `open`, `acknowledged`, `assigned`, `snoozed` or `resolved` */
  state: string
  title: string
  detail: string | null
  /** How often it has happened while this alert was open */
  count: number
  /** What was measured, of rules with a threshold */
  value: number | null
  threshold: number | null
  owner_id: string | null
  opened_at: string
  /** The field that sets the alerts of its rule apart */
  group_by: string | null
  /** The value of that field */
  group: string | null
  /** Of the newest event, of rules on events */
  conversation_id: string | null
  /** `user:…` or `key:…`; null where nobody did it */
  by: string | null
  links: {
    self: string
  }
}

export type CommentCreatedData = {
  comment_id: string
  conversation_id: string
  /** `voice` or `chat` */
  channel: string
  /** The comment that it answers */
  parent_id: string | null
  /** The turn that it is about; null: the whole conversation */
  turn_id: string | null
  /** Where that turn begins */
  start_ms: number | null
  /** `user:…` or `key:…` */
  by: string
  /** `user:…` and `agent:…` */
  mentions: string[]
  created_at: string
  links: {
    self: string
    conversation: string
  }
}

export type ReportReadyData = {
  report_id: string
  /** Of a report that is made again and again */
  schedule_id: string | null
  name: string
  /** `pdf`, `csv`, `xlsx` or `ndjson` */
  format: string
  /** Conversations that it tells of */
  rows: number | null
  size_bytes: number
  warnings: string[]
  /** `user:…` or `key:…`: with their rights it was made */
  created_by: string
  expires_at: string
  links: {
    self: string
    file: string
  }
}

export type ExportReadyData = {
  export_id: string
  name: string
  /** `pdf`, `csv`, `xlsx` or `ndjson` */
  format: string
  /** Conversations that it tells of */
  rows: number | null
  size_bytes: number
  warnings: string[]
  /** `user:…` or `key:…`: with their rights it was made */
  created_by: string
  expires_at: string
  links: {
    self: string
    file: string
  }
}

export type WebhookTestData = {
  endpoint_id: string
  message: string
  links: {
    self: string
  }
}

export type WebhookVerifyData = {
  endpoint_id: string
  /** To be sent back */
  challenge: string
  links: {
    self: string
  }
}

type Events = {
  /** A call has come in and waits for its turn. Nothing is known of its content yet. */
  'call.received': Envelope<'call.received', CallReceivedData>
  /** A call has been analysed: transcript and findings are there. */
  'call.completed': Envelope<'call.completed', CallReceivedData>
  /** A call could not be analysed; `failure` says why. It can be sent again. */
  'call.failed': Envelope<'call.failed', CallReceivedData>
  /** A call has changed; `changed` says what of it. With `content` it was sent once more, and will be analysed anew: `completed` or `failed` follows. */
  'call.updated': Envelope<'call.updated', CallReceivedData>
  /** A call was deleted with all that was found in it. What earlier events said of it is not kept. */
  'call.deleted': Envelope<'call.deleted', CallReceivedData>
  /** A chat has come in and waits for its turn. Nothing is known of its content yet. */
  'chat.received': Envelope<'chat.received', ChatReceivedData>
  /** A chat has been analysed: transcript and findings are there. */
  'chat.completed': Envelope<'chat.completed', ChatReceivedData>
  /** A chat could not be analysed; `failure` says why. It can be sent again. */
  'chat.failed': Envelope<'chat.failed', ChatReceivedData>
  /** A chat has changed; `changed` says what of it. With `content` it was sent once more, and will be analysed anew: `completed` or `failed` follows. */
  'chat.updated': Envelope<'chat.updated', ChatReceivedData>
  /** A chat was deleted with all that was found in it. What earlier events said of it is not kept. */
  'chat.deleted': Envelope<'chat.deleted', ChatReceivedData>
  /** A share of the monthly allocation is used. Once a month for each kind and percentage. */
  'usage.threshold_reached': Envelope<'usage.threshold_reached', UsageThresholdReachedData>
  /** The end of the audit was signed. Kept elsewhere, it proves later that no row before it was changed; docs/audit.md tells how to check it. */
  'audit.head_signed': Envelope<'audit.head_signed', AuditHeadSignedData>
  /** A bulk load has ended, whichever way. */
  'ingest.completed': Envelope<'ingest.completed', IngestCompletedData>
  /** Nothing was heard of a watcher for 15 minutes. Once for each silence. */
  'watcher.silent': Envelope<'watcher.silent', WatcherSilentData>
  /** A remote folder has failed several times in a row. It is tried again, more and more seldom. */
  'connection.degraded': Envelope<'connection.degraded', ConnectionDegradedData>
  /** A remote folder that had been told of as degraded works again. */
  'connection.recovered': Envelope<'connection.recovered', ConnectionDegradedData>
  /** An endpoint has failed for an hour, a day, three days. What waits for it is kept. */
  'endpoint.failing': Envelope<'endpoint.failing', EndpointFailingData>
  /** An endpoint that had been told of as failing takes events again. */
  'endpoint.recovered': Envelope<'endpoint.recovered', EndpointFailingData>
  /** Nothing more is sent to an endpoint: it failed for five days, or answered 410. What comes for it is held for 30 days. */
  'endpoint.disabled': Envelope<'endpoint.disabled', EndpointFailingData>
  /** All attempts at one delivery have failed. It is a dead letter now, and can be replayed. */
  'message.exhausted': Envelope<'message.exhausted', MessageExhaustedData>
  /** Where order was asked for, one event was skipped so that those behind it could go on. It is a dead letter now. */
  'message.gap': Envelope<'message.gap', MessageExhaustedData>
  /** What was held for an endpoint for 30 days was given up. These are dead letters now; one event tells of all of them. */
  'message.expired': Envelope<'message.expired', MessageExpiredData>
  /** A rule has found something. What happens again while it is open is counted, not told. */
  'alert.opened': Envelope<'alert.opened', AlertOpenedData>
  /** Somebody has seen the alert. */
  'alert.acknowledged': Envelope<'alert.acknowledged', AlertOpenedData>
  /** The alert was given to somebody. */
  'alert.assigned': Envelope<'alert.assigned', AlertOpenedData>
  /** The alert is quiet for a while. */
  'alert.snoozed': Envelope<'alert.snoozed', AlertOpenedData>
  /** The cause is gone, or somebody said so. */
  'alert.resolved': Envelope<'alert.resolved', AlertOpenedData>
  /** Somebody has commented on a call or chat. */
  'comment.created': Envelope<'comment.created', CommentCreatedData>
  /** A report was made and can be downloaded. */
  'report.ready': Envelope<'report.ready', ReportReadyData>
  /** An export was made and can be downloaded. */
  'export.ready': Envelope<'export.ready', ExportReadyData>
  /** Somebody asked for a test of the endpoint. Answer 2xx and do nothing. */
  'webhook.test': Envelope<'webhook.test', WebhookTestData>
  /** Proves that the endpoint is yours: answer 2xx with the challenge in the body, within 10 seconds. */
  'webhook.verify': Envelope<'webhook.verify', WebhookVerifyData>
}

export type WebhookEventType = keyof Events

export type WebhookEventOf<Type extends WebhookEventType> = Events[Type]

/** Told apart by `type`. Types that are not known here may come one day: leave them alone. */
export type WebhookEvent = Events[WebhookEventType]
