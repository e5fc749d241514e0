// Events: what happened, and who is told. The only door into this slice.

export { announceHead } from './audit-heads.ts'
export type { ConversationEventType, EventType } from './catalog.ts'
export { startDelivery } from './delivery.ts'
export { type ConversationEvent, emit, forgetDetails, takeSequence } from './outbox.ts'
export type { ConversationEventData } from './payload.ts'
export { webhookRoutes } from './routes.ts'
export { putCustomerEndpoint, webhookSecrets } from './webhooks.ts'
