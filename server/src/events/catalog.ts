// Every event that the program tells the world of: its name, and the shape of its data.
// Events of a conversation are named by channel; `<channel>.received` comes at the door, `completed` or `failed` at the
// end. Events of the organisation belong to no conversation.

const conversationEventTypes = [
  'call.received',
  'call.completed',
  'call.failed',
  'call.updated',
  'call.deleted',
  'chat.received',
  'chat.completed',
  'chat.failed',
  'chat.updated',
  'chat.deleted',
] as const

const orgEventTypes = [
  'usage.threshold_reached',
  'audit.head_signed',
  'ingest.completed',
  'watcher.silent',
  'connection.degraded',
  'connection.recovered',
] as const

export const eventTypes = [...conversationEventTypes, ...orgEventTypes] as const

export type ConversationEventType = (typeof conversationEventTypes)[number]
export type EventType = (typeof eventTypes)[number]

/** All that a subscription may say to be told of this type: the type, all of its noun (`call.*`), or `*`. */
export const filtersOf = (type: EventType): string[] => [type, `${type.split('.')[0]}.*`, '*']

/** All that a subscription may name. */
export const eventFilters: ReadonlySet<string> = new Set(eventTypes.flatMap(filtersOf))

/** The hosted service's clients subscribe to it in one breath with calls; nothing sends it yet. */
const laterTypes = new Set(['smart_search.matched'])

export const isEventFilter = (text: string): boolean => eventFilters.has(text) || laterTypes.has(text)

/** Those of a subscription that it will not be told of yet. */
export const unsentEvents = (events: string[]): string[] => events.filter((text) => laterTypes.has(text))

/** Underscored spelling that some receivers of the hosted service look for: `call_completed`. */
export const underscored = (type: string): string => type.replaceAll('.', '_')
