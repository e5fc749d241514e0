// What a WebSocket's client says: another selection from now on, or a ping. JSON texts, few and short.

import { Problem } from '../../platform/problem.ts'
import { type Asked, readSelection } from './selection.ts'
import { end, type Subscriber, say } from './subscriber.ts'

const messagesPerMinute = 60
const fields = ['types', 'filter', 'conversation_id'] as const

/** Takes the messages of one subscriber. */
export function requestsOf(subscriber: Subscriber): (text: string | null) => void {
  let count = 0
  let minuteEndsAt = 0
  return (text) => {
    if (subscriber.isEnded) return
    if (performance.now() > minuteEndsAt) {
      count = 0
      minuteEndsAt = performance.now() + 60_000
    }
    count += 1
    if (count > messagesPerMinute) return end(subscriber, 'too_many_messages')
    if (text === null) return
    try {
      take(subscriber, readMessage(text))
    } catch (err) {
      if (!(err instanceof Problem)) throw err
      const { code, detail: message, facts: details } = err
      say(subscriber, { control: 'error', code: code.toUpperCase(), message, details })
    }
  }
}

function take(subscriber: Subscriber, said: Record<string, unknown>): void {
  const { ping, ...rest } = said
  const unknown = Object.keys(rest).find((name) => !(fields as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw invalid(
      `There is no "${unknown.slice(0, 100).toWellFormed()}" here: send types, filter, conversation_id or ping.`,
    )
  if (Object.keys(rest).length > 0) {
    const asked: Asked = { ...subscriber.selection.asked }
    for (const name of fields) if (Object.hasOwn(rest, name)) asked[name] = readText(name, rest[name])
    subscriber.selection = readSelection(asked)
    say(subscriber, { control: 'subscribed', ...asked })
  }
  if (ping !== undefined) say(subscriber, { control: 'pong', ping })
}

function readMessage(text: string): Record<string, unknown> {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    throw invalid('Send JSON, such as {"filter": "sentiment = negative"}.')
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw invalid('Send a JSON object.')
  return said as Record<string, unknown>
}

/** Null, and for types a list too. */
function readText(name: (typeof fields)[number], value: unknown): string | null {
  if (value === null) return null
  if (name === 'types' && Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(',')
  if (typeof value !== 'string') throw invalid(`${name}: must be a text, or null for no limit.`)
  return value
}

const invalid = (detail: string) => new Problem('invalid', 'invalid_message', detail)
