// Doors of this room: the figures of calls, chats and sentiment, and the formulas behind them.

export { measureCall } from './call.ts'
export { type ChatInput, measureChat } from './chat.ts'
export { type Formula, formulas, listFormulas, type MetricId, metricsMarkdown } from './formulas.ts'
export type { CallInput } from './parties.ts'
export { measureSentiment, type SentimentInput } from './sentiment.ts'
export { languageShares, measureLanguageMix } from './transcript-quality.ts'
