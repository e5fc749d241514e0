// The caller's own organisation over REST. The installation's administrator sees all of them as customers (api/vbot).

import { Type } from 'typebox'
import type { Db } from '../platform/db/db.ts'
import { etagHeader, requireMatch, versionOf } from '../platform/http/etag.ts'
import { ok, type Principal, type Route, route } from '../platform/http/route.ts'
import { strictFields } from '../platform/http/strict-fields.ts'
import { notFound } from '../platform/problem.ts'
import type { Secrets } from '../platform/secrets.ts'
import { writeAudit } from './audit/write.ts'
import { answerOnce, idempotencyOf } from './idempotency.ts'
import { hasLogo } from './logo.ts'
import { readSettings } from './org-settings.ts'
import { changeOrg, findOrg, type Org } from './orgs.ts'

const tag = 'Organisation'
const words = Type.String({ minLength: 1, maxLength: 300, pattern: '\\S' })
const settings = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Those that are named replace what they were; the others stay. docs/security.md lists them.',
})
const change = Type.Object({
  name: Type.Optional(words),
  company_name: Type.Optional(words),
  email: Type.Optional(Type.String({ maxLength: 300, pattern: '^[^\\s@]+@[^\\s@]+$' })),
  settings: Type.Optional(settings),
})
const answer = Type.Object({
  organisation_id: Type.String({ format: 'uuid' }),
  customer_id: Type.Integer({ description: 'The number by which vBot knows it' }),
  name: Type.String(),
  company_name: Type.Union([Type.String(), Type.Null()]),
  email: Type.Union([Type.String(), Type.Null()]),
  settings,
  has_logo: Type.Boolean(),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  etag: Type.String({ description: 'For `If-Match`; the logo is not part of it' }),
})

export function organisationRoutes({ db, secrets }: { db: Db; secrets: Secrets }): Route[] {
  return [
    route({
      method: 'GET',
      paths: ['/v1/organisation'],
      summary: 'The organisation that the credential belongs to, with its settings',
      description: 'Whoever sees only a part of it sees the time zone alone of its settings.',
      tag,
      auth: 'users:read',
      answers: { 200: { description: 'The organisation', schema: answer } },
      async handle({ by }) {
        const org = await findOrg(db, by.orgId)
        if (!org) throw notFound()
        const shown = organisationView(by, org)
        return ok({ ...shown, has_logo: await hasLogo(db, by.orgId) }, etagHeader(shown))
      },
    }),
    route({
      method: 'PATCH',
      paths: ['/v1/organisation'],
      summary: 'Change the organisation: its name, address and settings',
      description: 'With `If-Match`, only if nobody changed it since.',
      tag,
      auth: 'organisation:manage',
      body: change,
      answers: {
        200: { description: 'The organisation as it is then', schema: answer },
        403: { description: 'A setting that whoever runs the installation sets' },
        409: { description: 'It was changed since that `etag`' },
      },
      async handle(call) {
        const { by } = call
        const { orgId, actor } = by
        const given = strictFields(change, await call.fields())
        const { settings: set, ...columns } = given
        const checked = set === undefined ? {} : { settings: readSettings(set, 'organisation') }
        return answerOnce(db, secrets, idempotencyOf(call, given), async (tx) => {
          const before = await findOrg(tx, orgId, { isToChange: true })
          if (!before) throw notFound()
          requireMatch(call, 'organisation', organisationView(by, before))
          const shown = organisationView(by, await changeOrg(tx, orgId, { ...columns, ...checked }))
          const changed = [...Object.keys(columns), ...Object.keys(set ?? {}).map((name) => `settings.${name}`)]
          const entry = { action: 'organisation.change', target: orgId, requestId: call.requestId, data: { changed } }
          await writeAudit(tx, [{ orgId, actor, ...entry }])
          return ok({ ...shown, has_logo: await hasLogo(tx, orgId) }, etagHeader(shown))
        })
      },
    }),
  ]
}

/** Limits, holds and domains are the business of who sees the whole; so is it when they change. */
function organisationView({ reach }: Principal, org: Org) {
  const { name, company_name, email } = org
  const { time_zone } = org.settings
  const settings = reach === 'all' ? org.settings : time_zone ? { time_zone } : {}
  return {
    organisation_id: org.id,
    customer_id: org.alias,
    name,
    company_name,
    email,
    settings,
    created_at: org.created_at.toISOString(),
    updated_at: org.updated_at.toISOString(),
    ...versionOf({ name, company_name, email, settings }),
  }
}
