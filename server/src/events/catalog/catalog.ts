// Every event that the program tells the world of, and what a subscription may say to be told of it.
// Each is declared in the file of its noun, with its scope, its version, the schema of its data and an example.

import type { Static } from 'typebox'
import { alertEvents } from './alert-events.ts'
import { commentEvents } from './comment-events.ts'
import { conversationEvents } from './conversation-events.ts'
import type { Declaration } from './declaration.ts'
import { endpointEvents } from './endpoint-events.ts'
import { endpointMessages } from './endpoint-messages.ts'
import { ingestEvents } from './ingest-events.ts'
import { reportEvents } from './report-events.ts'
import { usageEvents } from './usage-events.ts'

const orgEvents = [
  ...usageEvents,
  ...ingestEvents,
  ...endpointEvents,
  ...alertEvents,
  ...commentEvents,
  ...reportEvents,
] as const

type ConversationDeclaration = (typeof conversationEvents)[number]
type OrgDeclaration = (typeof orgEvents)[number]
type Declared = ConversationDeclaration | OrgDeclaration | (typeof endpointMessages)[number]

export type ConversationEventType = ConversationDeclaration['type']
export type OrgEventType = OrgDeclaration['type']
export type EventType = ConversationEventType | OrgEventType
/** With what is sent on demand and is no event: `webhook.test`, `webhook.verify`. */
export type MessageType = Declared['type']

/** The data that this event has, by its schema. */
export type DataOf<Type extends MessageType> = Static<Extract<Declared, { type: Type }>['data']>
export type ConversationEventData = DataOf<ConversationEventType>
export type EventData = DataOf<EventType>

export const catalog: readonly Declaration[] = [...conversationEvents, ...orgEvents, ...endpointMessages]

export const eventTypes: readonly EventType[] = [...conversationEvents, ...orgEvents].map(({ type }) => type)

const byType = new Map<string, Declaration>(catalog.map((one) => [one.type, one]))

export function declarationOf(type: MessageType): Declaration {
  const found = byType.get(type)
  if (!found) throw new TypeError(`${type} is not in the catalogue`)
  return found
}

/** Of the data. The log may hold events of types that nothing tells any more. */
export const versionOf = (type: string): string => byType.get(type)?.version ?? '1'

/** What the event is about: an id, mostly. */
export function subjectOf(type: string, data: object): string {
  const name = byType.get(type)?.subject ?? ''
  return String((data as Record<string, unknown>)[name] ?? type)
}

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
