// The door for webhooks on Express 5: verifies the bytes as they came, writes the event down, answers, and only then works.

import { once } from 'node:events'
import { verifyWebhook, type Webhook, WebhookError, type WebhookEvent } from '@indaba/sdk'
import express from 'express'
import { setting } from '../settings.ts'
import { type Inbox, openInbox } from './inbox.ts'

/** Indaba sends at most 256 KiB. */
const bodyLimit = '1mb'

export function receiver({ secrets, inbox }: { secrets: string[]; inbox: Inbox }): express.Express {
  const app = express()
  app.disable('x-powered-by')
  // Not express.json(): the signature is over the bytes, and JSON written anew has others.
  app.post('/webhooks/indaba', express.raw({ type: () => true, limit: bodyLimit }), (request, response) => {
    let webhook: Webhook
    try {
      webhook = verifyWebhook(request.body, request.headers, secrets)
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error
      console.error(`refused (${error.reason}): ${error.message}`)
      return void response.status(401).json({ error: error.reason })
    }
    if (webhook.event.type === 'webhook.verify') {
      return void response.json({ challenge: webhook.event.data.challenge })
    }
    inbox.add(webhook)
    response.status(204).end()
  })
  return app
}

/** The settings are of the environment: INDABA_WEBHOOK_SECRETS (separated by spaces), PORT and INBOX (a file). */
export async function serve(handle: (event: WebhookEvent) => Promise<void>): Promise<void> {
  const { PORT = '8080', HOST = '127.0.0.1', INBOX = 'inbox.sqlite' } = process.env
  const secrets = setting('INDABA_WEBHOOK_SECRETS').trim().split(/\s+/)
  const inbox = openInbox(INBOX)
  const ending = new AbortController()
  const server = receiver({ secrets, inbox }).listen(Number(PORT), HOST)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort())
  await once(server, 'listening')
  console.log(`listening on ${HOST}:${PORT}`)
  await inbox.work(handle, ending.signal)
  server.close()
  server.closeAllConnections()
  inbox.close()
}
