// The first run in a real browser: from the link that the program prints to a sample call that is done, and a key that works.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'

const password = 'tea with lemon 7'

describe('welcome', { skip: noBrowser, timeout: 180_000 }, () => {
  let web: Web
  let visitor: Omit<Visitor, 'email' | 'orgId' | 'userId'>

  before(async () => {
    web = await startWeb()
    visitor = await web.stranger()
    visitor.page.setDefaultTimeout(30_000)
  })
  after(() => web?.stop())

  test('without the link it says where the link is', async () => {
    await visitor.page.goto(`${web.url}/app/welcome`)
    await visitor.page.getByText(/prints a link when it starts/).waitFor()
    await web.assertAccessible(visitor.page)
    web.assertQuiet()
  })

  test('the link leads to an organisation, a sample that is done, and a key that sends a chat', async () => {
    const { page } = visitor
    const link = new URL((await web.harness.app.makeSetupLink()) ?? '')
    await page.goto('about:blank')
    await page.goto(`${web.url}${link.pathname}${link.hash}`)
    await page.getByRole('textbox', { name: 'Organisation' }).fill('Harbour Support')
    assert.equal(await page.getByRole('combobox', { name: 'Time zone' }).inputValue(), 'Africa/Johannesburg')
    await web.assertAccessible(page)
    await page.getByRole('textbox', { name: 'Your name' }).fill('First administrator')
    await page.getByRole('textbox', { name: 'E-mail' }).fill('first@example.org')
    const [first, again] = [0, 1].map((index) => page.locator('input[autocomplete=new-password]').nth(index))
    assert.ok(first && again)
    await first.fill('password1!')
    await again.fill('password1!')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('alert').waitFor()
    // The server's answer to the weak password is an error on the console, and meant to be.
    web.complaints.length = 0
    await first.fill(password)
    assert.equal(await page.getByRole('button', { name: 'Begin' }).isDisabled(), true, 'the two differ')
    await again.fill(password)
    await again.press('Enter')

    await page.getByRole('heading', { name: 'Try the sample call' }).waitFor()
    assert.equal(new URL(page.url()).hash, '', 'the link is used up and leaves the address')
    await page.getByRole('button', { name: 'Make the key' }).click()
    const line = await page.locator('[data-curl]').innerText()
    const key = /X-API-Key: ([\w-]+)/.exec(line)?.[1] ?? ''
    const messages = [{ sender: 'customer', message: 'Hello', timestamp: '2026-03-05T09:00:00Z' }]
    const sent = await fetch(`${web.url}/v1/chats/upload`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'one', messages }),
    })
    assert.ok(sent.ok, `the key answered ${sent.status}`)

    await page.getByRole('button', { name: 'Try the sample call' }).click()
    await page.getByRole('list', { name: 'Stages of the sample call' }).waitFor()
    await web.screenshot(page, 'welcome')
    await web.assertAccessible(page)
    await page.waitForURL(/\/app\/interactions\/[0-9a-f-]{36}/)
    const id = page.url().split('/').at(-1)
    const call = await visitor.send('GET', `/v1/conversations/${id}`)
    assert.equal(call.status, 'completed')
    assert.equal(call.tags.includes('sample'), true)
    web.assertQuiet()
  })

  test('a second time it says that all is set up; who is signed in finds the two steps', async () => {
    const stranger = await web.stranger({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    await stranger.page.goto(`${web.url}/app/welcome#token=used`)
    await stranger.page.getByText(/set up already/).waitFor()
    await web.assertAccessible(stranger.page)
    await stranger.send('POST', '/v1/session', { email: 'first@example.org', password })
    await stranger.page.goto(`${web.url}/app/welcome`)
    await stranger.page.getByRole('button', { name: 'Make the key' }).waitFor()
    assert.equal(await stranger.page.evaluate('document.documentElement.scrollWidth'), 360)
    await web.assertAccessible(stranger.page)
    web.assertQuiet()
  })
})
