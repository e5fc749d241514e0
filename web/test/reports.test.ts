// The page of reports in a real browser: a PDF that is made and downloaded, a schedule that is made, changed by two and
// paused, and an export with chosen columns.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Json } from '../../server/test/harness.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { seedChats } from './seeded-chats.ts'

describe('reports', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(20_000)
    await seedChats(owner, [6, 4])
  })
  after(() => web?.stop())

  const open = async (path: string, on = page) => {
    await on.goto(`${web.url}/app/reports${path}`)
    await on.waitForSelector('#page-title')
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name })
  const download = async (name: string): Promise<Buffer> => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('link', { name: `Download ${name}` })
        .first()
        .click(),
    ])
    return readFile(await file.path())
  }

  test('a report says what it will hold, is made, and is a PDF', async () => {
    await open('')
    await page.getByText('No reports yet').waitFor()
    await button('New report').first().click()
    const form = dialog('New report')
    await form.getByText('10 conversations as things stand.').waitFor()
    await form.getByText('Chats', { exact: true }).click()
    await form.getByRole('textbox', { name: 'Name' }).fill('Chats of the month')
    await form.getByRole('checkbox', { name: 'Keywords' }).uncheck()
    await form.getByText(/^Parts: Volume, Handling, Mood, Languages, Agents, Teams, Trends$/).waitFor()
    await form.getByRole('checkbox', { name: 'CSV' }).check()
    await form.getByRole('button', { name: 'Make 2 files' }).click()
    await page.getByRole('link', { name: 'Download Chats of the month' }).nth(1).waitFor()
    const { reports } = await owner.send<Json>('GET', '/v1/reports')
    assert.deepEqual(reports.map((one: Json) => [one.format, one.rows]).sort(), [
      ['csv', 10],
      ['pdf', 10],
    ])
    await page
      .getByRole('row', { name: /PDF/ })
      .getByRole('link', { name: /^Download/ })
      .waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('row', { name: /PDF/ })
        .getByRole('link', { name: /^Download/ })
        .click(),
    ])
    assert.equal((await readFile(await file.path())).subarray(0, 4).toString(), '%PDF')
    await web.screenshot(page, 'reports')
    web.assertQuiet()
  })

  test('a report is renamed and deleted', async () => {
    await button('More for Chats of the month').first().click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await dialog('Rename').getByRole('textbox', { name: 'Name' }).fill('<img src=x onerror=alert(1)>')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Download <img src=x onerror=alert(1)>' }).waitFor()
    await button('More for <img src=x onerror=alert(1)>').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await dialog('Delete <img src=x onerror=alert(1)>').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('is deleted.').waitFor()
    assert.equal((await owner.send<Json>('GET', '/v1/reports')).reports.length, 1)
    web.assertQuiet()
  })

  test('a schedule is made, changed by two people, paused and resumed', async () => {
    await open('?tab=schedules')
    await button('New schedule').first().click()
    const form = dialog('New schedule')
    await form.getByRole('textbox', { name: 'Name' }).fill('Week of the team')
    await form.getByRole('checkbox', { name: 'Fri' }).check()
    await form.locator('input[type=time]').fill('06:30')
    await form.getByLabel('Recipients').fill(`${owner.email},`)
    await form.getByRole('button', { name: 'Create' }).click()
    await page.getByText('Mon, Fri at 06:30').waitFor()
    const only = async () => (await owner.send<Json>('GET', '/v1/report-schedules')).schedules[0]
    const made = await only()
    assert.deepEqual(
      [made.weekdays, made.time_of_day, made.parameters.period, made.recipients[0].email],
      [[1, 5], '06:30', 'last_week', owner.email],
    )

    await button('Edit Week of the team').click()
    const edit = dialog('Change schedule')
    await edit.getByText('Monthly', { exact: true }).click()
    await owner.send('PATCH', `/v1/report-schedules/${made.schedule_id}`, { name: 'Week of the whole team' })
    await edit.getByRole('button', { name: 'Save', exact: true }).click()
    await edit.getByText('Somebody else has changed this meanwhile').waitFor()
    web.complaints.length = 0
    await edit.getByRole('button', { name: 'Save mine anyway' }).click()
    await page.getByText('Day 1 of the month at 06:30').waitFor()
    assert.deepEqual([(await only()).frequency, (await only()).name], ['monthly', 'Week of the team'])

    await button('More for Week of the team').click()
    await page.getByRole('menuitem', { name: 'Pause' }).click()
    await page.getByText('Paused', { exact: true }).waitFor()
    assert.equal((await only()).state, 'paused')
    await button('More for Week of the team').click()
    await page.getByRole('menuitem', { name: 'Resume' }).click()
    await page.getByText('Active', { exact: true }).waitFor()
    web.assertQuiet()
  })

  test('an export has the columns that were chosen', async () => {
    await open('?tab=exports&open=export')
    const form = dialog('New export')
    await form.getByRole('textbox', { name: 'Name' }).fill('Ids')
    await form.getByRole('combobox', { name: 'Format' }).or(form.getByLabel('Format')).first().click()
    await page.getByRole('option', { name: 'CSV', exact: true }).click()
    const columns = form.getByRole('combobox', { name: 'Columns' }).or(form.getByLabel('Columns')).first()
    await columns.fill('agent_name')
    await page.getByRole('option', { name: 'agent_name' }).click()
    await columns.fill('external_id')
    await page.getByRole('option', { name: 'external_id', exact: true }).click()
    await form.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('link', { name: 'Download Ids' }).first().waitFor()
    const lines = (await download('Ids')).toString().trim().split('\r\n')
    assert.equal(lines[0], 'agent_name,external_id')
    assert.equal(lines.length, 11)
    web.assertQuiet()
  })

  test('each tab and form can be read by everybody: light, dark and narrow', async () => {
    const dark = await web.again(owner, { colorScheme: 'dark', viewport: { width: 360, height: 740 } })
    for (const one of [page, dark.page]) {
      const forms = ['?open=report', '?tab=schedules&open=schedule', '?tab=exports&open=export']
      for (const path of ['', '?tab=schedules', '?tab=exports', ...forms]) {
        await open(path, one)
        await one.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
        await web.assertAccessible(one)
        assert.equal(await one.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path)
      }
    }
    web.assertQuiet()
  })
})
