// What the page of one conversation shows beside its words: tags with their colours, how much was said of it, whether
// somebody has reviewed it, how often it was corrected. Read with the conversation, in the same answer.

import { sql } from 'kysely'
import { Type } from 'typebox'
import { namesOf } from '../../access/index.ts'
import type { DbOrTx } from '../../platform/db/db.ts'
import type { Dossier } from '../dossier.ts'
import { countComments } from './comments.ts'
import { tagsNamed } from './tags.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = Type.String()
const time = Type.String({ format: 'date-time' })
const count = Type.Integer({ minimum: 0 })

export const besideAnswer = Type.Object({
  tags: Type.Array(Type.Object({ id: orNull(text), name: text, colour: orNull(text) })),
  comments: Type.Object({ total: count, unresolved: Type.Integer({ minimum: 0, description: 'Threads' }) }),
  review: orNull(Type.Object({ at: time, by: text, name: orNull(text) })),
  revisions: Type.Integer({ minimum: 0, description: 'Of the transcript' }),
  analyses: count,
})

export type Beside = {
  tags: { id: string | null; name: string; colour: string | null }[]
  comments: { total: number; unresolved: number }
  review: { at: string; by: string; name: string | null } | null
  revisions: number
  analyses: number
}

/** Of a conversation as its viewer sees it: a masked tag is none that anybody knows. */
export async function readBeside(db: DbOrTx, { conversation }: Dossier): Promise<Beside> {
  const { org_id: orgId, id, tags, reviewed_at, reviewed_by } = conversation
  const [known, comments, names, counts] = await Promise.all([
    tagsNamed(db, orgId, tags),
    countComments(db, orgId, id),
    namesOf(db, orgId, reviewed_by ? [reviewed_by] : []),
    sql<Pick<Beside, 'revisions' | 'analyses'>>`
      select (select count(*) from transcripts where org_id = ${orgId} and conversation_id = ${id}) as revisions,
        (select count(*) from analyses where org_id = ${orgId} and conversation_id = ${id}) as analyses`.execute(db),
  ])
  return {
    tags: tags.map((name) => {
      const tag = known.get(name.toLowerCase())
      return { id: tag?.id ?? null, name, colour: tag?.colour ?? null }
    }),
    comments,
    review:
      reviewed_at && reviewed_by
        ? { at: reviewed_at.toISOString(), by: reviewed_by, name: names.get(reviewed_by) ?? null }
        : null,
    ...(counts.rows[0] ?? { revisions: 0, analyses: 0 }),
  }
}
