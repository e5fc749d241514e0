// Conversations: the thing itself, its people, recordings, transcripts and findings. The only door into this slice.

export { agentExists, changeAgent, createAgent, moveAgents, type NewAgent } from './agent-changes.ts'
export { importAgents, importBytesMax, readAgentsCsv } from './agent-import.ts'
export { linkEarlier } from './agent-links.ts'
export { mergeAgents } from './agent-merge.ts'
export { annotations, noticeMailJob } from './annotations/annotations.ts'
export type { Reanalysis } from './annotations/reruns.ts'
export { settleTags } from './annotations/tags.ts'
export { arrivalEvent } from './announcements.ts'
export { closeConversation } from './closing.ts'
export { byId, chatId, ownId } from './conversation-id.ts'
export {
  type Arrival,
  type Arrived,
  type Conversation,
  changeConversation,
  closeTickets,
  dropTickets,
  findAwaiting,
  findByExternalIds,
  findKnown,
  getConversation,
  type Known,
  lockConversation,
  putArrivals,
  type Source,
} from './conversations.ts'
export { type Dossier, readDossier } from './dossier.ts'
export { type ExportRow, readExportRows } from './export-rows.ts'
export { type FileRemovals, fileRemovals, removalJob } from './file-removals.ts'
export { type Analysis, type PartySentiment, putAnalysis, requireAnalysis } from './findings.ts'
export { groupName, nameBearers, placeOf, placeWith } from './groups.ts'
export { isUnmasked, maskAgent, maskConversation } from './masks.ts'
export { likenessTo } from './name-likeness.ts'
export {
  type Agent,
  type AgentGiven,
  agentsById,
  agentsSeen,
  findAgent,
  isGroupKnown,
  knownGroup,
  listAgents,
  resolveAgents,
} from './people.ts'
export { type CopyPolicy, needsCopy } from './playable.ts'
export { conversationsWithin, isWithin, type Viewer, wholeOrg } from './reach.ts'
export {
  askForMedia,
  failMedia,
  type MediaKey,
  mediaKey,
  putMedia,
  type Waveform,
} from './recording-media.ts'
export {
  describeRecording,
  findRecording,
  getRecording,
  holdRecording,
  type NewRecording,
  putRecordings,
  type Recording,
  type RecordingFacts,
} from './recordings.ts'
export { revealRoutes } from './reveal-routes.ts'
export { asToldTo, forgetReveals } from './reveals.ts'
export { conversationRoutes } from './routes.ts'
export type * from './shapes.ts'
export { listStages, putStage, stageResult } from './stages.ts'
export { type NewTranscript, putTranscripts, requireTranscript } from './transcripts.ts'
export { type ContentKey, findTwins, type Twin } from './twins.ts'
export { countUsage, countUsageByDay, type Reservation, reservationIn, shownUnits } from './usage.ts'
export { keywordsOf, spoken } from './views.ts'
export { packPeaks, peakCode } from './waveform.ts'
