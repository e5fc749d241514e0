// Complete: the conversation points at its findings, the world is told, and working files are removed.

import { requireAnalysis } from '../../conversations/index.ts'
import { type Stage, workKey } from '../stage.ts'
import type { AudioFacts } from './decode.ts'

export const complete: Stage = async ({ db, store, conversation, resultOf }) => {
  const { analysisId } = await resultOf<{ analysisId: string }>('analyse')
  const finished = await requireAnalysis(db, conversation.org_id, conversation.id, analysisId)
  if (conversation.channel === 'voice') {
    const { channels } = await resultOf<AudioFacts>('decode')
    await Promise.all(channels.map((_, index) => store.delete(workKey(conversation, index))))
  }
  return { status: 'ok', result: { analysisId }, finished }
}
