// Agents and teams in a real browser: figures that add up to what was sent, one agent's page and the way to the conversations,
// the directory with an import that is tried first, coaching notes, and what an agent sees of all that.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Json } from '../../server/test/harness.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { type SeededAgent, seedChats, until } from './seeded-chats.ts'

const sent = [24, 22, 9, 6]

describe('agents and teams', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page
  let agents: SeededAgent[]

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(20_000)
    agents = await seedChats(owner, sent)
  })
  after(() => web?.stop())

  const open = async (path: string, on = page) => {
    await on.goto(`${web.url}/app${path}`)
    await on.waitForSelector('#page-title')
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name })
  const rows = (label: string) => page.getByRole('table', { name: label }).locator('tbody tr')

  test('the figures of agents add up to what was sent, few are said to be few, and the order stands in the address', async () => {
    await open('/agents')
    await rows('Agents by performance')
      .nth(sent.length - 1)
      .waitFor()
    const counts = await rows('Agents by performance').locator('td:nth-child(3)').allInnerTexts()
    assert.deepEqual(counts.map(Number), sent)
    assert.equal(await page.getByLabel('9 conversations say too little: a rank takes 20').count(), 1)
    assert.match(await rows('Agents by performance').first().innerText(), /First response \d+ % better/)
    assert.ok((await page.getByLabel('None of the conversations has what it takes.').count()) >= sent.length)
    await web.screenshot(page, 'agents')

    await button('Response time').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/sort=avg_response_time/)
    assert.equal(await page.locator('th[aria-sort="ascending"]').innerText(), 'Response time')
    await page
      .getByRole('combobox', { name: 'Team' })
      .or(page.getByLabel('Team', { exact: true }))
      .first()
      .click()
    await page.getByRole('option', { name: 'Accounts' }).click()
    await until(async () => (await rows('Agents by performance').count()) === 2)
    await page.reload()
    await until(async () => (await rows('Agents by performance').count()) === 2)
    web.assertQuiet()
  })

  test('teams have the sums of their agents', async () => {
    await open('/agents?tab=teams')
    const table = rows('Figures side by side')
    await table.nth(1).waitFor()
    const counts = await table.locator('td:nth-child(2)').allInnerTexts()
    assert.deepEqual(counts.map((text) => Number.parseInt(text, 10)).sort(), [28, 33])
    await page.getByText('Departments', { exact: true }).click()
    await table.filter({ hasText: 'Service' }).first().waitFor()
    await until(async () => (await table.first().locator('td').first().innerText()).startsWith('61'))
    web.assertQuiet()
  })

  test("an agent's page shows figures beside the team's, and opens the conversations", async () => {
    const first = agents[0]
    assert.ok(first)
    await open('/agents')
    await page.getByRole('link', { name: first.name, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: first.name }).waitFor()
    await page.getByText('Team: 2:01 min').waitFor()
    await page.getByRole('heading', { name: 'Strengths', exact: true }).waitFor()
    await page.locator('.recharts-surface').nth(2).waitFor()
    await web.screenshot(page, 'agent')
    await page.getByRole('link', { name: 'All conversations' }).click()
    await page.getByText(`${first.chats} conversations`, { exact: true }).waitFor()
    assert.equal(new URL(page.url()).searchParams.get('agent'), first.id)
    await page.goBack()
    await page.getByRole('link', { name: /^Interactions: 24\b/ }).click()
    await page.getByText('24 conversations', { exact: true }).waitFor()
    web.assertQuiet()
  })

  test('an import is tried first, with what becomes of each row; then it is run', async () => {
    await open('/agents?tab=directory')
    await rows('Agents').first().waitFor()
    const csv =
      'name,email,department,team\nAgent 5,agent-5@example.org,Service,Accounts\nAgent 6,agent-6@example.org,Service,Acounts\n'
    await button('Import').click()
    const form = dialog('Import agents')
    const file = { name: 'agents.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
    await page.locator('input[type=file]').setInputFiles(file)
    await button('Show what would happen').click()
    await form.getByText('Nothing is changed yet').waitFor()
    await form.getByText('Perhaps meant: Accounts').waitFor()
    assert.equal(await form.getByRole('button', { name: /^Import \d/ }).isDisabled(), true)
    const total = async () => (await owner.send<Json>('GET', '/v1/agents')).total
    assert.equal(await total(), sent.length)
    const mended = { ...file, buffer: Buffer.from(csv.replace('Acounts', 'Accounts')) }
    await page.locator('input[type=file]').setInputFiles(mended)
    await button('Show what would happen').click()
    await form.getByRole('button', { name: 'Import 2 rows' }).click()
    await form.getByText('Imported', { exact: true }).waitFor()
    assert.equal(await total(), sent.length + 2)
    await form.getByRole('button', { name: 'Close' }).last().click()
    web.assertQuiet()
  })

  test('agents are changed, moved, set aside and merged', async () => {
    await open('/agents?tab=directory')
    await button('Edit Agent 5').click()
    await page.getByRole('textbox', { name: 'External id' }).fill('<b>five</b>')
    await page.keyboard.press('Escape')
    await dialog('Leave without saving?').getByRole('button', { name: 'Stay here' }).click()
    await button('Save').click()
    await page.getByText('Agent 5 is saved.').waitFor()
    await page.getByText('<b>five</b>').waitFor()

    const pick = (name: string) => page.getByRole('checkbox', { name: `Pick ${name}` }).check()
    await pick('Agent 5')
    await pick('Agent 6')
    await button('Move to a team').click()
    await dialog('Move 2 agents')
      .getByRole('combobox', { name: 'Team' })
      .or(dialog('Move 2 agents').getByLabel('Team'))
      .first()
      .click()
    await page.getByRole('option', { name: 'Deliveries (Service)' }).click()
    await dialog('Move 2 agents').getByRole('button', { name: 'Move to a team' }).click()
    await page.getByText('2 agents were changed.').waitFor()
    const known = async () => (await owner.send<Json>('GET', '/v1/agents')).agents as Json[]
    assert.deepEqual((await known()).filter(({ team }) => team === 'Deliveries').length, 4)

    await pick('Agent 6')
    await button('Deactivate').click()
    await dialog('Deactivate 1 agent').getByRole('button', { name: 'Deactivate' }).click()
    await page.getByText('1 agent was changed.').waitFor()
    assert.equal((await known()).find(({ name }) => name === 'Agent 6')?.active, false)

    await pick('Agent 4')
    await pick('Agent 5')
    await button('Merge').click()
    const merge = dialog('Merge 2 agents into one')
    await merge.getByRole('radio', { name: 'Agent 5' }).check()
    await merge.getByText(/6 conversations go to Agent 5/).waitFor()
    await merge.getByRole('button', { name: 'Merge them' }).click()
    await page.getByText('6 conversations were linked anew').waitFor()
    web.assertQuiet()
  })

  test('an agent sees their own page, and nothing of others', async () => {
    const [mine, other] = agents
    assert.ok(mine && other)
    const agent = await web.member(owner, { role: 'agent', level: 'own', agent_id: mine.id })
    await agent.page.goto(`${web.url}/app/agents`)
    await agent.page.getByRole('heading', { level: 1, name: mine.name }).waitFor()
    await agent.page.getByRole('link', { name: 'My performance' }).waitFor()
    await agent.page.getByText('You see your own figures alone').waitFor()
    assert.equal(await agent.page.getByText(/^Team: \d/).count(), 0)
    web.assertQuiet()
    await open(`/agents/${other.id}`, agent.page)
    await agent.page.getByText('There is nothing here').waitFor()
    web.complaints.length = 0
  })

  test('a lead coaches on a moment, the agent sees it, says so with a word, and the lead reads that', async () => {
    const second = agents[1]
    assert.ok(second)
    const agent = await web.member(owner, { role: 'agent', level: 'own', agent_id: second.id })
    const found = await owner.send<Json>('GET', `/v1/conversations?agent_id=${second.id}&limit=1`)
    const chat = found.conversations[0].id
    await open(`/interactions/${chat}`)
    const turn = page.locator('.turn-body').nth(1)
    await turn.hover()
    await turn.getByRole('button', { name: 'Write a coaching note on this moment' }).click()
    const form = dialog(`Note to ${second.name}`)
    await form.getByRole('textbox', { name: 'Note', exact: true }).fill('You said what you would do. <b>Go on.</b>')
    const link = await form.getByRole('textbox', { name: 'Moment (optional)' }).inputValue()
    assert.match(link, new RegExp(`/app/interactions/${chat}\\?at=[1-9]\\d*$`))
    await page.reload()
    assert.match(await form.getByRole('textbox', { name: 'Note', exact: true }).inputValue(), /Go on/)
    await web.assertAccessible(page)
    await form.getByRole('button', { name: 'Save note' }).click()
    const notes = page.getByRole('region', { name: 'Coaching' }).getByRole('listitem')
    await notes.getByText('Not read yet').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('about'), null)

    await open('/home', agent.page)
    await agent.page.getByRole('button', { name: 'Notifications: 1 is new' }).click()
    await agent.page.getByRole('button', { name: /wrote you a coaching note/ }).click()
    const mine = agent.page.getByRole('region', { name: 'Coaching' }).getByRole('listitem')
    await mine.getByText('<b>Go on.</b>').waitFor()
    await mine.getByRole('link', { name: /^Chat of .*, at 0:\d\d$/ }).click()
    await agent.page.waitForURL((url) => url.pathname === new URL(link).pathname)
    await agent.page.locator('.turn-body[data-opened]').getByText('Let me look into it').waitFor()
    await agent.page.goBack()
    await mine.getByRole('textbox').fill('Thank you, I will.')
    await web.assertAccessible(agent.page)
    await mine.getByRole('button', { name: 'I have read it' }).click()
    await mine.locator('blockquote', { hasText: 'Thank you, I will.' }).waitFor()
    assert.equal(await mine.getByRole('button').count(), 0)

    await open(`/agents/${second.id}`)
    await notes.locator('blockquote', { hasText: 'Thank you, I will.' }).waitFor()
    await notes.getByRole('button', { name: 'More about this note' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByRole('switch', { name: `${second.name} sees it` }).uncheck()
    await button('Save').click()
    await notes.getByText(`${second.name} does not see it yet`).waitFor()
    await agent.page.reload()
    await agent.page.getByText('Nobody has written to you yet.').waitFor()
    await notes.getByRole('button', { name: 'More about this note' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await dialog('Delete the note?').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No notes yet.').waitFor()
    web.assertQuiet()
  })

  test('each tab can be read by everybody: light, dark and narrow', async () => {
    const note = { kind: 'advice', text: 'Ask for the order number first.', is_shared: false }
    await owner.send('POST', `/v1/agents/${agents[0]?.id}/coaching-notes`, note)
    const dark = await web.again(owner, { colorScheme: 'dark', viewport: { width: 360, height: 740 } })
    for (const one of [page, dark.page]) {
      for (const path of ['/agents', '/agents?tab=teams', '/agents?tab=directory', `/agents/${agents[0]?.id}`]) {
        await open(path, one)
        await one.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
        await web.assertAccessible(one)
        assert.equal(await one.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path)
      }
    }
    web.assertQuiet()
  })
})
