// The frame around the pages in a real browser: signing in and out, a session that ends while somebody writes, a server
// that is away, colours, the menu of a narrow screen, and addresses that lead nowhere.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { noBrowser, password, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'

describe('the frame', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    owner.page.setDefaultTimeout(20_000)
  })
  after(() => web?.stop())

  async function signIn(page: Page, word = password): Promise<void> {
    await page.getByRole('textbox', { name: 'E-mail' }).fill(owner.email)
    await page.getByLabel('Password', { exact: false }).first().fill(word)
    await page.keyboard.press('Enter')
  }
  const at = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  test('who is not signed in signs in, and is shown the address that was asked for', async () => {
    const { page } = await web.stranger()
    await page.goto(`${web.url}/app/interactions?channel=voice`)
    await at(page, 'Sign in')
    await web.assertAccessible(page)
    await web.screenshot(page, 'sign-in')
    await signIn(page, 'not the password 1')
    await page.getByRole('alert').waitFor()
    assert.ok((await page.getByRole('alert').innerText()).length > 10)
    web.complaints.length = 0
    await signIn(page)
    await at(page, 'Interactions')
    assert.match(page.url(), /\/app\/interactions\?channel=voice$/)
    web.assertQuiet()
  })

  test('an address of another site is never gone to after signing in', async () => {
    for (const after of ['//example.org', 'https://example.org', 'javascript:alert(1)']) {
      const { page, context } = await web.stranger()
      await page.goto(`${web.url}/app/sign-in?after=${encodeURIComponent(after)}`)
      await signIn(page)
      await page.waitForSelector('#page-title')
      assert.equal(new URL(page.url()).origin, web.url)
      await context.close()
    }
    web.complaints.length = 0
    assert.deepEqual(web.strangers, [])
  })

  test('a session that ends while somebody writes is renewed over the page, and nothing is lost', async () => {
    const who = await web.again(owner)
    const { page } = who
    await page.goto(`${web.url}/app/interactions`)
    await at(page, 'Interactions')
    await page.getByRole('button', { name: /^Filter/ }).click()
    await page.getByRole('textbox', { name: 'Condition' }).fill('duration > 300')
    await who.send('DELETE', '/v1/session')
    await page.getByRole('combobox', { name: 'Mood' }).click()
    await page.getByRole('option', { name: 'Negative' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await dialog.isVisible(), true)
    await web.assertAccessible(page, { within: '[role=dialog]' })
    await signIn(page)
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await page.getByRole('textbox', { name: 'Condition' }).inputValue(), 'duration > 300')
    await page.getByText('Nothing fits').waitFor()
    web.complaints.length = 0
    await page.context().close()
  })

  test('while the server is away the page says so, and goes on by itself', async () => {
    const { page } = await web.again(owner)
    await page.goto(`${web.url}/app/interactions`)
    await page.getByText('No conversations yet').waitFor()
    await page.context().setOffline(true)
    await page.getByText('Chats', { exact: true }).click()
    await page.getByText('The server does not answer').first().waitFor()
    await page.context().setOffline(false)
    await page.getByText('The server does not answer').first().waitFor({ state: 'detached' })
    await page.getByText('Nothing fits').waitFor()
    web.complaints.length = 0
    await page.context().close()
  })

  test('colours that were chosen are there in another browser too', async () => {
    const { page } = owner
    await page.goto(`${web.url}/app/interactions`)
    await page
      .getByRole('button', { name: 'Your account' })
      .or(page.locator('header [aria-haspopup=menu]'))
      .last()
      .click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
    const other = await web.again(owner)
    await other.page.goto(`${web.url}/app/interactions`)
    await other.page.locator('html[data-mantine-color-scheme=dark]').waitFor()
    await owner.send('PATCH', '/v1/me/preferences', { theme: 'light' })
    web.assertQuiet()
    await other.context.close()
  })

  test('the first Tab leads past the menu, and on a narrow screen the menu opens and closes', async () => {
    const { page } = owner
    await page.goto(`${web.url}/app/interactions`)
    await at(page, 'Interactions')
    await page.keyboard.press('Tab')
    await page.locator('.skip:focus').waitFor()
    await page.keyboard.press('Enter')
    assert.match(page.url(), /#content$/)
    const narrow = await web.again(owner, { viewport: { width: 360, height: 740 } })
    await narrow.page.goto(`${web.url}/app/interactions`)
    await at(narrow.page, 'Interactions')
    const link = narrow.page.getByRole('navigation').getByRole('link', { name: 'Upload' })
    await narrow.page.locator('header button').first().click()
    await link.click()
    await at(narrow.page, 'Upload')
    await narrow.page.waitForTimeout(400)
    assert.equal(await narrow.page.evaluate('document.querySelector("nav").getBoundingClientRect().right <= 0'), true)
    assert.equal(await narrow.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    web.assertQuiet()
    await narrow.context.close()
  })

  test('an address that leads nowhere says so, and a page that stops leaves the frame', async () => {
    const { page } = owner
    await page.goto(`${web.url}/app/no/such/page`)
    await at(page, 'There is no such page')
    await web.assertAccessible(page)
    web.assertQuiet()
    // An answer of a shape that cannot be: what a page makes of it is an error within it.
    await page.route('**/v1/search?**', (route) => route.fulfill({ json: { conversations: [null], total: 1 } }))
    await page.getByRole('link', { name: 'Interactions' }).click()
    await at(page, 'This page has stopped')
    await page.getByRole('navigation').getByRole('link', { name: 'Upload' }).waitFor()
    await web.assertAccessible(page)
    await page.unroute('**/v1/search?**')
    await page.getByRole('button', { name: 'Load again' }).click()
    await at(page, 'Interactions')
    web.complaints.length = 0
  })

  test('the second factor is asked for, and signing out ends it all', async () => {
    const { secret } = await owner.send('POST', '/v1/me/totp', { password })
    const totp = new TOTP({ secret })
    await owner.send('PUT', '/v1/me/totp', { code: totp.generate({ timestamp: Date.now() - 30_000 }) })
    const { page } = await web.stranger()
    await page.goto(`${web.url}/app/upload`)
    await signIn(page)
    const code = page.getByRole('textbox', { name: /^Code from your/ })
    await code.fill('000000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    web.complaints.length = 0
    await code.fill(totp.generate())
    await page.keyboard.press('Enter')
    await at(page, 'Upload')
    await page.locator('header [aria-haspopup=menu]').last().click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await at(page, 'Sign in')
    await page.goto(`${web.url}/app/upload`)
    await at(page, 'Sign in')
    web.assertQuiet()
  })
})
