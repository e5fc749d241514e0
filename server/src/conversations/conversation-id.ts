// Ids of conversations in the paths of requests, in either spelling.

import { Type } from 'typebox'
import { isUuid } from '../platform/ids.ts'
import { Problem } from '../platform/problem.ts'
import { conversationIdOf } from './announcements.ts'

export const byId = Type.Object({
  id: Type.String({ maxLength: 200, description: 'As any answer showed it, with or without `vela_chat_`' }),
})

/** The id that a client names, in either spelling. What cannot be an id is unknown. */
export function ownId(shown: string): string {
  const id = conversationIdOf(shown)
  if (!isUuid(id)) throw new Problem('not_found', 'not_found', 'Resource not found')
  return id
}
