// The form of an inbound source as it is written, and as the API takes it.

import type { Sent } from '../../../api/answer.ts'
import { type Pair, pairsOf, recordOf } from '../parts/pairs.tsx'
import type { Scheme, Source } from './queries.ts'

/** What each scheme can be told, where it can be told something. */
export const settingNames: Partial<Record<Scheme, readonly string[]>> = {
  'hmac-sha256': [
    ...['signature_header', 'prefix', 'encoding', 'timestamp_header', 'timestamp_format', 'signed'],
    ...['id_header', 'id_pointer', 'kind_header', 'kind_pointer', 'challenge_parameter'],
  ],
  'shared-secret': ['header', 'prefix', 'id_header', 'id_pointer', 'kind_header', 'kind_pointer'],
  hubspot: ['base_url'],
}

export type SourceDraft = {
  name: string
  scheme: Scheme
  secret: string
  settings: Pair[]
  reader: 'none' | 'conversations'
  kind: 'call' | 'chat'
  fields: Pair[]
  constants: Pair[]
  /** Each place with the values that may stand there, by commas. */
  when: Pair[]
  messageFields: Pair[]
}

type ReaderSettings = {
  kind?: 'call' | 'chat'
  fields?: Record<string, string>
  constants?: Record<string, unknown>
  when?: Record<string, unknown[]>
  message_fields?: Record<string, string>
}

export function sourceDraftOf(source: Source | undefined): SourceDraft {
  const read = (source?.reader_settings ?? {}) as ReaderSettings
  return {
    name: source?.name ?? '',
    scheme: (source?.scheme ?? 'hmac-sha256') as Scheme,
    secret: '',
    settings: pairsOf(source?.settings),
    reader: source ? (source.reader === 'conversations' ? 'conversations' : 'none') : 'conversations',
    kind: read.kind ?? 'call',
    fields: read.fields ? pairsOf(read.fields) : [{ name: 'file_url', value: '/recording/url' }],
    constants: pairsOf(read.constants),
    when: Object.entries(read.when ?? {}).map(([name, values]) => ({ name, value: values.join(', ') })),
    messageFields: read.message_fields
      ? pairsOf(read.message_fields)
      : [
          { name: 'sender', value: '/sender' },
          { name: 'message', value: '/message' },
          { name: 'timestamp', value: '/timestamp' },
        ],
  }
}

export function sourceBodyOf(draft: SourceDraft): Sent<'/v1/inbound-sources', 'post'> {
  const { name, scheme, secret, reader, kind, fields, constants, when, messageFields } = draft
  const conditions = Object.entries(recordOf(when)).map(([place, values]) => [
    place,
    values.split(',').map((value) => value.trim()),
  ])
  return {
    ...{ name, scheme },
    settings: recordOf(draft.settings),
    ...(secret ? { secret } : {}),
    ...(reader === 'none'
      ? { reader: null }
      : {
          reader,
          reader_settings: {
            kind,
            fields: recordOf(fields),
            ...(constants.length > 0 ? { constants: recordOf(constants) } : {}),
            ...(conditions.length > 0 ? { when: Object.fromEntries(conditions) } : {}),
            ...(kind === 'chat' ? { message_fields: recordOf(messageFields) } : {}),
          },
        }),
  }
}
