// The list of conversations in a real browser: thousands of rows, the keyboard, filters and their mistakes, views that are
// kept, acts on many, exports, what arrives while one looks, and what those with fewer rights see.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { countedUntil } from './home-data.ts'

const many = 3000

describe('interactions', { skip: noBrowser, timeout: 300_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page
  const agents: string[] = []
  let sent = 0

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(10_000)
    for (const n of [1, 2, 3]) {
      const made = await owner.send('POST', '/v1/agents', { name: `Agent ${n}`, email: `agent-${n}@example.org` })
      agents.push(made.agent_id)
    }
  })
  after(() => web?.stop())

  const open = async (query = '', on = page) => {
    await on.goto(`${web.url}/app/interactions${query}`)
    await on.waitForSelector('#page-title')
  }
  const row = (name: string, on = page) => on.locator(`tr[aria-label="${name}"]`)
  const rows = (on = page) => on.locator('tr[data-index]')
  const count = () => page.locator('#page-title + div').innerText()
  const pick = (name: string) => page.getByRole('checkbox', { name: `Pick ${name}` }).check()
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })

  async function chat(name: string, said: string, agent = agents[0]): Promise<string> {
    sent += 1
    const at = (second: number) => new Date(Date.UTC(2026, 9, 5, 9, sent, second)).toISOString()
    const made = await owner.send('POST', '/v1/chats/upload', {
      session_id: name,
      metadata: { agent_id: agent },
      messages: [
        { sender: 'customer', message: said, timestamp: at(0) },
        { sender: 'agent', message: 'Let me look that up for you.', timestamp: at(20) },
      ],
    })
    return made.conversation_id ?? made.call_id ?? made.id
  }

  /** Rows alone, without recordings: what the list is about is how many there are. */
  const fill = () =>
    sql`
      insert into conversations (org_id, id, channel, direction, status, source, external_id, caller_number, tags, team,
        language, agent_id, started_at, received_at, completed_at, updated_at, duration_ms, seq, sentiment)
      select ${owner.orgId}, new_id(), 'voice', case when n % 4 = 0 then 'outbound' else 'inbound' end, 'completed',
        'multipart', 'call-' || lpad(n::text, 4, '0'), '+2782' || 1000000 + n,
        case when n % 3 = 0 then array['billing', 'refund'] when n % 5 = 0 then array['delivery'] else '{}'::text[] end,
        (array['Orders', 'Accounts', 'Repairs'])[1 + n % 3], 'en-ZA', (${agents}::uuid[])[1 + n % 3],
        timestamptz '2026-08-01' + n * interval '29 minute', timestamptz '2026-08-01' + n * interval '29 minute', now(),
        now(), (60 + n * 7 % 900) * 1000, 0, (array['negative', 'neutral', 'positive'])[1 + n % 3]
      from generate_series(1, ${many}::int) n`.execute(web.harness.app.db)

  test('where there is nothing yet, it says what to do; the first chat appears by itself', async () => {
    await open()
    await page.getByText('No conversations yet').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Upload' }).last().getAttribute('href'), '/app/upload')
    await web.assertAccessible(page)
    await chat('chat-1', 'Where is my parcel?')
    await row('chat-1').waitFor()
    web.assertQuiet()
  })

  test(`${many} rows are scrolled to the end without a hole, and stay where they are when one more arrives`, async () => {
    await fill()
    await open()
    await rows().first().waitFor()
    assert.match(await count(), /^3,001 conversations$/)
    const region = page.getByRole('region', { name: 'Interactions' })
    const middle = () =>
      region.evaluate((box: HTMLElement) => {
        const { top, left, height } = box.getBoundingClientRect()
        const row = document.elementFromPoint(left + 120, top + height / 2)?.closest('tr[data-index]')
        return row && { name: row.getAttribute('aria-label'), at: Math.round(row.getBoundingClientRect().top) }
      })
    await region.hover()
    let last = -1
    for (let step = 0; step < 400 && last < many; step += 1) {
      await page.mouse.wheel(0, 6000)
      await page.waitForTimeout(30)
      assert.ok(await middle(), `there are rows to be seen after step ${step}`)
      last = Number(await rows().last().getAttribute('data-index'))
    }
    assert.equal(last, many)
    assert.ok((await rows().count()) < 80, 'only those in view are drawn')
    assert.equal(await rows().last().getAttribute('aria-label'), 'call-0001')

    await region.evaluate((box: HTMLElement) => {
      box.scrollTop = 30_000
    })
    await page.waitForTimeout(300)
    const before = await middle()
    await chat('chat-2', 'My parcel is damaged.')
    await page.getByText('3,002 conversations').waitFor()
    await page.waitForTimeout(200)
    const now = await middle()
    assert.equal(now?.name, before?.name)
    assert.ok(Math.abs((now?.at ?? 0) - (before?.at ?? 0)) <= 2, `${before?.at} became ${now?.at}`)
    web.assertQuiet()
  })

  test('rows of different heights are measured: what was found stands below its name', async () => {
    await open('?q=parcel')
    await page.locator('mark', { hasText: 'parcel' }).first().waitFor()
    assert.equal(await rows().count(), 2)
    const gap = await page.evaluate(`(() => {
      const [first, second] = [...document.querySelectorAll('tr[data-index]')].map((one) => one.getBoundingClientRect())
      return { height: first.height, between: second.top - first.bottom }
    })()`)
    assert.ok((gap as { height: number }).height > 50)
    assert.ok(Math.abs((gap as { between: number }).between) < 1)
    web.assertQuiet()
  })

  test('by keyboard alone: down, up, pick, open, and Back', async () => {
    await open()
    await rows().first().focus()
    const focusOn = (index: string) => page.locator(`tr[data-index="${index}"]:focus`).waitFor()
    for (const [key, index] of [
      ['j', '1'],
      ['ArrowDown', '2'],
      ['j', '3'],
      ['k', '2'],
      ['ArrowUp', '1'],
    ] as const) {
      await page.keyboard.press(key)
      await focusOn(index)
    }
    for (let step = 0; step < 25; step += 1) {
      await page.keyboard.press('j')
      await focusOn(String(2 + step))
    }
    assert.equal(
      await page.evaluate(`(() => {
        const { x, y } = document.activeElement.getBoundingClientRect()
        return document.elementFromPoint(x + 200, y + 10).closest('tr') === document.activeElement
      })()`),
      true,
      'what has the focus is in view',
    )
    await page.keyboard.press('x')
    await page.getByText('1 picked').waitFor()
    await page.keyboard.press('x')
    await page.getByText('1 picked').waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/interactions\/[0-9a-f-]{36}/)
    web.complaints.length = 0
    await page.goBack()
    await rows().first().waitFor()
    web.assertQuiet()
  })

  test('an order is a click, columns are kept for the person, and Back takes an order back', async () => {
    await open()
    await button('Duration').click()
    await page.waitForURL(/sort=-duration_ms/)
    await page.getByRole('columnheader', { name: 'Duration' }).and(page.locator('[aria-sort=descending]')).waitFor()
    await button('Duration').click()
    await page.waitForURL(/sort=duration_ms/)
    await page.goBack()
    await page.waitForURL(/sort=-duration_ms/)
    await button('Columns').click()
    await page.getByRole('menuitemcheckbox', { name: 'Direction' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Contact' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'Direction' }).waitFor()
    const other = await web.again(owner)
    await open('', other.page)
    await other.page.getByRole('columnheader', { name: 'Direction' }).waitFor()
    assert.equal(await other.page.getByRole('columnheader', { name: 'Contact' }).count(), 0)
    await owner.send('PATCH', '/v1/me/preferences', { columns: { interactions: [] } })
    web.assertQuiet()
  })

  test('filters stand in the address, go with Back, and a mistake is shown at the field where it was made', async () => {
    await open()
    await page.getByText('Chats', { exact: true }).click()
    await page.getByText('2 conversations').waitFor()
    await page.getByText('Calls', { exact: true }).click()
    await page.getByText('3,000 conversations').waitFor()
    await button('Filter').click()
    await page.getByRole('combobox', { name: 'Mood' }).click()
    await page.getByRole('option', { name: 'Negative' }).click()
    await page.getByText('1,000 conversations').waitFor()
    assert.match(page.url(), /channel=voice/)
    assert.match(page.url(), /sentiment=negative/)
    await page.getByRole('textbox', { name: 'Condition' }).fill('duration >>> 300')
    await page.keyboard.press('Enter')
    await page.getByText(/^At character 10: ">>>" is not known/).waitFor()
    assert.equal(await page.getByRole('textbox', { name: 'Condition' }).getAttribute('aria-invalid'), 'true')
    await web.assertAccessible(page)
    web.complaints.length = 0
    await page.getByRole('textbox', { name: 'Condition' }).fill('duration_ms > 300000')
    await page.keyboard.press('Enter')
    await page.getByText(/^At character/).waitFor({ state: 'detached' })
    await rows().first().waitFor()
    await page
      .getByRole('list', { name: 'Filters that are set' })
      .getByText('Condition: duration_ms > 300000')
      .waitFor()
    await page.goBack()
    await page.goBack()
    await page.getByText('1,000 conversations').waitFor()
    await page.goBack()
    await page.getByText('3,000 conversations').waitFor()
    // On the way back the mistake was asked for once more.
    web.complaints.length = 0
    await open('?tag=nobody')
    await page.getByText('Nothing fits').waitFor()
    await button('Clear all filters').last().click()
    await rows().first().waitFor()
    web.assertQuiet()
  })

  test('a view is kept, opened as the filters that it was made of, shared and deleted; a name is had once', async () => {
    await open('?channel=voice&sentiment=negative&sort=duration_ms')
    await rows().first().waitFor()
    const save = async () => {
      await button('Views').click()
      await page.getByRole('menuitem', { name: 'Save this view' }).click()
      const form = page.getByRole('dialog', { name: 'Save this view' })
      await form.getByRole('textbox', { name: 'Name' }).fill('Unhappy calls')
      await form.getByRole('switch').click()
      await form.getByRole('button', { name: 'Save', exact: true }).click()
      return form
    }
    await save()
    await page.getByText('Unhappy calls is saved').waitFor()
    const form = await save()
    await form.getByText('There is a search named Unhappy calls already.').waitFor()
    web.complaints.length = 0
    await form.getByRole('button', { name: 'Cancel' }).click()

    const reader = await web.member(owner, { role: 'analyst', level: 'organisation' })
    reader.page.setDefaultTimeout(10_000)
    await open('', reader.page)
    await reader.page.getByRole('button', { name: 'Views' }).click()
    await reader.page.getByRole('menuitem', { name: 'Unhappy calls', exact: false }).first().click()
    await reader.page.waitForURL(/channel=voice&sentiment=negative&sort=duration_ms/)
    await reader.page.getByText('1,000 conversations').waitFor()

    await button('Views').click()
    await page.getByRole('menuitem', { name: 'Delete Unhappy calls' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const left = await owner.send('GET', '/v1/saved-searches')
    assert.deepEqual(left.saved_searches, [])
    web.assertQuiet()
  })

  test('many are tagged and reviewed at once; of what fails in part, the reason and the rest stay', async () => {
    const doomed = await chat('chat-3', 'I want to cancel my order.')
    await open('?channel=chat')
    for (const name of ['chat-1', 'chat-2', 'chat-3']) await pick(name)
    const bar = page.getByRole('region', { name: 'With what is picked' })
    await bar.getByText('3 picked').waitFor()
    await bar.getByRole('button', { name: 'Add tags' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add tags' })
    await dialog.getByRole('combobox', { name: 'Tags' }).or(dialog.getByLabel('Tags')).first().fill('follow-up')
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Add tags' }).click()
    await page.getByText('3 conversations were changed').waitFor()
    await bar.waitFor({ state: 'detached' })
    await row('chat-2').getByText('follow-up').waitFor()

    for (const name of ['chat-1', 'chat-3']) await pick(name)
    // Somebody else deletes one meanwhile, and this page does not hear of it in time.
    await page.route('**/v1/search?**', (route) => route.abort())
    await owner.send('DELETE', `/v1/conversations/${doomed}`)
    await bar.getByRole('button', { name: 'Mark as reviewed' }).click()
    await bar.getByText('1 was left as it is').waitFor()
    await bar.getByText('1 picked').waitFor()
    web.complaints.length = 0
    await page.unroute('**/v1/search?**')
    await bar.getByRole('button', { name: 'Clear' }).click()
    await bar.waitFor({ state: 'detached' })
    web.complaints.length = 0
  })

  test('the list becomes a workbook', async () => {
    await open('?channel=chat')
    await button('Export').click()
    await page.getByRole('menuitem', { name: 'Excel workbook' }).click()
    const link = page.getByRole('link', { name: /^Download conversations/ })
    await link.waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    const bytes = await readFile(await file.path())
    assert.equal(bytes.subarray(0, 2).toString(), 'PK')
    web.assertQuiet()
  })

  test('a failed conversation says why', async () => {
    const bytes = Buffer.from('RIFF this is no recording')
    const form = { file: { name: 'broken.wav', mimeType: 'audio/wav', buffer: bytes } }
    const { csrf_token } = await owner.send('GET', '/v1/session')
    const answer = await owner.context.request.post(`${web.url}/v1/calls/upload`, {
      headers: { 'x-indaba-csrf': csrf_token },
      multipart: form,
    })
    assert.ok(answer.ok(), await answer.text())
    await open('?status=failed')
    const sign = row('broken.wav').getByText('Failed')
    await sign.waitFor()
    await sign.hover()
    await page.getByRole('tooltip').waitFor()
    assert.ok((await page.getByRole('tooltip').innerText()).length > 10)
    web.assertQuiet()
  })

  test('an agent sees their own, and nothing that they may not do', async () => {
    const agent = await web.member(owner, { role: 'agent', level: 'own', agent_id: agents[1] })
    agent.page.setDefaultTimeout(10_000)
    await open('', agent.page)
    await agent.page.getByText('1,000 conversations').waitFor()
    assert.equal(await agent.page.getByRole('button', { name: 'Export' }).count(), 0)
    await web.assertAccessible(agent.page)
    web.assertQuiet()
  })

  test('it can be read by everybody: light, dark and narrow', async () => {
    await open()
    await rows().first().waitFor()
    await web.assertAccessible(page)
    await button('Filter').click()
    await page.waitForTimeout(400)
    await web.assertAccessible(page)
    const narrow = await web.again(owner, { colorScheme: 'dark', viewport: { width: 360, height: 740 } })
    await open('?sentiment=negative&filter=duration_ms+%3E+300000', narrow.page)
    await rows(narrow.page).first().waitFor()
    await web.assertAccessible(narrow.page)
    assert.equal(await narrow.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    await open('?channel=voice')
    await rows().first().waitFor()
    await pick('call-2999')
    await web.screenshot(page, 'interactions')
    web.assertQuiet()
  })

  test('a day is the organisation’s, here and in what a figure of the home page opens', async () => {
    // 1:30 of the next day in Johannesburg; the browser's own zone is another.
    const at = (minute: number) => new Date(Date.UTC(2026, 9, 20, 23, 30 + minute)).toISOString()
    await owner.send('POST', '/v1/chats/upload', {
      session_id: 'late',
      metadata: { agent_id: agents[0] },
      messages: [
        { sender: 'customer', message: 'Are you still there?', timestamp: at(0) },
        { sender: 'agent', message: 'We are.', timestamp: at(1) },
      ],
    })
    const visitor = await web.again(owner, { timezoneId: 'Pacific/Honolulu' })
    visitor.page.setDefaultTimeout(10_000)
    await open('?from=2026-10-21&to=2026-10-21', visitor.page)
    await row('late', visitor.page).waitFor()
    await visitor.page.getByText('1 conversation', { exact: true }).waitFor()
    await open('?from=2026-10-20&to=2026-10-20', visitor.page)
    await visitor.page.getByText('Nothing fits').waitFor()
    await visitor.page.getByRole('button', { name: 'Filter', exact: false }).first().click()
    await visitor.page.getByLabel('To', { exact: true }).fill('2026-10-21')
    await row('late', visitor.page).waitFor()

    await countedUntil(owner, 120, 0)
    await visitor.page.goto(`${web.url}/app/home?period=2026-10-21..2026-10-21`)
    await visitor.page
      .getByRole('link', { name: /^Conversations: 1\b/ })
      .first()
      .click()
    await row('late', visitor.page).waitFor()
    await visitor.page.getByText('1 conversation', { exact: true }).waitFor()
    const days = visitor.page.getByRole('list', { name: 'Filters that are set' })
    assert.match(await days.innerText(), /2026-10-21/)
    assert.equal((await days.innerText()).match(/2026-10-21/g)?.length, 2)
    web.assertQuiet()
  })
})
