// What a column of somebody else's table holds, by the names that hosted services, telephone systems and people give
// their columns: Asterisk, FreeSWITCH, 3CX, Genesys and spreadsheets. What a value means is for call-metadata.ts to say.

import { onceForEachName } from '../../platform/name-memo.ts'

/** As call-metadata.ts reads them; `agent` is a name or an e-mail address. */
const callColumns = {
  agent: ['agent', 'operator', 'advisor'],
  agent_name: ['agent_name', 'agent full name', 'user name', 'display name', 'operator name', 'advisor name'],
  agent_email: ['agent_email', 'email', 'e-mail', 'user email'],
  agent_id: ['agent_id', 'user id', 'agent extension', 'extension'],
  team: ['team', 'team name', 'agent team'],
  department: ['department', 'department name', 'dept'],
  direction: ['direction', 'call direction'],
  tags: ['tags', 'tag', 'labels'],
  date_of_call: [
    'date_of_call',
    'call date',
    'calldate',
    'started at',
    'start time',
    'start_stamp',
    'start timestamp',
    'start_epoch',
    'start',
    'date',
    'datetime',
    'date time',
    'conversation start',
    'conversation date',
    'call start',
    'call start time',
    'setup time',
    'connect time',
    'initiated',
    'timestamp',
    'created at',
    'answer_stamp',
  ],
  time_of_call: ['time_of_call', 'call time', 'time'],
  contact: ['contact', 'customer number', 'customer phone', 'phone number', 'phone', 'msisdn'],
  caller_number: [
    'caller_number',
    'caller',
    'src',
    'source',
    'caller id',
    'caller_id_number',
    'callerid num',
    'from',
    'from number',
    'ani',
    'calling number',
    'calling party',
    'calling party number',
    'a number',
    'source number',
    'clid',
  ],
  called_number: [
    'called_number',
    'called',
    'callee',
    'dst',
    'destination',
    'destination_number',
    'to',
    'to number',
    'dnis',
    'called party',
    'called party number',
    'b number',
    'dialed number',
    'dialled number',
    'callee id number',
  ],
  interaction_id: [
    'interaction_id',
    'external_id',
    'uniqueid',
    'call_id',
    'call uuid',
    'uuid',
    'conversation_id',
    'sip_call_id',
    'linkedid',
    'contact id',
    'recording id',
  ],
  language: ['language', 'language code', 'lang'],
} as const

const fileColumns = [
  'filename',
  'file',
  'recording',
  'recordingfile',
  'recording file name',
  'recording name',
  'recording path',
  'record path',
  'audio',
  'audio file',
  'audio file name',
  'wav',
  'wav file',
  'call recording',
  'file path',
  'path',
  'sound file',
  'voice file',
  'chat file',
]
const urlColumns = [
  'file_url',
  'recording_url',
  'url',
  'recording link',
  'audio url',
  'download url',
  'rec url',
  'link',
  'media url',
  'recording uri',
]
const messageColumns = {
  text: ['message', 'text', 'content', 'body', 'message text', 'message body'],
  time: ['time', 'timestamp', 'sent at', 'created at', 'message time', 'message date', 'datetime', 'date time', 'date'],
  sender: ['sender', 'role', 'from', 'author', 'sender type', 'sender role', 'speaker', 'participant'],
  chat: ['chat_id', 'session_id', 'conversation_id', 'interaction_id', 'thread id', 'ticket id', 'external_id'],
  language: ['language', 'language code', 'lang'],
} as const

export type CallColumn = keyof typeof callColumns
export type MessageColumn = keyof typeof messageColumns

/** Of letters and digits alone, in lower case. */
export const plainName = onceForEachName((name) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, ''),
)

const byPlainName = <Name extends string>(aliases: Record<Name, readonly string[]>) =>
  new Map(
    Object.entries<readonly string[]>(aliases).flatMap(([name, all]) =>
      all.map((alias) => [plainName(alias), name as Name]),
    ),
  )

const calls = byPlainName<CallColumn | 'file' | 'url'>({ ...callColumns, file: fileColumns, url: urlColumns })
const messages = byPlainName<MessageColumn>(messageColumns)

export const callColumn = (name: string) => calls.get(plainName(name)) ?? null

/** Where each column of a table with a message in each row is; the first of each kind counts. */
export function messagePlaces(header: readonly string[]): Partial<Record<MessageColumn, number>> {
  const places: Partial<Record<MessageColumn, number>> = {}
  // By the order of the names above: of a time and a date, the time is that of the message.
  const plain = header.map(plainName)
  for (const [alias, kind] of messages) {
    const at = plain.indexOf(alias)
    if (at >= 0 && !Object.values(places).includes(at)) places[kind] ??= at
  }
  return places
}

/**
 * `messages`: a message in each row. `recordings`: rows that name files or addresses. `calls`: rows about calls that name
 * no recordings. null: something else.
 */
export function tableKind(header: readonly string[]): 'messages' | 'recordings' | 'calls' | null {
  const known = new Set(header.map(callColumn))
  const { text, time, sender } = messagePlaces(header)
  // Messages may have links and files of their own.
  if (text !== undefined && time !== undefined && sender !== undefined) return 'messages'
  if (known.has('file') || known.has('url')) return 'recordings'
  if (text !== undefined && (time !== undefined || sender !== undefined)) return 'messages'
  known.delete(null)
  return known.size >= 2 ? 'calls' : null
}
