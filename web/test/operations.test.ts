// The page of the operator in a real browser: seen by an operator and by nobody else.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'

describe('operations', { skip: noBrowser, timeout: 180_000 }, () => {
  let web: Web
  let owner: Visitor
  let operator: Visitor

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    operator = await web.owner()
    await sql`update users set is_operator = true where id = ${operator.userId}`.execute(web.harness.app.db)
    await operator.send('POST', '/v1/samples')
    operator.page.setDefaultTimeout(30_000)
    owner.page.setDefaultTimeout(30_000)
  })
  after(() => web?.stop())

  test('an owner does not see it, neither in the menu nor by its address', async () => {
    await owner.page.goto(`${web.url}/app/operations`)
    await owner.page.getByText(/for the operators of the installation/).waitFor()
    assert.equal(await owner.page.getByRole('link', { name: 'Operations' }).count(), 0)
    await web.assertAccessible(owner.page)
    web.assertQuiet()
  })

  test('an operator sees how everything is, in words and in figures', async () => {
    const { page } = operator
    await page.goto(`${web.url}/app/operations`)
    await page.getByRole('link', { name: 'Operations' }).waitFor()
    await page.getByRole('table', { name: 'Processes' }).getByText('Alive').waitFor()
    await page.getByRole('table', { name: 'Queues' }).waitFor()
    await page.getByText(/All is well|needs? a look/).waitFor()
    await web.assertAccessible(page)
    await web.screenshot(page, 'operations')
    const narrow = await web.again(operator, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    await narrow.page.goto(`${web.url}/app/operations`)
    await narrow.page.getByRole('table', { name: 'Queues' }).waitFor()
    assert.equal(await narrow.page.evaluate('document.documentElement.scrollWidth'), 360)
    await web.assertAccessible(narrow.page)
    web.assertQuiet()
  })
})
