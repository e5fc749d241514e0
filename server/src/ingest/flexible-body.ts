// Reads the fields of a body under any spelling of their names, and values that came as the JSON text of a value. What the
// fields mean is for others to say.

import { parseJsonText } from '../platform/http/body.ts'
import { onceForEachName } from '../platform/name-memo.ts'
import { Problem } from '../platform/problem.ts'

export type Body = Record<string, unknown>
/** An object, or JSON text of one (also text of text, from clients that encode twice). Nothing at all is `{}`. */
export function looseObject(value: unknown, name: string): Body {
  const parsed = unwrap(value, name)
  if (isNothing(parsed)) return {}
  if (typeof parsed === 'object' && !Array.isArray(parsed)) return parsed as Body
  throw invalid('not_an_object', `${name} must be a JSON object, or text that holds one.`, undefined, name)
}

/** An object or list as it is, or as the JSON text of one; other text stays text. */
export function unwrap(value: unknown, name: string): unknown {
  let parsed = value
  for (let i = 0; i < 2 && typeof parsed === 'string' && /^\s*[[{"]/.test(parsed); i++)
    parsed = parseJsonText(parsed, { name })
  return parsed
}

/** As `unwrap`, for values that may also be words which only begin like JSON: `[urgent] refund`. */
export function unwrapIfJson(value: unknown): unknown {
  try {
    return unwrap(value, 'value')
  } catch {
    return value
  }
}

export type Fields = {
  /** The first of these that holds anything; it is then gone from `rest`. */
  take(...names: string[]): unknown
  /** What nobody took, under the names that the client gave. */
  rest(): Body
}

/**
 * Reads names without regard to case, `_`, `-` and spaces: `agent_email` also finds `agentEmail`. Of several sources the
 * earlier one counts; a different value in a later one stays in `rest`.
 */
export function fieldsOf(...sources: Body[]): Fields {
  const entries = sources.flatMap((source) =>
    Object.entries(source).map(([name, value]) => ({ name, plain: plainName(name), value })),
  )
  const left = new Set(entries.filter((entry) => !isNothing(entry.value)))
  return {
    take(...names) {
      for (const name of names) {
        const plain = plainName(name)
        let first: { value: unknown } | undefined
        for (const entry of left) {
          if (entry.plain !== plain) continue
          first ??= entry
          if (entry.value === first.value) left.delete(entry)
        }
        if (first) return first.value
      }
      return undefined
    },
    rest() {
      const rest = new Map<string, unknown>()
      for (const { name, value } of left) {
        // The same name in two sources, with two values: neither is lost.
        if (!rest.has(name)) rest.set(name, value)
        else if (rest.get(name) !== value) rest.set(`${name} (2)`, value)
      }
      return Object.fromEntries(rest)
    },
  }
}

const orgIdNames = ['org_id', 'organisation_id', 'organization_id']

/** `org_id` under any of the names that clients use for it (also `orgID`, `OrgID`); null when there is none. */
export function takeOrgId(fields: Fields): string | null {
  const value = fields.take(...orgIdNames)
  if (value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return String(value).trim()
  throw invalid('invalid_org_id', 'org_id must be text.', undefined, 'org_id')
}

/** Absent, null, or text of nothing but space: forms cannot say null. */
export function isNothing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

const plainName = onceForEachName((name) => name.toLowerCase().replace(/[_\-\s]/g, ''))

function invalid(code: string, detail: string, cause?: unknown, field?: string): Problem {
  return new Problem('invalid', code, detail, { cause, facts: field ? { field } : {} })
}
