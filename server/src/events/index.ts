// Events: what happened, and who is told. The only door into this slice.

export { type EventType, eventTypes, isEventFilter } from './catalog.ts'
export { startDelivery } from './delivery.ts'
export { emit, forgetDetails, type NewEvent, takeSequence } from './outbox.ts'
export type { CallEventData, ChatEventData, ConversationEventData } from './payload.ts'
export { webhookRoutes } from './routes.ts'
export { putCustomerEndpoint } from './webhooks.ts'
