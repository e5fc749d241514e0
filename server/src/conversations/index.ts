// Conversations: the thing itself, its people, recordings, transcripts and findings. The only door into this slice.

export { arrivalEvent, chatId, conversationIdOf } from './announcements.ts'
export { closeConversation, removeConversation } from './closing.ts'
export {
  type Arrival,
  type Arrived,
  type Conversation,
  changeConversation,
  countConversations,
  dropTickets,
  findAwaiting,
  findByExternalIds,
  getConversation,
  type Known,
  type ListFilter,
  listConversations,
  lockConversation,
  putArrivals,
  requireConversation,
  type Source,
} from './conversations.ts'
export { type Dossier, readDossier } from './dossier.ts'
export {
  type Analysis,
  getAnalysis,
  listStages,
  type PartySentiment,
  putAnalysis,
  putStage,
  requireAnalysis,
  stageResult,
} from './findings.ts'
export { type Agent, type AgentGiven, createAgent, findAgent, getAgent, listAgents, resolveAgents } from './people.ts'
export {
  describeRecording,
  getRecording,
  type NewRecording,
  putRecordings,
  type Recording,
  recordingKeys,
} from './recordings.ts'
export { conversationRoutes } from './routes.ts'
export type * from './shapes.ts'
export { getTranscript, putTranscripts, requireTranscript, type Transcript } from './transcripts.ts'
export { keywordsOf, spoken } from './views.ts'
