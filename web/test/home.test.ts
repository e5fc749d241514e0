// Home in a real browser: the board that is always there, what its figures open, one's own copy with widgets that are
// added, moved by keyboard and taken back, two people at one board, export, and how it looks in both schemes.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { addressBehind } from '../src/pages/home/behind.ts'
import { written } from '../src/pages/home/cells.ts'
import { laidOut } from '../src/pages/home/layout.ts'
import { daysOf } from '../src/pages/home/periods.ts'
import { readPeriod } from '../src/pages/home/view.ts'
import { countedUntil, fillHome } from './home-data.ts'

const days = 60

describe('home, without a browser', () => {
  test('names of periods are days, and weeks begin on Monday', () => {
    assert.deepEqual(daysOf('this_week', '2026-03-08'), { from: '2026-03-02', to: '2026-03-08' })
    assert.deepEqual(daysOf('last_week', '2026-03-02'), { from: '2026-02-23', to: '2026-03-01' })
    assert.deepEqual(daysOf('last_month', '2026-03-31'), { from: '2026-02-01', to: '2026-02-28' })
    assert.deepEqual(daysOf('last_30_days', '2026-03-01'), { from: '2026-01-31', to: '2026-03-01' })
    assert.deepEqual(daysOf('this_quarter', '2026-06-30'), { from: '2026-04-01', to: '2026-06-30' })
    assert.equal(readPeriod('2026-03-09..2026-03-01'), null)
    assert.equal(readPeriod('2026-02-31x..<script>'), null)
  })

  test('widgets never lie over each other, and none leaves the grid', () => {
    const sizes = [3, 12, 4, 6, 6, 20, 3].map((w, at) => ({ w, h: (at % 3) + 1 }))
    const placed = laidOut(
      sizes.map((size, at) => ({
        id: `w${at}`,
        metrics: ['aht'],
        chart: 'bar' as const,
        size,
        position: { x: 0, y: 0 },
      })),
    )
    const cells = placed.flatMap(({ position: { x, y }, size: { w, h } }) =>
      Array.from(
        { length: Math.min(12, w) * h },
        (_, at) => `${x + (at % Math.min(12, w))},${y + Math.floor(at / Math.min(12, w))}`,
      ),
    )
    assert.equal(new Set(cells).size, cells.length)
    assert.ok(cells.every((cell) => Number(cell.split(',')[0]) < 12))
  })

  test('a text that begins like a formula is none, and a number stays one', () => {
    for (const text of ['=1+1', '+1', '-1', '@sum', '\t=1', ' =1']) assert.match(written(text), /^"?'/)
    assert.equal(written(-0.5), '-0.5')
    assert.equal(written('a "b", c'), '"a ""b"", c"')
    assert.equal(written(null), '')
  })

  test('what is behind a figure has its group, its filters and the bounds of its day', () => {
    const period = {
      start_date: '2026-03-01T22:00:00Z',
      end_date: '2026-03-31T22:00:00Z',
      time_zone: 'Africa/Johannesburg',
    }
    const behind = addressBehind({
      ...{ period, metric: 'aht', group: { day: '2026-03-05', team: null } },
      filters: { channel: 'voice', tag: 'a,b', filter: 'duration > 60 OR reviewed = true' },
    })
    assert.equal(behind.from, '2026-03-04T22:00:00.000Z')
    assert.equal(behind.to, '2026-03-05T22:00:00.000Z')
    assert.equal(behind.channel, 'voice')
    assert.equal(behind.status, 'completed')
    assert.equal(behind.filter, '(team = null) AND (tags : ("a" OR "b")) AND (duration > 60 OR reviewed = true)')
  })
})

describe('home', { skip: noBrowser, timeout: 300_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page
  let count = 0

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(20_000)
    count = await fillHome(web, owner, { days })
  })
  after(() => web?.stop())

  const open = async (search = '', on = page) => {
    await on.goto(`${web.url}/app/home${search}`)
    await on.getByRole('article').first().waitFor()
    await on.locator('.chart-link').first().waitFor()
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const titles = () => page.getByRole('article').getByRole('heading').allInnerTexts()
  /** What the list of conversations says it holds. */
  const listed = async (): Promise<number> => {
    const said = page.getByRole('status').filter({ hasText: /conversation/ })
    await said.waitFor()
    return Number((await said.innerText()).replaceAll(/\D/g, ''))
  }
  const behind = async (link: ReturnType<Page['locator']>): Promise<[number, number]> => {
    const n = Number(
      /Open ([\d\s,.]+) conv/.exec((await link.getAttribute('aria-label')) ?? '')?.[1]?.replaceAll(/\D/g, ''),
    )
    await link.click()
    await page.waitForURL(/\/app\/interactions/)
    const found = await listed()
    await page.goBack()
    await page.locator('.chart-link').first().waitFor()
    return [n, found]
  }

  test('nothing starts empty: one request for the board, one for its figures', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await open('?period=last_90_days')
    await page.locator('.chart-plot path').first().waitFor()
    assert.equal(asked.filter((path) => path === '/v1/boards/home').length, 1)
    assert.equal(asked.filter((path) => path.startsWith('/v1/analytics')).length, 1)
    await page
      .getByRole('link', { name: new RegExp(`^Conversations: ${count}`) })
      .first()
      .waitFor()
    web.assertQuiet()
  })

  test('every figure opens the conversations behind it', async () => {
    await open('?period=last_30_days')
    const figures = [
      page.getByRole('link', { name: /^Conversations: \d/ }).first(),
      page.getByRole('link', { name: /^Conversations, Calls/ }),
      page.getByRole('link', { name: /^Conversations, Service/ }),
      page.getByRole('link', { name: /^Conversations, Zulu/ }),
    ]
    for (const figure of figures) {
      const [n, found] = await behind(figure)
      assert.ok(n > 0)
      assert.equal(found, n, await figure.getAttribute('aria-label').then(String))
    }
    // Of a chart, by the table of its numbers: an hour, and a day of the organisation's zone.
    for (const title of ['When it is busy', 'Conversations by day']) {
      await button(`Show the numbers: ${title}`).click()
      const [n, found] = await behind(page.getByRole('region', { name: title }).locator('.chart-link').nth(3))
      assert.equal(found, n, title)
    }
    web.assertQuiet()
  })

  test('period and filters stand in the address, and the same address shows the same again', async () => {
    await open()
    await page.getByRole('combobox', { name: 'Period' }).click()
    await page.getByRole('option', { name: 'Last 7 days' }).click()
    await page.getByText('Chats', { exact: true }).first().click()
    await page.getByRole('combobox', { name: 'Team' }).click()
    await Promise.all([
      page.waitForResponse((answer) => answer.request().postData()?.includes('"Deliveries"') ?? false),
      page.getByRole('option', { name: 'Deliveries' }).click(),
    ])
    const address = page.url()
    assert.match(address, /period=last_7_days/)
    assert.match(address, /channel=chat/)
    await page.waitForTimeout(300)
    const first = await page.locator('.chart-stat-value').first().innerText()
    await page.goto(address)
    await page.locator('.chart-stat-value').first().waitFor()
    assert.equal(await page.locator('.chart-stat-value').first().innerText(), first)
    // An address can say anything.
    await open('?period=..%3Cscript%3E&compare=perhaps&channel=any')
    assert.equal(await page.getByRole('combobox', { name: 'Period' }).inputValue(), 'Last 30 days')
    web.assertQuiet()
  })

  test('a copy of one’s own: a widget is added, moved by keyboard, removed, taken back, and saved', async () => {
    await open()
    await button('Make it my own').click()
    await page.getByRole('textbox', { name: 'Name of the board' }).fill('Mornings')
    await button('Add widget').click()
    const form = page.getByRole('dialog', { name: 'Add a widget' })
    await form.locator('.chart-plot path').first().waitFor()
    await form.getByText('Histogram: no histogram is kept of this figure.').waitFor()
    await form.getByLabel('Title').fill('=Tags')
    await form.getByRole('combobox', { name: 'By', exact: true }).click()
    await page.getByRole('option', { name: 'Tag', exact: true }).click()
    await form.getByRole('region', { name: '=Tags' }).getByText('parcel').waitFor()
    await form.getByRole('button', { name: 'Add to the board' }).click()
    await page.getByRole('article', { name: '=Tags' }).waitFor()

    const drag = page.getByRole('button', { name: 'Drag: Conversations', exact: true })
    await drag.focus()
    await page.keyboard.press('Space')
    await page.getByText(/Conversations is picked up/).waitFor({ state: 'attached' })
    await page.waitForTimeout(200)
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(200)
    await page.keyboard.press('Space')
    await page.getByText(/put down at place 2 of/).waitFor({ state: 'attached' })
    assert.deepEqual((await titles()).slice(0, 2), ['Average handle time', 'Conversations'])

    await button('Remove: Departments').click()
    await page.getByText('Departments is removed').waitFor()
    await button('Undo').click()
    await page.getByRole('article', { name: 'Departments' }).waitFor()
    await button('Size: Languages').click()
    await page.getByRole('menuitemradio', { name: 'Wide' }).click()
    await page.getByRole('menu').waitFor({ state: 'hidden' })
    await web.assertAccessible(page)

    // Unsaved, nobody leaves by mistake; and what is unsaved is there again after a reload.
    await page.getByRole('link', { name: 'Upload' }).click()
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click()
    page.once('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await page.getByText('These are the changes that you have not saved yet.').waitFor()
    await page.getByRole('article', { name: '=Tags' }).waitFor()
    await button('Save').click()
    await page.getByText('Mornings is saved.').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Mornings' }).waitFor()
    await page.getByRole('article', { name: '=Tags' }).waitFor()

    await page.locator('.chart-link').first().waitFor()
    await button('More for this board').click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Figures as CSV' }).click(),
    ])
    assert.equal(file.suggestedFilename(), 'Mornings.csv')
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n')
    assert.ok(
      lines.some((line) => /^'=Tags,parcel,,Conversations,\d+,n,\d+/.test(line)),
      lines.slice(0, 3).join('\n'),
    )
    web.assertQuiet()
  })

  test('two people at one board: the second is told, and keeps theirs as a copy', async () => {
    await open()
    await button('Boards').click()
    await page.getByRole('menuitem', { name: 'Mornings' }).click()
    await page.getByRole('heading', { level: 1, name: 'Mornings' }).waitFor()
    const id = new URL(page.url()).searchParams.get('board')
    await button('More for this board').click()
    await page.getByRole('menuitem', { name: 'Share with the organisation' }).click()
    await page.getByText('Everybody in the organisation can open the board.').waitFor()
    await button('Edit').click()
    await button('Remove: Conversations').first().click()
    await owner.send('PATCH', `/v1/boards/${id}`, { name: 'Mornings of all' })
    await button('Save').click()
    await page.getByText('Somebody else has changed this board').waitFor()
    // The refusal is what this is about.
    web.complaints.length = 0
    await button('Keep mine as a copy').click()
    await page.getByRole('heading', { level: 1, name: 'Mornings (my copy)' }).waitFor()
    const { boards } = await owner.send('GET', '/v1/boards')
    assert.deepEqual(
      boards.filter(({ kind }: { kind: string }) => kind === 'own').map(({ name }: { name: string }) => name),
      ['Mornings of all', 'Mornings (my copy)'],
    )
    web.assertQuiet()
  })

  test('what is done with is counted while one looks', async () => {
    await open('?board=overview&period=last_90_days')
    const conversations = page.getByRole('link', { name: new RegExp(`^Conversations: ${count + 1}`) }).first()
    const { api_key } = await owner.send('POST', '/v1/api-keys', { name: 'One more', scopes: ['calls:write'] })
    const messages = [
      {
        sender: 'customer',
        message: 'Thank you, that was excellent.',
        timestamp: new Date(Date.now() - 60_000).toISOString(),
      },
    ]
    await fetch(`${web.url}/v1/chats/upload`, {
      method: 'POST',
      headers: { 'x-api-key': api_key, 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'one-more', messages }),
    })
    await conversations.waitFor({ timeout: 30_000 })
    count += 1
    await countedUntil(owner, days, count)
    web.assertQuiet()
  })

  test('it is accessible in both schemes, fits a phone, and prints', async () => {
    await open('?board=overview')
    await page.locator('.chart-plot path').nth(3).waitFor()
    await page.mouse.move(0, 0)
    await web.screenshot(page, 'home', { fullPage: false })
    await web.assertAccessible(page)
    for (const board of ['agents-and-teams', 'customer-mood', 'languages-and-topics', 'calls']) {
      await open(`?board=${board}`)
      await web.assertAccessible(page)
    }
    await page.emulateMedia({ media: 'print' })
    assert.equal(await page.getByRole('navigation').first().isVisible(), false)
    await page.emulateMedia({ media: 'screen' })
    const dark = await web.again(owner, { colorScheme: 'dark', reducedMotion: 'reduce' })
    await open('?board=overview', dark.page)
    await dark.page.locator('.chart-plot path').first().waitFor()
    await web.assertAccessible(dark.page)
    const phone = await web.again(owner, { viewport: { width: 360, height: 740 } })
    await open('?board=overview', phone.page)
    await phone.page.locator('.chart-plot path').first().waitFor()
    assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 360)
    await web.assertAccessible(phone.page)
    web.assertQuiet()
  })
})
