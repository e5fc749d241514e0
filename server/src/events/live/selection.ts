// What a subscriber wants to hear of: types, a filter, one conversation. Of a request, and of what a WebSocket says later.

import { isUuid } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import type { EventType } from '../catalog/catalog.ts'
import type { EventFilter } from '../event-filter.ts'
import { readLogQuery } from '../log/log-page.ts'
import type { LogEvent } from '../log/read-log.ts'

/** As the client said it; null: no limit. */
export type Asked = { types: string | null; filter: string | null; conversation_id: string | null }

export type Selection = {
  asked: Asked
  /** Two subscribers with the same get the same. */
  key: string
  types: readonly EventType[] | undefined
  matches: EventFilter | undefined
  conversationId: string | undefined
}

/** @throws Problem('invalid') that names the field which cannot be used */
export function readSelection(asked: Asked): Selection {
  const conversationId = asked.conversation_id ?? undefined
  if (conversationId !== undefined && !isUuid(conversationId)) {
    const detail = 'conversation_id: must be the id of a call or a chat.'
    throw new Problem('invalid', 'invalid_request', detail, { facts: { field: 'conversation_id' } })
  }
  const { types, matches } = readLogQuery({ types: asked.types ?? undefined, filter: asked.filter ?? undefined })
  const key = JSON.stringify([asked.types, asked.filter, asked.conversation_id])
  return { asked, key, types, matches, conversationId }
}

/** `event` as its reader sees it: what is masked for somebody cannot be found by them either. */
export const isSelected = ({ types, matches, conversationId }: Selection, event: LogEvent): boolean =>
  (types === undefined || types.includes(event.type)) &&
  (conversationId === undefined || event.conversation_id === conversationId) &&
  (matches === undefined || matches(event))
