// Which agent, team and department a call or chat names, without reading the rest of it.

import { readParticulars, takeNotes, withoutMetadata } from '../call-metadata.ts'
import { type Body, fieldsOf } from '../flexible-body.ts'
import type { PeopleSaid } from '../jobs/shapes.ts'
import { isObject } from './json-files.ts'

const named = /agent|team|department|email/i

/** @param body of a call or chat, as call-metadata.ts and chat-messages.ts read it; null when it names nobody */
export function peopleIn(body: Body): PeopleSaid | null {
  const { metadata, rest } = withoutMetadata(body)
  const around = isObject(rest.chat_data) ? rest.chat_data : {}
  const sources = [metadata, around, rest].map((source) =>
    Object.fromEntries(Object.entries(source).filter(([name]) => named.test(name))),
  )
  if (sources.every((source) => Object.keys(source).length === 0)) return null
  const { agent, team, department } = readParticulars(fieldsOf(...sources), takeNotes())
  return agent || team || department ? { agent, team, department } : null
}
