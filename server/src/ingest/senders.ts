// Which party a chat's word for the sender stands for. The client's own word is kept beside it.

import type { Role } from '../conversations/shapes.ts'

export type SenderReading = { sender: string; role: Role; warning: string | null }

const roles = new Map<string, Role>([
  ...(['customer', 'user', 'client', 'caller', 'visitor', 'contact'] as const).map(
    (word) => [word, 'customer'] as const,
  ),
  ...(['agent', 'operator', 'advisor'] as const).map((word) => [word, 'agent'] as const),
  ...(['bot', 'assistant', 'system'] as const).map((word) => [word, 'bot'] as const),
])

const known = [...roles.keys()].join(', ')

/** In any case. A word we do not know is somebody else (`third_party`); none at all is `unknown`; both are reported. */
export function readSender(value: unknown): SenderReading {
  const sender = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  const word = sender.normalize('NFKC').trim().toLowerCase()
  if (word === '') return { sender, role: 'unknown', warning: `No sender was given. Known senders: ${known}.` }
  const role = roles.get(word)
  if (role) return { sender, role, warning: null }
  const shown = JSON.stringify(sender.slice(0, 40))
  return {
    sender,
    role: 'third_party',
    warning: `The sender ${shown} is not known and counts as neither side. Known senders: ${known}.`,
  }
}
