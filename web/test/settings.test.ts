// The settings and the account in a real browser: somebody is invited, accepts, gets another role, and the audit tells of it
// and verifies; groups and tags; a second factor.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TOTP } from 'otpauth'
import { roleScopes, scopes } from '../../server/src/access/permissions.ts'
import { noBrowser, password, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { roleNames, scopeNames, scopesOf } from '../src/pages/settings/roles.ts'

test('the table of roles is what the server enforces', () => {
  assert.deepEqual([...scopeNames], Object.keys(scopes))
  for (const role of roleNames) assert.deepEqual([...scopesOf[role]].sort(), [...roleScopes[role]].sort(), role)
})

describe('settings', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    owner.page.setDefaultTimeout(15_000)
  })
  after(() => web?.stop())

  const open = async (path: string, page = owner.page) => {
    await page.goto(`${web.url}/app${path}`)
    await page.waitForSelector('#page-title')
  }
  const button = (name: string | RegExp) => owner.page.getByRole('button', { name, exact: typeof name === 'string' })
  const dialog = () => owner.page.getByRole('dialog')
  const choose = async (label: string, option: string) => {
    await dialog().getByRole('combobox', { name: label }).click()
    await owner.page.getByRole('option', { name: option, exact: true }).click()
  }

  test('somebody is invited, accepts, is given another role, and the audit tells of it and verifies', async () => {
    const { page } = owner
    await open('/settings/people')
    await button('Invite').click()
    await dialog().getByRole('textbox', { name: 'E-mail' }).fill('agent-4@example.org')
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Agent 4')
    await choose('Role', 'Analyst')
    await dialog().getByRole('button', { name: 'Send the invitation' }).click()
    await page.getByText('Pass this link on to agent-4@example.org').waitFor()
    const link = await page.locator('.shown-once').innerText()
    await web.assertAccessible(page)

    const invited = await web.stranger()
    await invited.page.goto(link)
    await invited.page.getByLabel('Password').fill(password)
    await invited.page.getByLabel('Once more').fill(password)
    await invited.page.getByRole('button', { name: 'Save' }).click()
    await invited.page.getByText(/You can sign in as agent-4/).waitFor()

    await open('/settings/people?q=agent-4')
    await page.getByRole('table', { name: 'People' }).getByText('Active').waitFor()
    await page.getByRole('button', { name: 'Agent 4 agent-4@example.org' }).click()
    await choose('Role', 'Supervisor')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await page.getByRole('table', { name: 'People' }).getByText('Supervisor').waitFor()
    await open('/settings/people')
    await page.getByText('Agent 4').first().waitFor()
    await web.screenshot(page, 'settings')

    await open('/settings/audit?action=user.change')
    const entry = page.getByRole('button', { name: 'Details of user.change' })
    await entry.first().click()
    await page.getByText('"supervisor"').first().waitFor()
    await button('Verify').click()
    await page.getByText('The audit is as it was written').waitFor()
    await web.assertAccessible(page)
    web.assertQuiet()
  })

  test('two people change one person: the later is told, and sees what it is now', async () => {
    const { page } = owner
    const { users } = await owner.send('GET', '/v1/users?search=agent-4')
    await open('/settings/people?q=agent-4')
    await page.getByRole('button', { name: 'Agent 4 agent-4@example.org' }).click()
    await choose('Role', 'Analyst')
    await owner.send('PATCH', `/v1/users/${users[0].id}`, { role: 'auditor', level: 'organisation' })
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().getByRole('alert').getByText('Somebody else has changed this meanwhile').waitFor()
    await dialog().getByRole('button', { name: 'Load what is there' }).click()
    await dialog().getByRole('alert').waitFor({ state: 'detached' })
    assert.equal(await dialog().getByRole('combobox', { name: 'Role' }).inputValue(), 'Auditor')
    await page.keyboard.press('Escape')
    web.complaints.length = 0
  })

  test('a department and a tag are made, changed and deleted, and a deleted tag comes back', async () => {
    const { page } = owner
    await open('/settings/groups')
    await button('New department').click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Support')
    await dialog().getByLabel('Teams', { exact: true }).first().fill('Billing')
    await page.keyboard.press('Enter')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Support' }).waitFor()
    await button('Actions for Support').click()
    await page.getByRole('menuitem', { name: 'Rename or recolour' }).click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('Service')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Service' }).waitFor()
    await web.assertAccessible(page)

    await open('/settings/tags')
    await button('New tag').first().click()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('follow up')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await button('Delete follow up').click()
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await button('Undo').click()
    await button('Delete follow up').waitFor()
    assert.deepEqual(
      (await owner.send('GET', '/v1/tags')).tags.map(({ name }: { name: string }) => name),
      ['follow up'],
    )
    web.assertQuiet()
  })

  test('the organisation is changed, and who leaves with something unsaved is asked', async () => {
    const { page } = owner
    await open('/settings/organisation')
    await page.getByRole('textbox', { name: 'About' }).fill('Parcels and letters')
    await page.getByRole('link', { name: 'Tags', exact: true }).click()
    await dialog().getByRole('button', { name: 'Stay' }).click()
    await button('Save').click()
    await page.getByText('The organisation is saved.').waitFor()
    assert.equal((await owner.send('GET', '/v1/organisation')).settings.bio, 'Parcels and letters')
    web.assertQuiet()
  })

  test('every part is accessible in both schemes and fits a narrow window', async () => {
    const narrow = await web.again(owner, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    for (const part of ['organisation', 'people', 'roles', 'usage', 'audit', 'access-review', 'sign-in']) {
      await open(`/settings/${part}`, narrow.page)
      await narrow.page.locator('section h2').first().waitFor()
      assert.equal(await narrow.page.evaluate('document.documentElement.scrollWidth'), 360, part)
      await web.assertAccessible(narrow.page)
    }
    web.assertQuiet()
  })

  test('a second factor is switched on with a code; a wrong password does not end the session', async () => {
    const { page } = owner
    await open('/account')
    const given = page.getByRole('textbox', { name: 'Your password' })
    await given.fill('not my password 1')
    await button('Switch it on').click()
    await page.getByRole('alert').waitFor()
    assert.equal(await page.getByText('Your session has ended').count(), 0)
    web.complaints.length = 0
    await given.fill(password)
    await button('Switch it on').click()
    const secret = await page.locator('[data-copied=Secret]').innerText()
    await page.getByRole('textbox', { name: 'Code of the app' }).fill(new TOTP({ secret }).generate())
    await button('Confirm').click()
    await page.getByText('10 recovery codes are left.').waitFor()
    assert.equal((await page.locator('.shown-once').innerText()).trim().split('\n').length, 10)
    await web.assertAccessible(page)
    web.assertQuiet()
  })
})
