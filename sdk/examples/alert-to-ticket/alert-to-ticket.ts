// A ticket in the help desk for each alert, or for each conversation that went badly: subscribe the endpoint to `alert.opened`
// and let rules decide (docs/alerts.md), or to `call.completed` and `chat.completed`. Zendesk's API; one ticket, however often
// an event comes. Usage: settings of express/receiver.ts, and INDABA_URL, INDABA_API_KEY, ZENDESK_URL, ZENDESK_TOKEN.

import { fetchPatiently, indabaApi, jsonOf } from '@indaba/sdk'
import { serve } from '../express/receiver.ts'
import { setting } from '../settings.ts'

type Conversation = {
  id: string
  sentiment: string | null
  agent: { name: string | null }
  caller_number: string | null
  started_at: string
  analysis: { summary: { value: { short: string } | null } } | null
}

type Alert = {
  id: string
  state: string
  severity: 'low' | 'medium' | 'high' | 'critical'
  title: string
  detail: string
}

/** `about`: what it is about, in Indaba. */
type Ticket = { about: string; subject: string; lines: string[]; priority: 'low' | 'normal' | 'high' | 'urgent' }

const indabaUrl = setting('INDABA_URL')
const indaba = indabaApi({ url: indabaUrl, key: setting('INDABA_API_KEY') })
const tickets = `${setting('ZENDESK_URL')}/api/v2/tickets`
const headers = { authorization: `Bearer ${setting('ZENDESK_TOKEN')}`, 'content-type': 'application/json' }
const priorities = { low: 'low', medium: 'normal', high: 'high', critical: 'urgent' } as const

// What is true now may be other than what the event says, or nothing any more: so it is asked for.
await serve(async (event) => {
  if (event.type === 'alert.opened') {
    const alert = await indaba.get<Alert>(event.data.links.self)
    if (alert && alert.state !== 'resolved') await openTicket(ofAlert(alert))
  }
  if (event.type === 'call.completed' || event.type === 'chat.completed') {
    const conversation = await indaba.get<Conversation>(event.data.links.self)
    if (conversation?.sentiment === 'negative') await openTicket(ofConversation(conversation))
  }
})

function ofAlert({ id, severity, title, detail }: Alert): Ticket {
  return { about: `/v1/alerts/${id}`, subject: title, lines: [detail], priority: priorities[severity] }
}

function ofConversation({ id, agent, caller_number, started_at, analysis }: Conversation): Ticket {
  const who = `Agent: ${agent.name ?? 'unknown'}. Caller: ${caller_number ?? 'unknown'}. At: ${started_at}.`
  return {
    about: `/v1/conversations/${id}`,
    subject: 'A customer was unhappy',
    lines: [analysis?.summary.value?.short ?? 'No summary.', who],
    priority: 'high',
  }
}

async function openTicket({ about, subject, lines, priority }: Ticket): Promise<void> {
  const external_id = `indaba:${about}`
  // Zendesk remembers idempotency keys for hours, and external ids for ever.
  const query = new URLSearchParams({ external_id })
  const known = await jsonOf<{ tickets: unknown[] }>(await fetchPatiently(`${tickets}?${query}`, { headers }))
  if (known.tickets.length > 0) return
  const body = [...lines, new URL(about, indabaUrl).href].join('\n\n')
  const ticket = { external_id, subject, comment: { body, public: false }, priority, tags: ['indaba'] }
  const init = {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': external_id },
    body: JSON.stringify({ ticket }),
  }
  await jsonOf(await fetchPatiently(tickets, init))
}
