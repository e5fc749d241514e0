// Ids of conversations as clients see them and send them back: chats may bear a prefix.

import { Type } from 'typebox'
import { requireUuid } from '../platform/ids.ts'

const chatPrefix = 'vela_chat_'

export const byId = Type.Object({
  id: Type.String({ maxLength: 200, description: `As any answer showed it, with or without \`${chatPrefix}\`` }),
})

/** The id as the chat routes show it. */
export const chatId = (id: string): string => chatPrefix + id

/** The id that a client names, in either spelling. @throws Problem('not_found') for what cannot be one */
export const ownId = (shown: string): string =>
  requireUuid(shown.startsWith(chatPrefix) ? shown.slice(chatPrefix.length) : shown)
