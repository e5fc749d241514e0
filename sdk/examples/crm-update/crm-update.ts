// Writes each finished call into the CRM, and into the profile of the customer who called. HubSpot's API, with unique
// properties of our own, so that everything can be written again. Usage: settings of express/receiver.ts, and INDABA_URL,
// INDABA_API_KEY, HUBSPOT_URL, HUBSPOT_TOKEN.
// Make once in HubSpot: `indaba_call_id` of calls and `indaba_phone` of contacts as unique properties; the others as texts.

import { ApiError, fetchPatiently, indabaApi, jsonOf } from '@indaba/sdk'
import { serve } from '../express/receiver.ts'
import { setting } from '../settings.ts'

type Call = {
  id: string
  direction: string | null
  sentiment: string | null
  agent: { agent_id: string | null; name: string | null }
  caller_number: string | null
  called_number: string | null
  started_at: string
  duration_ms: number | null
  analysis: { summary: { value: { short: string } | null }; keywords: { value: { text: string }[] | null } } | null
}

const indaba = indabaApi({ url: setting('INDABA_URL'), key: setting('INDABA_API_KEY') })
const crmHeaders = { authorization: `Bearer ${setting('HUBSPOT_TOKEN')}`, 'content-type': 'application/json' }
const objects = `${setting('HUBSPOT_URL')}/crm/objects/2026-09`

await serve(async (event) => {
  if (event.type === 'call.deleted') return forget(event.data.call_id)
  if (event.type !== 'call.completed' && event.type !== 'call.updated') return
  const call = await indaba.get<Call>(event.data.links.self)
  if (!call) return forget(event.data.call_id)
  const phone = call.direction === 'outbound' ? call.called_number : call.caller_number
  const logged = await upsert('calls', 'indaba_call_id', call.id, callProperties(call))
  if (!phone) return
  const contact = (await isOld(phone, call))
    ? null
    : await upsert('contacts', 'indaba_phone', phone, profile(call, phone))
  if (!contact) return
  const link = `${objects}/calls/${logged}/associations/default/contacts/${contact}`
  await jsonOf(await fetchPatiently(link, { method: 'PUT', headers: crmHeaders }))
})

function summaryOf({ analysis }: Call): string {
  return analysis?.summary.value?.short ?? ''
}

function issuesOf({ analysis }: Call): string {
  return (analysis?.keywords.value ?? []).map(({ text }) => text).join(', ')
}

function callProperties(call: Call): Record<string, string> {
  return {
    hs_timestamp: call.started_at,
    hs_call_title: 'Call',
    hs_call_body: `${summaryOf(call)}\nIssues: ${issuesOf(call)}\nSentiment: ${call.sentiment ?? 'unknown'}`,
    hs_call_duration: String(call.duration_ms ?? 0),
    hs_call_direction: call.direction === 'outbound' ? 'OUTBOUND' : 'INBOUND',
    hs_call_status: 'COMPLETED',
    hs_call_from_number: call.caller_number ?? '',
    hs_call_to_number: call.called_number ?? '',
  }
}

function profile(call: Call, phone: string): Record<string, string> {
  return {
    phone,
    indaba_last_call_at: call.started_at,
    indaba_last_sentiment: call.sentiment ?? '',
    indaba_last_issues: issuesOf(call),
    indaba_last_agent: call.agent.name ?? '',
  }
}

/** Calls end in another order than they began: the profile shows the last one that began. */
async function isOld(phone: string, call: Call): Promise<boolean> {
  const query = 'idProperty=indaba_phone&properties=indaba_last_call_at'
  const response = await fetchPatiently(`${objects}/contacts/${encodeURIComponent(phone)}?${query}`, {
    headers: crmHeaders,
  })
  if (response.status === 404) return false
  const { properties } = await jsonOf<{ properties: { indaba_last_call_at?: string | null } }>(response)
  return Date.parse(properties.indaba_last_call_at ?? '') > Date.parse(call.started_at)
}

/** Makes or changes what has this value in our unique property. @returns HubSpot's id */
async function upsert(
  kind: string,
  idProperty: string,
  id: string,
  properties: Record<string, string>,
): Promise<string> {
  const body = JSON.stringify({ inputs: [{ idProperty, id, properties }] })
  const init = { method: 'POST', headers: crmHeaders, body }
  const response = await fetchPatiently(`${objects}/${kind}/batch/upsert`, init, { isRepeatable: true })
  const [result] = (await jsonOf<{ results: { id: string }[] }>(response)).results
  if (!result) throw new ApiError(response.status, `HubSpot did not say which of the ${kind} it wrote.`)
  return result.id
}

/** What was deleted here is not kept there. */
async function forget(callId: string): Promise<void> {
  const blank = { hs_call_body: '', hs_call_title: 'Deleted', hs_call_from_number: '', hs_call_to_number: '' }
  await upsert('calls', 'indaba_call_id', callId, blank)
}
