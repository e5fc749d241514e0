// What was found in a conversation. Each analysis is written once and never changed; the conversation points at its
// latest. The stages that led there are stages.ts.

import { sql } from 'kysely'
import { type DbOrTx, insertRows, type Tx } from '../platform/db/db.ts'
import { Problem } from '../platform/problem.ts'
import type { Finding, Keyword, Metrics, Provenance, Sentiment, Summary } from './shapes.ts'

export type TurnFinding = {
  id: string
  language: { tag: string; confidence: number } | null
  sentiment: Sentiment | null
  /** Why `sentiment` is null, for people; null where it is not. */
  sentiment_reason: string | null
}

export type PartySentiment = { label: Sentiment['label'] | null; score: number | null; reason?: string }

export type Analysis = {
  org_id: string
  conversation_id: string
  id: string
  transcript_revision: number
  provenance: Provenance
  turns: TurnFinding[]
  languages: { tag: string; share: number }[]
  /** Of the conversation as a whole and of each side; null with a reason where no model knows the language. */
  sentiment: { overall: PartySentiment; agent: PartySentiment; customer: PartySentiment; trend: string | null }
  keywords: Finding<Keyword[]>
  summary: Finding<Summary>
  metrics: Metrics
}

/** As read back. */
export type StoredAnalysis = Analysis & { created_at: Date }

/** One that is there already stays as it is: a stage may run twice. */
export async function putAnalysis(tx: Tx, analysis: Analysis): Promise<void> {
  await insertRows(tx, 'analyses', [{ ...analysis, created_at: new Date().toISOString() }], sql`on conflict do nothing`)
}

export async function getAnalysis(
  db: DbOrTx,
  orgId: string,
  conversationId: string,
  id: string,
): Promise<StoredAnalysis | null> {
  const row = await db
    .selectFrom('analyses')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('conversation_id', '=', conversationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? (row as unknown as StoredAnalysis) : null
}

/** @throws Problem('bug') when the analysis that a conversation points at is not there */
export async function requireAnalysis(
  db: DbOrTx,
  orgId: string,
  conversationId: string,
  id: string,
): Promise<StoredAnalysis> {
  const found = await getAnalysis(db, orgId, conversationId, id)
  if (!found) throw new Problem('bug', 'no_analysis', 'The analysis of this conversation is missing.')
  return found
}

export type AnalysisRow = Pick<StoredAnalysis, 'id' | 'transcript_revision' | 'provenance' | 'created_at'> & {
  sentiment: PartySentiment['label']
}

/** All that there were of a conversation, newest first, without what they found. */
export async function listAnalyses(
  db: DbOrTx,
  key: { orgId: string; conversationId: string },
  page: { limit: number; below: string | null },
): Promise<AnalysisRow[]> {
  const { rows } = await sql<AnalysisRow>`
    select id, transcript_revision, provenance, created_at, sentiment -> 'overall' ->> 'label' as sentiment
    from analyses where org_id = ${key.orgId} and conversation_id = ${key.conversationId}
      ${page.below === null ? sql`` : sql`and id < ${page.below}`}
    order by id desc limit ${page.limit}`.execute(db)
  return rows
}
