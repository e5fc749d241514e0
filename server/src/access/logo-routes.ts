// The logo of the caller's organisation over REST.

import { Type } from 'typebox'
import type { Db } from '../platform/db/db.ts'
import { isKnownTag } from '../platform/http/etag.ts'
import { type Answer, type Route, route } from '../platform/http/route.ts'
import { notFound } from '../platform/problem.ts'
import { writeAudit } from './audit/write.ts'
import { findLogo, logoBytesMax, putLogo, readLogo, removeLogo } from './logo.ts'

const tag = 'Organisation'
const paths = ['/v1/organisation/logo'] as [string]

export function logoRoutes({ db }: { db: Db }): Route[] {
  return [
    route({
      method: 'GET',
      paths,
      summary: 'The logo of the organisation',
      tag,
      auth: 'any',
      answers: { 200: { description: 'The picture', contentType: 'image/*' }, 404: { description: 'There is none' } },
      async handle({ by, headers }): Promise<Answer> {
        const logo = await findLogo(db, by.orgId)
        if (!logo) throw notFound()
        const etag = `"${logo.sha256.slice(0, 22)}"`
        if (isKnownTag(headers, etag)) return { status: 304, headers: { ETag: etag } }
        return {
          status: 200,
          body: logo.content,
          headers: {
            'Content-Type': logo.content_type,
            'X-Content-Type-Options': 'nosniff',
            // Whatever it turns out to be, nothing in it runs, also where it is opened for itself.
            'Content-Security-Policy': "default-src 'none'; sandbox",
            'Cache-Control': 'private, no-cache',
            ETag: etag,
          },
        }
      },
    }),
    route({
      method: 'PUT',
      paths,
      summary: 'Set the logo of the organisation: the bytes of a picture',
      description: 'PNG, JPEG, GIF or WebP of at most 5 MiB, as the body.',
      tag,
      auth: 'organisation:manage',
      streamType: 'image/*',
      answers: {
        200: {
          description: 'It is shown from now on',
          schema: Type.Object({ content_type: Type.String(), size_bytes: Type.Integer() }),
        },
        400: { description: 'Not such a picture' },
        413: { description: 'More than 5 MiB' },
      },
      async handle(call) {
        const { orgId, actor } = call.by
        const logo = readLogo(await call.bytes(logoBytesMax))
        const body = { content_type: logo.content_type, size_bytes: logo.content.length }
        await db.transaction().execute(async (tx) => {
          await putLogo(tx, orgId, logo)
          const entry = { action: 'organisation.change', target: orgId, requestId: call.requestId }
          await writeAudit(tx, [{ orgId, actor, ...entry, data: { changed: ['logo'], ...body } }])
        })
        return { status: 200, body }
      },
    }),
    route({
      method: 'DELETE',
      paths,
      summary: 'Take the logo of the organisation away',
      tag,
      auth: 'organisation:manage',
      answers: { 204: { description: 'There is none any more' } },
      async handle({ by, requestId }) {
        await db.transaction().execute(async (tx) => {
          if (!(await removeLogo(tx, by.orgId))) throw notFound()
          const entry = { action: 'organisation.change', target: by.orgId, requestId, data: { changed: ['logo'] } }
          await writeAudit(tx, [{ orgId: by.orgId, actor: by.actor, ...entry }])
        })
        return { status: 204 }
      },
    }),
  ]
}
