// The page of integrations in a real browser: endpoints against a receiver of ours, letters that die and are sent again,
// keys that are used, rotated and revoked, a server whose login fails, and the log of events as they happen.

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type ScriptedReceiver, startScriptedReceiver } from '../../server/test/fakes/scripted-receiver.ts'
import type { Json } from '../../server/test/harness.ts'
import { type FtpServer, startFtpServer } from '../../server/test/remote-servers/ftp-server.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'

describe('integrations', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page
  let receiver: ScriptedReceiver
  let ftp: FtpServer
  /** What the receiver answers to all but tests. */
  let status = 200
  const chats = { sent: 0 }

  before(async () => {
    web = await startWeb()
    receiver = await startScriptedReceiver((response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"seen": true}')
    })
    ftp = await startFtpServer({ root: tmpdir(), user: 'recorder', password: 'right' })
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(30_000)
  })
  after(async () => {
    await web?.stop()
    await receiver?.close()
    await ftp?.close()
  })

  const open = async (path: string, on = page) => {
    await on.goto(`${web.url}/app/integrations${path}`)
    await on.waitForSelector('#page-title')
  }
  const button = (name: string | RegExp, on = page) => on.getByRole('button', { name, exact: typeof name === 'string' })
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name })
  /** The text of what is shown this once. */
  const once = (label: string) => page.locator(`[data-once="${label}"]`).innerText()

  async function sendChat(key: string): Promise<Response> {
    chats.sent += 1
    const messages = [
      { sender: 'customer', message: 'Where is my parcel?', timestamp: '2026-03-05T09:00:00Z' },
      { sender: 'agent', message: 'It is on its way.', timestamp: '2026-03-05T09:00:20Z' },
    ]
    return fetch(`${web.url}/v1/chats/upload`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: `s-${chats.sent}`, messages }),
    })
  }

  async function createKey(name: string): Promise<string> {
    await open('/keys?open=new')
    await page.getByRole('textbox', { name: 'Name', exact: false }).fill(name)
    await dialog('Create key').getByRole('button', { name: 'Create', exact: true }).click()
    await dialog('The key is ready').waitFor()
    const key = await once('API key')
    await button('I have copied it').click()
    return key
  }

  let key = ''
  let endpoint = ''

  test('a key is created, used, rotated with overlap and revoked', async () => {
    key = await createKey('Telephone system')
    assert.match(key, /^ind_live_/)
    assert.equal((await sendChat(key)).status < 300, true)

    await page.getByRole('link', { name: 'Telephone system' }).click()
    await page.getByRole('heading', { level: 1, name: 'Telephone system' }).waitFor()
    await button('Rotate').click()
    await dialog('Rotate').getByRole('button', { name: 'Rotate' }).click()
    await dialog('The new key').waitFor()
    const fresh = await once('API key')
    assert.notEqual(fresh, key)
    await button('I have copied it').click()
    assert.equal((await sendChat(fresh)).status < 300, true)
    assert.equal((await sendChat(key)).status < 300, true, 'the former one works for the overlap')
    assert.equal(await page.getByRole('table', { name: 'Secrets' }).locator('tbody tr').count(), 2)

    await button('Revoke').click()
    await dialog(/Revoke Telephone system/)
      .getByRole('button', { name: 'Revoke' })
      .click()
    await page.getByText('The key is revoked.').waitFor()
    await page.waitForTimeout(1500)
    assert.equal((await sendChat(fresh)).status, 401)
    key = await createKey('Chat system')
    web.assertQuiet()
  })

  test('an endpoint is created by keyboard, tested, and its attempt shows body and phases', async () => {
    await open('/webhooks')
    await button('Add endpoint').first().focus()
    await page.keyboard.press('Enter')
    const form = dialog('Add endpoint')
    await form.getByLabel('URL').fill(receiver.url)
    await form.getByRole('textbox', { name: 'Name' }).fill('Ticket system')
    await form
      .getByRole('combobox', { name: 'Event types' })
      .or(form.getByLabel('Event types'))
      .first()
      .fill('chat.comp')
    await page.getByRole('option', { name: /^chat\.completed/ }).click()
    await page.keyboard.press('Tab')
    await form.getByLabel('Condition').fill('sentiment = = negative')
    await form.getByRole('button', { name: 'Try it on recent events' }).click()
    await form.getByRole('alert').waitFor()
    web.complaints.length = 0
    await form.getByLabel('Condition').fill('status = completed')
    await form.getByRole('button', { name: 'Try it on recent events' }).click()
    await form.getByText(/of the last \d+ events? fits?\./).waitFor()
    await form.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog('The endpoint is ready').waitFor()
    assert.match(await once('Signing secret'), /^whsec_/)
    await button('I have copied it').click()
    await page.getByRole('heading', { level: 1, name: 'Ticket system' }).waitFor()
    endpoint = page.url().split('/').at(-1)?.split('?')[0] ?? ''

    await button('Send test').click()
    await dialog('Test message').getByText('HTTP 200: it arrived').waitFor()
    await dialog('Test message').getByText('"seen": true').waitFor()
    assert.match(receiver.received.at(-1)?.text ?? '', /webhook\.test/)
    await page.keyboard.press('Escape')

    await sendChat(key)
    await page.getByRole('button', { name: 'chat.completed' }).first().click()
    const delivery = dialog('chat.completed')
    await delivery.getByText('Attempt 1').waitFor()
    await delivery.getByText('HTTP 200').waitFor()
    await delivery.getByText(/ms in all/).waitFor()
    await delivery.getByRole('region', { name: 'Event' }).getByText('"chat.completed"').first().waitFor()
    assert.match(page.url(), /delivery=/)
    await page.goBack()
    await delivery.waitFor({ state: 'detached' })
    web.assertQuiet()
  })

  test('leaving a form that was written into is asked about', async () => {
    await open(`/webhooks/${endpoint}?open=edit`)
    const form = dialog('Change endpoint')
    await form.getByRole('textbox', { name: 'Name' }).fill('Other name')
    await page.keyboard.press('Escape')
    await dialog('Leave without saving?').getByRole('button', { name: 'Stay here' }).click()
    assert.equal(await form.getByRole('textbox', { name: 'Name' }).inputValue(), 'Other name')
  })

  test('of two who change one endpoint the later is told, and decides', async () => {
    await open(`/webhooks/${endpoint}?open=edit`)
    const form = dialog('Change endpoint')
    await form.getByRole('textbox', { name: 'Name' }).fill('Tickets')
    await owner.send('PATCH', `/v1/webhooks/${endpoint}`, { rate_per_s: 7 })
    await form.getByRole('button', { name: 'Save', exact: true }).click()
    await form.getByText('Somebody else has changed this meanwhile').waitFor()
    web.complaints.length = 0
    await form.getByRole('button', { name: 'Save mine anyway' }).click()
    await page.getByRole('heading', { level: 1, name: 'Tickets' }).waitFor()
    const now = await owner.send('GET', `/v1/webhooks/${endpoint}`)
    assert.deepEqual([now.name, now.rate_per_s], ['Tickets', 7], 'what the other one changed stays')
  })

  test('what fails for good is a dead letter, is edited, and arrives', async () => {
    await owner.send('PATCH', `/v1/webhooks/${endpoint}`, { retry_waits_s: [] })
    status = 500
    const before = receiver.received.length
    await sendChat(key)
    await sendChat(key)
    await receiver.count(before + 2, 30_000)
    await until(async () => (await owner.send('GET', '/v1/dead-letters')).dead_letters.length === 2)
    await open('/dead-letters')
    await page.getByText('the receiver answered 500').first().waitFor()
    await web.screenshot(page, 'dead-letters')
    await web.assertAccessible(page)
    await button('Look').click()
    await page.getByRole('link', { name: 'chat.completed' }).first().click()
    await page.getByRole('region', { name: /^Body/ }).getByText('"chat.completed"').first().waitFor()

    status = 200
    await button('Edit and send again').click()
    const form = dialog('Edit and send again')
    const data = JSON.parse(await form.getByRole('textbox').inputValue()) as Json
    await form.getByRole('textbox').fill(JSON.stringify({ ...data, summary: 'Asks where the parcel is.' }))
    await form.getByRole('button', { name: 'Send this' }).click()
    await until(async () => receiver.received.some(({ text }) => text.includes('Asks where the parcel is.')))

    await open('/dead-letters')
    await button('Send all again').click()
    const bulk = dialog('Send again')
    await bulk.getByText('1 letter would be sent again.').waitFor()
    await bulk.getByRole('button', { name: 'Send 1 again' }).click()
    await bulk.getByText(/Done: 1 of 1\./).waitFor()
    await until(async () => (await owner.send('GET', '/v1/dead-letters')).dead_letters.length === 0)
    web.assertQuiet()
  })

  test('a remote server that refuses the login says so before it is kept', async () => {
    await open('/remote-folders?tab=servers&server=new')
    const form = dialog('Add server')
    await form.getByLabel('Name', { exact: false }).first().fill('Recorder')
    await form.getByRole('combobox', { name: 'Protocol' }).or(form.getByLabel('Protocol')).first().click()
    await page.getByRole('option', { name: 'FTP, in clear' }).click()
    await form.getByLabel('Host').fill('127.0.0.1')
    await form.getByLabel('Port').fill(String(ftp.port))
    await form.getByLabel('User name').fill('recorder')
    await form.getByLabel('Password', { exact: true }).fill('wrong')
    await form.getByRole('button', { name: 'Test these settings' }).click()
    await form.getByText('It does not work yet').waitFor()
    await form.getByText(/login was refused/i).waitFor()
    assert.equal(await form.getByLabel('Failed:').count(), 1)
    await form.getByLabel('Password', { exact: true }).fill('right')
    await form.getByRole('button', { name: 'Test these settings' }).click()
    await form.getByText('Everything works').waitFor()
    web.assertQuiet()
  })

  test('events are followed live', async () => {
    await open('/events?types=chat.*')
    await page.getByText('Live', { exact: true }).waitFor()
    const rows = page.getByRole('table', { name: 'Events' }).locator('tbody tr')
    await rows.first().waitFor()
    const count = await rows.count()
    await sendChat(key)
    await until(async () => (await rows.count()) > count)
    await rows.first().getByRole('link').click()
    await page.getByRole('region', { name: 'Event' }).getByText('"seq"').waitFor()
    web.assertQuiet()
  })

  test('each page can be read by everybody: light, dark and narrow', async () => {
    const paths = ['', '/webhooks', `/webhooks/${endpoint}`, '/keys', '/applications', '/remote-folders', '/inbound']
    await open('')
    await page.getByText('1 endpoint, all well').waitFor()
    await web.screenshot(page, 'integrations')
    await open(`/webhooks/${endpoint}`)
    await page.getByRole('button', { name: 'chat.completed' }).first().waitFor()
    await web.screenshot(page, 'webhook')
    const dark = await web.again(owner, { colorScheme: 'dark', viewport: { width: 360, height: 740 } })
    for (const one of [page, dark.page]) {
      for (const path of [...paths, '/alerts', '/events', '/webhooks?open=new']) {
        await open(path, one)
        await one.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
        await web.assertAccessible(one)
        assert.equal(await one.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path)
      }
    }
    web.assertQuiet()
  })

  test('who sees a part of the organisation is shown alerts alone, and is told why the rest is closed', async () => {
    await owner.send('POST', '/v1/departments', { name: 'Sales', teams: ['Orders'] })
    const part = await web.member(owner, { role: 'supervisor', level: 'department', departments: ['Sales'] })
    await open('', part.page)
    assert.equal(await part.page.locator('.section-card').count(), 1)
    await open('/webhooks', part.page)
    await part.page.getByText('Not for your role').waitFor()
    web.assertQuiet()
  })
})

async function until(isSo: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) assert.fail(`still not so after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
