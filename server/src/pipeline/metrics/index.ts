// Doors of this room: the figures of calls, chats and sentiment, and the page that explains them.

export { measureCall } from './call.ts'
export { measureChat } from './chat.ts'
export { metricsMarkdown } from './formulas.ts'
export { measureSentiment } from './sentiment.ts'
export { type Spans, spansOf } from './spans.ts'
export { languageShares, measureLanguageMix } from './transcript-quality.ts'
