// How agents do, over REST: the hosted service's reference, in its simplest correct form.

import { Type } from 'typebox'
import { orgReader } from '../access/index.ts'
import { findAgent } from '../conversations/index.ts'
import { readRange } from '../platform/dates.ts'
import type { Db } from '../platform/db/db.ts'
import { okWithEtag } from '../platform/http/etag.ts'
import { type Route, route } from '../platform/http/route.ts'
import { notFound } from '../platform/problem.ts'
import { agentFigures, agentVolume, estimatedSatisfaction } from './agents.ts'
import { performanceAnswer } from './answers.ts'

const tag = 'Agents'
const dateText = Type.Optional(Type.String({ maxLength: 200, description: 'A date, or a date with a time' }))

type Parts = { db: Db; defaultTimeZone: string }

export function performanceRoutes({ db, defaultTimeZone }: Parts): Route[] {
  const readOrg = orgReader(db)
  const zoneOf = async (orgId: string) => (await readOrg(orgId)).settings.time_zone ?? defaultTimeZone

  return [
    route({
      method: 'GET',
      paths: ['/v1/agents/:id/performance'],
      summary: 'How an agent did in a period',
      description:
        'The id may be the external id or the e-mail. Without dates: the last 30 days. Scores need scorecards and are null.',
      tag,
      auth: 'analytics:read',
      params: Type.Object({ id: Type.String({ maxLength: 300 }) }),
      query: Type.Object({ start_date: dateText, end_date: dateText }),
      answers: { 200: { description: 'Figures and trends', schema: performanceAnswer } },
      async handle(call) {
        const { by } = call
        const agent = await findAgent(db, by, call.params.id)
        if (!agent) throw notFound()
        const zone = await zoneOf(by.orgId)
        const { from, to } = readRange(call.query.start_date, call.query.end_date, { timeZone: zone, now: new Date() })
        const figures = (await agentFigures(db, by, [agent.id], { from, to })).get(agent.id)
        return okWithEtag(call, {
          agent_id: agent.id,
          name: agent.name,
          email: agent.email,
          performance: {
            total_calls: figures?.total_calls ?? 0,
            total_chats: figures?.total_chats ?? 0,
            average_score: null,
            average_duration: figures?.average_duration ?? null,
            ...estimatedSatisfaction(figures),
            resolution_rate: null,
          },
          trends: { score_trend: [], ...(await agentVolume(db, by, agent.id, { from, to }, zone)) },
          period: { start_date: from.toISOString(), end_date: to.toISOString(), time_zone: zone },
        })
      },
    }),
  ]
}
