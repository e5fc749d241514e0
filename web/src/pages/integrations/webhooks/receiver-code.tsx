// How a receiver checks what comes, with the receiver kit (docs/webhook-receivers.md).

import { Stack, Tabs, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CodeText } from '../parts/code.tsx'

const typescript = `// webhook.ts and events.gen.ts of sdk/src lie beside this file.
import express from 'express'
import { verifyWebhook, WebhookError } from './webhook.ts'

const app = express()
// The bytes as they came: nothing may parse them before.
app.post('/webhooks/indaba', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  try {
    const { id, event } = verifyWebhook(request.body, request.headers, process.env.WEBHOOK_SECRET ?? '')
    if (event.type === 'webhook.verify') return void response.json({ challenge: event.data.challenge })
    // Write it down under its id, then answer, and only then work.
    console.log(id, event.type)
    response.status(204).end()
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    response.status(401).json({ error: error.reason })
  }
})
app.listen(8080)
`

const python = `# indaba_webhooks.py of sdk/python lies beside this file.
import os

from flask import Flask, request

from indaba_webhooks import WebhookError, verify_webhook

app = Flask(__name__)


@app.post("/webhooks/indaba")
def receive():
    try:
        # The bytes as they came: nothing may parse them before.
        webhook = verify_webhook(request.get_data(), request.headers, os.environ["WEBHOOK_SECRET"])
    except WebhookError as error:
        return {"error": error.reason}, 401
    if webhook.event.get("type") == "webhook.verify":
        return {"challenge": webhook.event["data"]["challenge"]}
    # Write it down under its id, then answer, and only then work.
    print(webhook.id, webhook.event["type"])
    return "", 204
`

const programs = [
  { value: 'typescript', label: 'TypeScript', text: typescript },
  { value: 'python', label: 'Python', text: python },
]

export function ReceiverCode() {
  const { t } = useTranslation('integrations')
  return (
    <Stack gap="sm">
      <Text size="sm">{t('webhooks.codeText')}</Text>
      <Tabs defaultValue="typescript" variant="pills">
        <Tabs.List aria-label={t('webhooks.languages')}>
          {programs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {programs.map(({ value, label, text }) => (
          <Tabs.Panel key={value} value={value} pt="sm">
            <CodeText text={text} label={t('webhooks.codeIn', { language: label })} maxHeight={480} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  )
}
