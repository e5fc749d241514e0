// What the kit offers to receivers of webhooks and callers of the API.

export type { WebhookEvent, WebhookEventOf, WebhookEventType } from './events.gen.ts'
export { type Api, ApiError, fetchPatiently, indabaApi, jsonOf, type Patience } from './request.ts'
export {
  verifyWebhook,
  type Webhook,
  WebhookError,
  type WebhookErrorReason,
  type WebhookHeaders,
} from './webhook.ts'
