// What pages must bear: markup in every text that somebody can write, and a conversation of three hours.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { smallWav } from '../../server/test/small-recordings.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'

/** Short enough for the shortest of names; an alert would be a complaint, for the policy lets no such thing run. */
const markup = '<img src=x onerror=alert(1)>'
const more = `"'><script>alert(1)</script>{{7*7}}\${7*7}<a href="javascript:alert(1)">click</a>\u202Egnp.exe`

describe('extremes', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(20_000)
  })
  after(() => web?.stop())

  const finished = async (id: string) => {
    for (;;) {
      const found = await owner.send('GET', `/v1/conversations/${id}`)
      if (found.status === 'completed' || found.status === 'failed') return found
      await page.waitForTimeout(100)
    }
  }
  const send = async (name: string, messages: object[], agent?: string): Promise<string> => {
    const sent = await owner.send('POST', '/v1/chats/upload', { session_id: name, agent_id: agent, messages })
    return (await finished(sent.chat_id.replace('vela_chat_', ''))).id
  }

  test('markup in names, words, files and notes is shown as it was written, on every page', async () => {
    const agent = await owner.send('POST', '/v1/agents', { name: markup + more, team: `t${markup}` })
    const at = (second: number) => new Date(Date.now() - 3_600_000 + second * 1000).toISOString()
    const messages = [
      { sender: 'customer', message: `Where is my parcel? ${markup}${more}`, timestamp: at(0) },
      { sender: 'agent', message: `It is late, ${markup}`, timestamp: at(20) },
      { sender: 'customer', message: `I am angry ${more}`, timestamp: at(40) },
    ]
    const chat = await send(`s${markup}`, messages, agent.agent_id)
    await owner.send('PATCH', '/v1/organisation', { name: `Org ${markup}` })
    await owner.send('POST', `/v1/conversations/${chat}/comments`, { body: markup + more })
    await owner.send('POST', '/v1/saved-searches', { name: markup, q: 'parcel' })
    await owner.send('POST', '/v1/api-keys', { name: markup, scopes: ['calls:read'] })
    await owner.send('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['call.completed'] })
    const { csrf_token } = await owner.send('GET', '/v1/session')
    const answer = await owner.context.request.post(`${web.url}/v1/calls/upload`, {
      headers: { 'x-indaba-csrf': csrf_token },
      multipart: {
        file: { name: `${markup}.wav`, mimeType: 'audio/wav', buffer: smallWav(1) },
        agent_id: agent.agent_id,
      },
    })
    const call = await finished((await answer.json()).call_id)
    for (const [path, shown] of [
      ['home?board=agents-and-teams', markup],
      ['interactions', `s${markup}`],
      [`interactions/${chat}`, markup],
      [`interactions/${call.id}`, `${markup}.wav`],
      ['agents', markup],
      [`agents/${agent.agent_id}`, markup],
      ['settings/organisation', markup],
      ['settings/audit', 'Audit'],
      ['integrations/keys', markup],
      ['reports', 'Reports'],
      ['upload', 'Upload'],
    ] as const) {
      await page.goto(`${web.url}/app/${path}`)
      await page.getByText(shown, { exact: false }).first().waitFor({ state: 'attached' })
      await page.waitForTimeout(200)
      assert.equal(await page.locator('img[src="x"], a[href^="javascript:"], script:not([src])').count(), 0, path)
    }
    web.assertQuiet()
  })

  test('a conversation of three hours and 3,600 turns is read from end to end, and found in', async () => {
    const start = Date.parse('2026-03-05T08:00:00Z')
    const messages = Array.from({ length: 3600 }, (_, n) => ({
      sender: n % 2 === 0 ? 'customer' : 'agent',
      message:
        n === 3000 ? 'It is about the zebra crossing.' : `This is sentence ${n + 1}, ${'and so on '.repeat(n % 7)}`,
      timestamp: new Date(start + n * 3000).toISOString(),
    }))
    const id = await send('three-hours', messages)
    await page.goto(`${web.url}/app/interactions/${id}`)
    await page.getByText('This is sentence 1,').first().waitFor()
    assert.ok((await page.locator('.turn').count()) < 100, 'only those in view are drawn')
    const list = page.locator('.transcript-list')
    await list.focus()
    await page.keyboard.press('End')
    await page.getByText('This is sentence 3600').waitFor()
    await page.keyboard.press('Home')
    await page.getByText('This is sentence 1,').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('zebra')
    await page.getByRole('status').getByText('1 of 1').waitFor()
    await page.locator('mark.hit').first().waitFor()
    assert.ok(await page.locator('.turn', { hasText: 'zebra crossing' }).isVisible())
    web.assertQuiet()
  })
})
