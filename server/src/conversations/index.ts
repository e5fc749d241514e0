// Conversations: the thing itself, its people, recordings, transcripts and findings. The only door into this slice.

export { linkEarlier } from './agent-links.ts'
export { arrivalEvent } from './announcements.ts'
export { closeConversation } from './closing.ts'
export { chatId, ownId } from './conversation-id.ts'
export {
  type Arrival,
  type Arrived,
  type Conversation,
  changeConversation,
  dropTickets,
  findAwaiting,
  findByExternalIds,
  getConversation,
  type Known,
  lockConversation,
  putArrivals,
  type Source,
} from './conversations.ts'
export { type Dossier, readDossier } from './dossier.ts'
export { type Analysis, type PartySentiment, putAnalysis, requireAnalysis } from './findings.ts'
export {
  type Agent,
  type AgentGiven,
  createAgent,
  findAgent,
  isGroupKnown,
  listAgents,
  resolveAgents,
} from './people.ts'
export {
  describeRecording,
  getRecording,
  type NewRecording,
  putRecordings,
  recordingKeys,
} from './recordings.ts'
export { conversationRoutes } from './routes.ts'
export type * from './shapes.ts'
export { listStages, putStage, stageResult } from './stages.ts'
export { type NewTranscript, putTranscripts, requireTranscript } from './transcripts.ts'
export { keywordsOf, spoken } from './views.ts'
