// What may be said of a source over REST, and how it is shown. Schemes and readers bring the schemas of their settings.

import { type Static, type TObject, Type } from 'typebox'
import { overlapHoursMax } from '../../access/index.ts'
import { strictFields } from '../../platform/http/strict-fields.ts'
import { Problem } from '../../platform/problem.ts'
import { schemeNamed, schemes } from './schemes.ts'
import type { InboundScheme, Reader, Settings } from './shapes.ts'
import type { Source, SourceFields } from './sources.ts'

const overlapHoursDefault = 24
const secretCharsMin = 16
const settings = Type.Record(Type.String(), Type.Unknown())
const time = Type.String({ description: 'ISO 8601 UTC' })
const orNull = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()])

const secret = Type.String({
  minLength: secretCharsMin,
  maxLength: 500,
  description: 'As the other system has it. Kept sealed, and in no answer',
})

const fields = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  scheme: Type.Union(
    schemes.map(({ name, about }) => Type.Literal(name, { description: about })),
    { description: 'How its requests are proven' },
  ),
  settings: Type.Unsafe<Settings>({ ...settings, description: 'Of the scheme' }),
  reader: Type.Union([Type.String({ maxLength: 100 }), Type.Null()], {
    description: 'What is made of its messages: `conversations`. Null: they are only kept',
  }),
  reader_settings: Type.Unsafe<Settings>({ ...settings, description: 'Of the reader' }),
  status: Type.Union([Type.Literal('active'), Type.Literal('paused')], {
    description: '`paused`: requests are answered with 503, for the other system to send them again',
  }),
}

const cti = {
  name: 'Telephone system, Durban',
  scheme: 'hmac-sha256',
  settings: { signature_header: 'X-Signature', id_header: 'X-Delivery-Id' },
  reader: 'conversations',
  reader_settings: {
    kind: 'call',
    when: { '/event': ['call.ended'] },
    fields: { file_url: '/recording/url', interaction_id: '/id', agent_email: '/agent/email' },
    constants: { direction: 'inbound' },
  },
}

export const newSourceBody = Type.Object(
  {
    name: fields.name,
    scheme: fields.scheme,
    secret: Type.Optional(secret),
    settings: Type.Optional(fields.settings),
    reader: Type.Optional(fields.reader),
    reader_settings: Type.Optional(fields.reader_settings),
    status: Type.Optional(fields.status),
  },
  { examples: [cti] },
)

export const sourceChangeBody = Type.Object(
  {
    name: Type.Optional(fields.name),
    settings: Type.Optional(fields.settings),
    reader: Type.Optional(fields.reader),
    reader_settings: Type.Optional(fields.reader_settings),
    status: Type.Optional(fields.status),
  },
  { examples: [{ status: 'paused' }] },
)

export const rotationBody = Type.Object(
  {
    secret: Type.Optional(secret),
    overlap_hours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: overlapHoursMax,
        default: overlapHoursDefault,
        description: 'How long the secrets before are good beside it; three at most are',
      }),
    ),
  },
  { examples: [{ overlap_hours: 24 }] },
)

const plain = {
  source_id: Type.String({ format: 'uuid' }),
  ...fields,
  scheme: Type.String(),
  secrets: Type.Array(Type.Object({ since: time, until: orNull(time) }), {
    description: 'Those that are good now, newest first',
  }),
  last_received_at: Type.Union([time, Type.Null()], { description: 'To some seconds' }),
  last_refused_at: orNull(time),
  last_refusal: Type.Union([Type.String(), Type.Null()], {
    description: '`not_proven`, `out_of_time`, `too_large`, `rate_limit_exceeded`, `source_paused`',
  }),
  created_by: Type.String(),
  created_at: time,
  updated_at: time,
}
export const sourceAnswer = Type.Object(plain)

const shownOnce = {
  url: Type.String({ description: 'The address to enter there. In this answer and in no later one' }),
  secret: Type.Optional(Type.String({ description: 'Where it was made here. In this answer and in no later one' })),
}
export const newSourceAnswer = Type.Object({ ...plain, ...shownOnce })
export const movedSourceAnswer = Type.Object({ ...plain, url: shownOnce.url })
export const rotatedSourceAnswer = Type.Object({ ...plain, secret: shownOnce.secret })

/** Reads what is said of sources, by the readers that there are. */
export function sourceReading(readers: readonly Reader[]) {
  function check({ scheme, settings, reader, reader_settings, ...rest }: SourceFields): SourceFields {
    const found = requireScheme(scheme)
    return {
      ...rest,
      name: readName(rest.name),
      scheme,
      settings: checked(found, settings, 'settings'),
      reader,
      reader_settings: reader === null ? {} : checked(requireReader(reader), reader_settings, 'reader_settings'),
    }
  }

  function requireReader(name: string): Reader {
    const found = readers.find((one) => one.name === name)
    if (found) return found
    const issue = `is not known here. Use ${readers.map((one) => one.name).join(', ')}, or null`
    throw refusal('invalid_request', 'reader', issue)
  }

  return {
    /** @returns `made`: the secret that is to be shown, since it was made here */
    new(given: Record<string, unknown>): { fields: SourceFields; secret: string; made: string | null } {
      const { secret, ...said } = strictFields(newSourceBody, given)
      const fields = check({ settings: {}, reader: null, reader_settings: {}, status: 'active', ...said })
      return { fields, ...readSecret(requireScheme(fields.scheme), secret) }
    },
    change({ name, scheme, settings, reader, reader_settings, status }: Source, given: Record<string, unknown>) {
      const said = strictFields(sourceChangeBody, given)
      return check({ name, scheme, settings, reader, reader_settings, status, ...said })
    },
    rotation({ scheme }: Source, given: Record<string, unknown>) {
      const { secret, overlap_hours: hours = overlapHoursDefault } = strictFields(rotationBody, given)
      return { ...readSecret(requireScheme(scheme), secret), overlapMs: hours * 3_600_000 }
    },
  }
}

function requireScheme(name: string): InboundScheme {
  const found = schemeNamed(name)
  if (!found) throw new Problem('unavailable', 'no_such_scheme', `This server does not know the scheme “${name}”.`)
  return found
}

function readSecret(scheme: InboundScheme, given: string | undefined): { secret: string; made: string | null } {
  if (given === undefined) {
    const made = scheme.newSecret?.() ?? null
    if (made !== null) return { secret: made, made }
    throw refusal('invalid_request', 'secret', `is required: ${scheme.about.replace(/\.$/, '')}`)
  }
  // Neither a header nor an HMAC of another language holds these alike.
  if (!/^[\x21-\x7e]+$/.test(given)) {
    throw refusal('invalid_secret', 'secret', 'must have letters, digits and signs of ASCII alone, and no spaces')
  }
  scheme.checkSecret?.(given)
  return { secret: given, made: null }
}

/** Against the schema of a scheme or reader; what is wrong is named as it stands in the body. */
function checked(
  of: { settings: TObject; checkSettings?(settings: Settings): void },
  given: Settings,
  name: string,
): Settings {
  try {
    strictFields(of.settings, given)
  } catch (err) {
    if (!(err instanceof Problem) || typeof err.facts.field !== 'string') throw err
    throw refusal(err.code, `${name}.${err.facts.field}`, String(err.facts.issue))
  }
  of.checkSettings?.(given)
  return given
}

function readName(given: string): string {
  if (given.trim() !== '' && !/\p{Cc}/u.test(given) && given.isWellFormed()) return given.trim()
  throw refusal('invalid_request', 'name', 'must have characters that can be read, and none that control')
}

function refusal(code: string, field: string, issue: string): Problem {
  return new Problem('invalid', code, `${field}: ${issue}.`, { facts: { field, issue } })
}

export const sourceView = (source: Source): Static<typeof sourceAnswer> => ({
  source_id: source.id,
  name: source.name,
  scheme: source.scheme,
  settings: source.settings,
  reader: source.reader,
  reader_settings: source.reader_settings,
  status: source.status,
  secrets: source.secret_terms.filter(({ until }) => until === null || Date.parse(until) > Date.now()),
  last_received_at: source.last_received_at?.toISOString() ?? null,
  last_refused_at: source.last_refused_at?.toISOString() ?? null,
  last_refusal: source.last_refusal,
  created_by: source.created_by,
  created_at: source.created_at.toISOString(),
  updated_at: source.updated_at.toISOString(),
})
