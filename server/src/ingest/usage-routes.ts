// How much of its allocation an organisation has used this month, over REST.

import { Type } from 'typebox'
import { type Org, orgReader, type UsageKind } from '../access/index.ts'
import { countUsageByDay, shownUnits } from '../conversations/index.ts'
import type { Db } from '../platform/db/db.ts'
import { ok, type Principal, type Route, route } from '../platform/http/route.ts'
import { Problem } from '../platform/problem.ts'
import { limitOf, monthIn, usageNow } from './allocation.ts'

const amount = Type.Object({
  used: Type.Number(),
  reserved: Type.Number({ description: 'Of what is being worked on; settled when it ends' }),
  limit: Type.Union([Type.Number(), Type.Null()], { description: 'null: unlimited' }),
  percent: Type.Union([Type.Number(), Type.Null()], { description: 'Used, of the limit' }),
})

const answer = Type.Object({
  month: Type.String({ description: 'As 2026-03' }),
  time_zone: Type.String(),
  on_allocation_exceeded: Type.Union([Type.Literal('halt'), Type.Literal('continue')]),
  minutes: amount,
  chats: amount,
})

const daysAnswer = Type.Object({
  month: Type.String(),
  time_zone: Type.String(),
  days: Type.Array(
    Type.Object({ date: Type.String(), minutes: Type.Number(), calls: Type.Integer(), chats: Type.Integer() }),
  ),
})

export function usageRoutes({ db, timeZone }: { db: Db; timeZone: string }): Route[] {
  const readOrg = orgReader(db)

  async function amountOf(org: Org, zone: string, kind: UsageKind) {
    const { used, reserved } = await usageNow(db, org, zone, kind)
    const limit = limitOf(org, kind)
    return {
      used: shownUnits(kind, used),
      reserved: shownUnits(kind, reserved),
      limit: limit === null ? null : shownUnits(kind, limit),
      percent: limit === null ? null : limit === 0 ? 100 : Math.round((used / limit) * 1000) / 10,
    }
  }

  return [
    route({
      method: 'GET',
      paths: ['/v1/usage'],
      summary: 'What was used of the allocation of this month',
      description:
        'Minutes of audio and chats, by calendar month in the time zone of the organisation. The event ' +
        '`usage.threshold_reached` tells of 50, 60, 70, 75, 80, 90 and 100 %, each once a month.',
      tag: 'Usage',
      auth: 'analytics:read',
      answers: { 200: { description: 'Used, reserved and allowed', schema: answer } },
      async handle({ by }) {
        requireWhole(by)
        const org = await readOrg(by.orgId)
        const zone = org.settings.time_zone ?? timeZone
        const [minutes, chats] = await Promise.all([amountOf(org, zone, 'minutes'), amountOf(org, zone, 'chats')])
        const on_allocation_exceeded = org.settings.on_allocation_exceeded ?? 'halt'
        return ok({ month: monthIn(zone), time_zone: zone, on_allocation_exceeded, minutes, chats })
      },
    }),
    route({
      method: 'GET',
      paths: ['/v1/usage/days'],
      summary: 'What came on each day of a month: minutes of audio, calls and chats',
      description: 'Days on which nothing came are left out; what failed uses nothing.',
      tag: 'Usage',
      auth: 'analytics:read',
      query: Type.Object({
        month: Type.Optional(
          Type.String({ pattern: '^20\\d{2}-(0[1-9]|1[0-2])$', description: 'As 2026-03; absent: this one' }),
        ),
      }),
      answers: { 200: { description: 'By day, in the time zone of the organisation', schema: daysAnswer } },
      async handle({ by, query }) {
        requireWhole(by)
        const org = await readOrg(by.orgId)
        const zone = org.settings.time_zone ?? timeZone
        const month = query.month ?? monthIn(zone)
        return ok({ month, time_zone: zone, days: await countUsageByDay(db, { orgId: by.orgId, month }, zone) })
      },
    }),
  ]
}

function requireWhole({ reach }: Principal): void {
  if (reach === 'all') return
  const detail = 'The allocation is of the whole organisation, and you have access to a part of it.'
  throw new Problem('forbidden', 'beyond_reach', detail)
}
