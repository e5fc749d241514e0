// Where a message goes inside the broker: subjects, routing keys and topics with the placeholders {org}, {type} and
// {key}.

import { BrokerFailure } from './failure.ts'
import type { BrokerMessage } from './shapes.ts'

const placeholders = ['{org}', '{type}', '{key}']

/** What is wrong with the template, in plain words; null when nothing is. `characters`: what may stand beside placeholders. */
export function templateFault(template: string, characters: RegExp): string | null {
  const rest = placeholders.reduce((text, name) => text.replaceAll(name, 'x'), template)
  if (/[{}]/.test(rest)) return `knows the placeholders ${placeholders.join(', ')} and no other`
  return characters.test(rest) ? null : 'has a character in it that may not stand there'
}

/** Throws a BrokerFailure where the key has characters that would change what the template means. */
export function fillTemplate(template: string, message: Pick<BrokerMessage, 'orgId' | 'type' | 'key'>): string {
  const values: Record<string, string> = { org: message.orgId, type: message.type, key: message.key ?? '-' }
  return template.replaceAll(/\{(org|type|key)\}/g, (_, name: string) => {
    const value = values[name] ?? ''
    if (/^[\w.-]{1,200}$/.test(value) && !/^\.|\.\.|\.$/.test(value)) return value
    throw new BrokerFailure('unfit', `The event's ${name} cannot stand in ${template}: it has unusual characters.`)
  })
}

/**
 * What a stream must listen to, so that it gets all that the template makes for this organisation: `indaba.X.>`.
 * Null: the template has no fixed beginning with a dot behind it.
 */
export function widestSubject(template: string, orgId: string): string | null {
  const own = template.replaceAll('{org}', orgId)
  const fixed = own.replace(/\{.*$/, '')
  if (fixed === own) return own
  const parent = fixed.slice(0, fixed.lastIndexOf('.') + 1)
  return parent === '' ? null : `${parent}>`
}
