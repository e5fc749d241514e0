// Events: what happened, and who is told. The only door into this slice.

export type { EventType } from './catalog.ts'
export { startDelivery } from './delivery.ts'
export { emit, forgetDetails, type NewEvent, takeSequence } from './outbox.ts'
export type { ConversationEventData } from './payload.ts'
export { webhookRoutes } from './routes.ts'
export { putCustomerEndpoint } from './webhooks.ts'
