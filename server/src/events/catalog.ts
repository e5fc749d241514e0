// Every event that the program tells the world of: its name, and the shape of its data.
// Events are named by channel; `<channel>.received` comes at the door, `completed` or `failed` at the end.

export const eventTypes = [
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

export type EventType = (typeof eventTypes)[number]

/** What a subscription may say: a type, all types of one noun (`call.*`), or `*`. */
export const isEventFilter = (text: string): boolean =>
  text === '*' ||
  (eventTypes as readonly string[]).includes(text) ||
  (text.endsWith('.*') && eventTypes.some((type) => type.startsWith(text.slice(0, -1))))

/** Underscored spelling that some receivers of the hosted service look for: `call_completed`. */
export const underscored = (type: string): string => type.replaceAll('.', '_')
