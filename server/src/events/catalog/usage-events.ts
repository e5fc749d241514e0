// Events of what an organisation uses, and of its audit. Emitted by conversations/usage.ts and events/audit-heads.ts.

import { Type } from 'typebox'
import { declare, oneOf, selfLink, text, time } from './declaration.ts'

const threshold = declare({
  type: 'usage.threshold_reached',
  version: '1',
  scope: 'organisation',
  description: 'A share of the monthly allocation is used. Once a month for each kind and percentage.',
  subject: 'kind',
  data: Type.Object({
    kind: oneOf(['minutes', 'chats'], '`minutes` of audio, or `chats`'),
    percent: Type.Number({ description: 'The threshold that was reached' }),
    used: Type.Number(),
    limit: Type.Number(),
    month: Type.String({ description: "As `2026-03`, in the organisation's time zone" }),
    links: selfLink,
  }),
  example: {
    kind: 'minutes',
    percent: 80,
    used: 8012.5,
    limit: 10_000,
    month: '2026-03',
    links: { self: '/v1/usage' },
  },
})

const auditHead = declare({
  type: 'audit.head_signed',
  version: '1',
  scope: 'organisation',
  description:
    'The end of the audit was signed. Kept elsewhere, it proves later that no row before it was changed; docs/audit.md tells how to check it.',
  subject: 'audit_seq',
  data: Type.Object({
    audit_seq: Type.Integer({ description: 'Number of the last row. `seq` is the event’s own' }),
    hash: Type.String({ description: 'Hexadecimal SHA-256 of that row' }),
    at: time,
    public_key: Type.String({ description: 'Ed25519, base64url' }),
    signature: text,
    links: selfLink,
  }),
  example: {
    audit_seq: 4711,
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    at: '2026-03-05T09:00:00.000Z',
    public_key: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    signature: 'base64url of 64 bytes',
    links: { self: '/v1/audit/heads' },
  },
})

export const usageEvents = [threshold, auditHead] as const
