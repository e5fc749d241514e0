// Slack, signature v0 (docs.slack.dev, "Verifying requests from Slack"): events, commands and interactive messages.

import { Type } from 'typebox'
import { echo, echoCharsMax, header, idOf, isMac, kindOf, objectOf, timeOf } from '../proofs.ts'
import type { InboundRequest, InboundScheme } from '../shapes.ts'

const signature = 'x-slack-signature'
const timestamp = 'x-slack-request-timestamp'

/** Commands and interactive messages come as forms; the latter as JSON in one field of it. */
function formOf({ body }: InboundRequest): { id: unknown; kind: unknown } {
  const form = new URLSearchParams(body.toString('utf8'))
  const command = form.get('command')
  if (command !== null) return { id: form.get('trigger_id'), kind: command }
  try {
    const payload = objectOf(JSON.parse(form.get('payload') ?? ''))
    return { id: payload.trigger_id, kind: payload.type }
  } catch {
    return { id: null, kind: null }
  }
}

export const slack: InboundScheme = {
  name: 'slack',
  about: 'Slack: the signing secret of the app. Answers url_verification.',
  settings: Type.Object({}),
  newSecret: null,
  keptHeaders: () => [timestamp, 'x-slack-retry-num', 'x-slack-retry-reason'],
  isProven(request, secret) {
    const given = header(request, signature)
    const signed = [`v0:${header(request, timestamp)}:`, request.body]
    return given.startsWith('v0=') && isMac(secret, signed, { given: given.slice(3), encoding: 'hex' })
  },
  signsId: () => true,
  sentAtMs: (request) => timeOf(header(request, timestamp), 1000),
  facts(request) {
    const json = objectOf(request.json())
    const { id, kind } =
      Object.keys(json).length > 0
        ? { id: json.event_id, kind: objectOf(json.event).type ?? json.type }
        : formOf(request)
    return { id: idOf(id), kind: kindOf(kind) }
  },
  answerProven(request) {
    const { type, challenge } = objectOf(request.json())
    if (type !== 'url_verification' || typeof challenge !== 'string') return null
    return echo(challenge.slice(0, echoCharsMax))
  },
  // Whatever answers a command is shown to the one who typed it.
  isSilent: true,
}
