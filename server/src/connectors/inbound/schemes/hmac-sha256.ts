// HMAC-SHA256 as most systems without a scheme of their own send it: GitHub, Meta, ServiceNow scripts, telephone systems.
// Header, encoding, prefix and what exactly is signed are settings.

import { Type } from 'typebox'
import { Problem } from '../../../platform/problem.ts'
import { echo, echoCharsMax, header, isMac, isoTimeOf, newTextSecret, timeOf } from '../proofs.ts'
import type { InboundRequest, InboundScheme, Settings } from '../shapes.ts'
import { factsAt, headerName, keptOf, placeSettings } from './places.ts'

const fallback = 'x-hub-signature-256'
const nameIn = (settings: Settings, key: string): string => String(settings[key] ?? '').toLowerCase()
const signatureOf = (settings: Settings) => nameIn(settings, 'signature_header') || fallback
const prefixOf = (settings: Settings) =>
  String(settings.prefix ?? (signatureOf(settings) === fallback ? 'sha256=' : ''))
const templateOf = (settings: Settings) =>
  String(settings.signed ?? (settings.timestamp_header ? '{timestamp}.{body}' : '{body}'))

/** The template's parts, with what stands for each. */
function signed(request: InboundRequest, settings: Settings): (string | Uint8Array)[] {
  return templateOf(settings)
    .split(/(\{(?:timestamp|id|body)\})/)
    .map((part) => {
      if (part === '{body}') return request.body
      if (part === '{timestamp}') return header(request, nameIn(settings, 'timestamp_header'))
      return part === '{id}' ? header(request, nameIn(settings, 'id_header')) : part
    })
}

export const hmacSha256: InboundScheme = {
  name: 'hmac-sha256',
  about:
    'HMAC-SHA256 over the body, or over a time and the body, in a header. As GitHub sends it unless said otherwise.',
  settings: Type.Object({
    signature_header: Type.Optional(headerName(`${fallback} unless named`)),
    encoding: Type.Optional(Type.Union([Type.Literal('hex'), Type.Literal('base64')], { default: 'hex' })),
    prefix: Type.Optional(
      Type.String({ maxLength: 50, description: `What stands before it; \`sha256=\` in ${fallback}, else nothing` }),
    ),
    timestamp_header: Type.Optional(headerName('The header with the time that is signed')),
    timestamp_format: Type.Optional(
      Type.Union([Type.Literal('seconds'), Type.Literal('milliseconds'), Type.Literal('iso8601')], {
        default: 'seconds',
      }),
    ),
    signed: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'What is signed, of {timestamp}, {id} and {body}; `{timestamp}.{body}` where there is a time',
      }),
    ),
    challenge_parameter: Type.Optional(
      Type.String({
        pattern: '^[\\w.-]{1,100}$',
        description: 'A GET with this parameter is answered with its value, as some systems ask: `challenge`',
      }),
    ),
    ...placeSettings,
  }),
  checkSettings(settings) {
    const template = templateOf(settings)
    const refuse = (issue: string) => {
      throw new Problem('invalid', 'invalid_settings', `settings.signed: ${issue}.`, {
        facts: { field: 'settings.signed', issue },
      })
    }
    const unknown = template.match(/\{(?!timestamp\}|id\}|body\})\w*\}/)?.[0]
    if (unknown !== undefined) refuse(`knows {timestamp}, {id} and {body}, and not ${unknown}`)
    if (template.split('{body}').length !== 2) refuse('must hold {body}, once')
    if (template.includes('{timestamp}') !== (settings.timestamp_header !== undefined)) {
      refuse('{timestamp} and timestamp_header go together: a time that is not signed proves nothing')
    }
    if (template.includes('{id}') && settings.id_header === undefined) refuse('{id} needs id_header')
  },
  newSecret: newTextSecret,
  keptHeaders: (settings) => {
    const names = [...keptOf(settings), nameIn(settings, 'timestamp_header')]
    return names.filter((name) => name !== '' && name !== signatureOf(settings))
  },
  answerUnproven({ method, query }, settings) {
    const value = settings.challenge_parameter === undefined ? null : query[String(settings.challenge_parameter)]
    return method === 'GET' && typeof value === 'string' && value !== '' ? echo(value.slice(0, echoCharsMax)) : null
  },
  isProven(request, secret, settings) {
    const given = header(request, signatureOf(settings))
    const prefix = prefixOf(settings)
    const encoding = settings.encoding === 'base64' ? 'base64' : 'hex'
    return (
      given.startsWith(prefix) &&
      isMac(secret, signed(request, settings), { given: given.slice(prefix.length), encoding })
    )
  },
  signsId: (settings) => settings.id_header === undefined || templateOf(settings).includes('{id}'),
  sentAtMs(request, settings) {
    if (settings.timestamp_header === undefined) return null
    const text = header(request, nameIn(settings, 'timestamp_header'))
    if (settings.timestamp_format === 'iso8601') return isoTimeOf(text)
    return timeOf(text, settings.timestamp_format === 'milliseconds' ? 1 : 1000)
  },
  facts: factsAt,
}
