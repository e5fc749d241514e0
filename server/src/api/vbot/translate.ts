// vBot's shapes: errors of two keys with fixed texts, customers, and calls with the nine keys of its webhook.

import type { Org } from '../../access/index.ts'
import { type Dossier, keywordsOf, spoken } from '../../conversations/index.ts'
import type { RenderProblem } from '../../platform/http/route.ts'
import type { ProblemKind } from '../../platform/problem.ts'

const texts: Record<ProblemKind, string> = {
  invalid: 'Invalid request parameters',
  unauthenticated: 'Invalid API key',
  forbidden: 'Insufficient permissions',
  not_found: 'Resource not found',
  conflict: 'Invalid request parameters',
  too_large: 'Invalid request parameters',
  limited: 'Rate limit exceeded',
  upstream: 'Internal server error',
  unavailable: 'Internal server error',
  bug: 'Internal server error',
}

/** `status` and `message` exactly as documented; what helps a person stands beside them. */
export const renderVbot: RenderProblem = (problem, requestId) => ({
  status: 'error',
  message: texts[problem.kind],
  code: problem.code,
  details: problem.kind === 'bug' ? null : { reason: problem.detail, ...problem.facts },
  request_id: requestId,
})

/** Times as vBot writes them: UTC, to the second. */
export const toSecond = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z')

/** `api_key`: in clear right after it was made, masked ever after. */
export const customerView = (org: Org, apiKey: string) => ({
  id: org.alias,
  name: org.name,
  company_name: org.company_name,
  email: org.email,
  api_key: apiKey,
  is_active: org.is_active,
  created_at: toSecond(org.created_at),
  updated_at: toSecond(org.updated_at),
  org_id: org.id,
  former_ids: org.former_ids,
  settings: org.settings,
})

export function callView(dossier: Dossier, customerId: number) {
  const { conversation, analysis, turns } = dossier
  return {
    call_id: conversation.id,
    caller_number: conversation.caller_number ?? '',
    called_number: conversation.called_number ?? '',
    transcription: spoken(turns),
    summary: analysis?.summary.value?.short ?? '',
    sentiment: conversation.sentiment ?? '',
    keywords: keywordsOf(dossier).join(', '),
    timestamp: toSecond(conversation.completed_at ?? conversation.received_at),
    customer_id: customerId,
    status: conversation.status,
    failure: conversation.failure,
  }
}
