// What a conversation and an agent look like to somebody who may not see personal data: placeholders in place of numbers,
// customer references and e-mail addresses. Words that were spoken are not this file's matter.

import type { ConversationEventData } from '../events/index.ts'
import type { Conversation } from './conversations.ts'
import type { Agent, AgentGiven } from './people.ts'
import type { Viewer } from './reach.ts'
import type { Recording } from './recordings.ts'

const number = '[PHONE_NUMBER]'
const customer = '[CUSTOMER]'
const email = '[EMAIL_ADDRESS]'

/** Whether somebody sees everything unmasked without asking. Programs do; people only when their role and flag say so. */
export const isUnmasked = (by: Viewer): boolean => by.reveals ?? /^(key|client|token):/.test(by.actor)

/** Shorter values are too likely to be something else where they turn up again. */
const repeatedCharsMin = 4
// Bounded, so that a long text without an @ is not read again from each of its characters.
const address = /[^\s@<>"'(),;:]{1,64}@[^\s@<>"'(),;:]{1,255}/g

/** Masks the fields that hold personal data, and what repeats their values in what clients may write freely. */
export function maskConversation(conversation: Conversation): Conversation {
  const mask = repeatsOf(conversation)
  const { caller_number, called_number, customer_ref, external_id, agent_given, failure } = conversation
  return {
    ...conversation,
    is_masked: true,
    caller_number: caller_number && number,
    called_number: called_number && number,
    customer_ref: customer_ref && customer,
    external_id: external_id && mask(external_id),
    agent_given: agent_given && maskGiven(agent_given),
    tags: conversation.tags.map(mask),
    warnings: conversation.warnings.map(mask),
    failure: failure && { ...failure, reason: mask(failure.reason) },
    metadata: maskDeep(conversation.metadata, mask) as Conversation['metadata'],
  }
}

/** What an event tells of a conversation. */
export function maskTold(told: ConversationEventData): ConversationEventData {
  const { agent, agent_email, failure } = told
  const { caller_number, called_number } = 'call_id' in told ? told : { caller_number: null, called_number: null }
  const mask = repeatsOf({ caller_number, called_number, customer_ref: null })
  const masked = {
    agent: agent && maskAddresses(agent),
    agent_email: agent_email && email,
    failure: failure && { ...failure, message: mask(failure.message) },
  }
  if (!('call_id' in told)) return { ...told, ...masked }
  return { ...told, ...masked, caller_number: caller_number && number, called_number: called_number && number }
}

/** The agent of a conversation, masked where the conversation is. */
export const agentAsIn = (conversation: Conversation, agent: Agent | null): Agent | null =>
  agent && conversation.is_masked ? maskAgent(agent) : agent

export function maskAgent(agent: Agent): Agent {
  const { name, external_id } = agent
  return {
    ...agent,
    email: agent.email && email,
    name: name && maskAddresses(name),
    external_id: external_id && maskAddresses(external_id),
  }
}

/** Files are often named by the number of who called, which is not there any more: a masked one has no name. */
export const recordingAsIn = (conversation: Conversation, recording: Recording | null): Recording | null =>
  recording && conversation.is_masked ? { ...recording, file_name: null } : recording

const maskAddresses = (text: string) => text.replace(address, email)

const maskGiven = (given: AgentGiven): AgentGiven =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [key, maskAddresses(value)]))

type Named = Pick<Conversation, 'caller_number' | 'called_number' | 'customer_ref'>

/** Masks in free text what these fields hold, and addresses. Numbers are found with and without their plus sign. */
export function repeatsOf({ caller_number, called_number, customer_ref }: Named): (text: string) => string {
  const numbers = [caller_number, called_number].flatMap((one) => (one ? [one, one.replace(/^\+/, '')] : []))
  const repeats = [...numbers.map((one) => [one, number]), ...(customer_ref ? [[customer_ref, customer]] : [])].filter(
    (pair): pair is [string, string] => (pair[0]?.length ?? 0) >= repeatedCharsMin,
  )
  return (text) => maskAddresses(repeats.reduce((rest, [value, shown]) => rest.replaceAll(value, shown), text))
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (typeof value === 'number') {
    const text = String(value)
    return mask(text) === text ? value : mask(text)
  }
  if (Array.isArray(value)) return value.map((one) => maskDeep(one, mask))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [mask(key), maskDeep(one, mask)]))
}
