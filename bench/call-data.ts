// What a finished call tells the world, of a usual size: about a kilobyte with its envelope.

import type { DataOf } from '../server/src/events/catalog/catalog.ts'

export const callData = (id: string): DataOf<'call.completed'> => ({
  conversation_id: id,
  status: 'completed',
  agent: 'Nomsa Dlamini',
  agent_id: id,
  agent_email: 'nomsa.dlamini@example.com',
  started_at: '2026-01-05T09:00:00.000Z',
  duration: 312.4,
  languages: ['en', 'zu'],
  sentiment: 'neutral',
  sentiment_score: 0.12,
  topic: 'billing',
  summary: 'The customer asked why the amount of the debit order had changed, and was told when it would be put right.',
  keywords: ['debit order', 'amount', 'refund', 'account'],
  failure: null,
  changed: [],
  links: { self: `/v1/conversations/${id}`, transcript: `/v1/conversations/${id}/transcript` },
  call_id: id,
  caller_number: '+27110000000',
  called_number: '+27870000000',
})
