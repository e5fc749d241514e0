// Complete: the conversation points at its findings, the world is told, and working files are removed.

import { requireAnalysis } from '../../conversations/index.ts'
import { dropAudio, type Stage } from '../stage.ts'

export const complete: Stage = async ({ db, store, conversation, run }) => {
  const finished = await requireAnalysis(db, conversation.org_id, conversation.id, run)
  if (conversation.channel === 'voice') await dropAudio(store, conversation, run)
  return { status: 'ok', result: null, finished }
}
