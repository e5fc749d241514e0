// The page of one conversation in a real browser: a call that is heard, read, corrected and talked about; a chat; what is
// shown while there is nothing to show; who may not.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Json } from '../../server/test/harness.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { startSampleSpeech } from './sample-speech.ts'

describe('one conversation', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page
  let call = ''
  let chat = ''
  let speech: Awaited<ReturnType<typeof startSampleSpeech>>

  before(async () => {
    speech = await startSampleSpeech()
    web = await startWeb({ env: speech.env })
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(20_000)
  })
  after(async () => {
    await web?.stop()
    speech?.close()
  })

  const open = async (id: string, search = '', on = page) => {
    await on.goto(`${web.url}/app/interactions/${id}${search}`)
    await on.locator('#page-title').waitFor()
  }
  const read = (id = call): Promise<Json> => owner.send('GET', `/v1/conversations/${id}`)
  const idle = async (id = call) => {
    for (let tries = 0; tries < 200; tries += 1) {
      const now = await read(id)
      if (now.status === 'completed' && !now.reprocessing) return now
      await page.waitForTimeout(100)
    }
    return assert.fail('it is still being worked on')
  }
  const button = (name: string | RegExp, on = page) => on.getByRole('button', { name, exact: typeof name === 'string' })
  const tab = (name: string, on = page) => on.getByRole('tab', { name }).click()
  const turn = (n: number, on = page) => on.locator('.turn').nth(n)
  const nowS = (on = page) => on.evaluate<number>(`document.querySelector('audio').currentTime`)
  /** By the debugger's door: the page's policy lets nobody evaluate text inside of it. */
  const until = async (claim: string, on = page) => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await on.evaluate<boolean>(claim)) return
      await on.waitForTimeout(50)
    }
    assert.fail(`never: ${claim}`)
  }
  const saved = () => page.getByText('The turn is corrected.').last().waitFor()

  test('a call that is being worked on shows its stages, and its words come by themselves', async () => {
    speech.hold()
    const { conversations } = await owner.send('POST', '/v1/samples')
    call = conversations[0].id
    chat = conversations[1].id
    await open(call)
    await page.getByText('It is being worked on').waitFor()
    await page.getByRole('table', { name: 'Stages' }).getByText('Read the recording').waitFor()
    assert.equal(await page.locator('.turn').count(), 0)
    speech.release()
    await turn(0).getByText('Good morning, thank you for calling').waitFor()
    await button('Play').and(page.locator(':enabled')).waitFor()
    web.assertQuiet()
  })

  test('plays, follows, jumps by turn, waveform and keyboard', async () => {
    await open(call)
    await page.locator('.wave canvas').first().waitFor()
    assert.deepEqual(await page.locator('.wave-side').allInnerTexts(), ['Agent', 'Customer'])
    await page.evaluate(`document.querySelector('audio').muted = true`)
    await page.locator('.transcript-list').focus()
    await page.keyboard.press('Space')
    await until(`document.querySelector('audio').currentTime > 0.4`)
    await page.locator('.turn-body[data-current]', { hasText: 'Good morning, thank you' }).waitFor()
    await page.keyboard.press('Space')
    assert.equal(await page.evaluate(`document.querySelector('audio').paused`), true)

    const { transcript } = await read()
    const third = transcript.turns[2]
    await turn(2)
      .getByRole('button', { name: /^Play from/ })
      .click()
    await until(`document.querySelector('audio').currentTime >= ${third.start_ms / 1000}`)
    await page.locator('.turn-body[data-current]', { hasText: third.text.slice(0, 20) }).waitFor()
    await button('Pause').click()

    const slider = page.getByRole('slider', { name: 'Position in the recording' })
    await slider.press('Home')
    assert.equal(await nowS(), 0)
    await slider.press('ArrowRight')
    assert.equal(Math.round(await nowS()), 5)
    const box = await slider.boundingBox()
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20)
    await until(`Math.abs(document.querySelector('audio').currentTime - 21) < 0.5`)
    await page.locator('.transcript-list').focus()
    await page.keyboard.press('k')
    await page.keyboard.press('k')
    assert.ok((await nowS()) < 21)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Next turn').waitFor()
    await page.keyboard.press('Escape')

    await button(/^Speed/).click()
    await page.getByRole('menuitemradio', { name: /^1[.,]5/ }).click()
    await page.reload()
    await until(`document.querySelector('audio')?.playbackRate === 1.5`)
    await button(/^Speed/).click()
    await page.getByRole('menuitemradio', { name: '1×', exact: true }).click()
    web.assertQuiet()
  })

  test('a moment is opened by its link, words are found and marked', async () => {
    const { transcript } = await read()
    const at = transcript.turns[3].start_ms
    await open(call, `?at=${at}&q=repair`)
    await until(`Math.abs(document.querySelector('audio')?.currentTime - ${at / 1000}) < 0.05`)
    await page.getByRole('status').getByText('1 of 2').waitFor()
    assert.equal(await page.locator('mark.hit').count(), 2)
    await button('Next hit').click()
    await page.getByRole('status').getByText('2 of 2').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.transcript-list').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('nowhere said')
    await page.getByText('Not found').waitFor()
    await page.keyboard.press('Escape')

    await owner.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await turn(2).hover()
    await turn(2).getByRole('button', { name: 'Copy a link to this moment' }).click()
    const link = await page.evaluate<string>('navigator.clipboard.readText()')
    assert.equal(link, `${web.url}/app/interactions/${call}?at=${transcript.turns[2].start_ms}`)
    // Dotted, with the figure for whoever points at it.
    await page.locator('[data-unsure][title*="30%"]').first().waitFor()
    web.assertQuiet()
  })

  test('a turn is corrected, the draft survives, a faster correction is shown', async () => {
    await open(call)
    await turn(2).hover()
    await turn(2).getByRole('button', { name: 'Correct this turn' }).click()
    const words = page.getByLabel('What was said')
    await words.fill('That is right. I paid for the repair.')
    await page.reload()
    await turn(2).getByText('Draft').waitFor()
    await turn(2).hover()
    await turn(2).getByRole('button', { name: 'Correct this turn' }).click()
    assert.equal(await words.inputValue(), 'That is right. I paid for the repair.')

    const { transcript } = await read()
    const correct = (n: number, body: object) => fetchPatch(transcript.turns[n].id, body)
    await correct(0, { text: 'Good morning, how can I help you?' })
    await button('Save').click()
    await saved()
    assert.equal(
      (await idle()).transcript.turns[2].text,
      'That is right. I paid for the repair.',
      'another turn is no conflict',
    )

    await turn(1).hover()
    await turn(1).getByRole('button', { name: 'Correct this turn' }).click()
    await words.fill('Mine.')
    await correct(1, { text: 'Theirs.' })
    web.complaints.length = 0
    await button('Save').click()
    await page.getByRole('alert').getByText('Theirs.').waitFor()
    assert.equal(await words.inputValue(), 'Mine.')
    await button('Save mine over it').click()
    await turn(1).locator('.turn-text', { hasText: 'Mine.' }).waitFor()
    assert.equal((await idle()).transcript.turns[1].text, 'Mine.')
    assert.ok(
      web.complaints.every((one) => one.includes('409')),
      web.complaints.join(),
    )
    web.complaints.length = 0
  })

  /** As somebody else would, at the same time. */
  async function fetchPatch(turnId: string, body: object): Promise<void> {
    const { csrf_token: csrf } = await owner.send('GET', '/v1/session')
    const answer = await owner.context.request.patch(`${web.url}/v1/conversations/${call}/turns/${turnId}`, {
      headers: { 'x-indaba-csrf': csrf, 'if-match': '*' },
      data: body,
    })
    assert.ok(answer.ok(), await answer.text())
  }

  test('agent and customer are swapped and swapped back; an earlier revision comes back', async () => {
    await open(call)
    const sides = () => page.locator('.turn-side').allInnerTexts()
    await turn(0).waitFor()
    const before = await sides()
    await button('More').click()
    await page.getByRole('menuitem', { name: 'Swap agent and customer' }).click()
    await page.locator('.turn').first().locator('.turn-side', { hasText: 'Customer' }).waitFor()
    await button('Undo').click()
    await page.locator('.turn').first().locator('.turn-side', { hasText: 'Agent' }).waitFor()
    assert.deepEqual(await sides(), before)
    await idle()
    await page.getByRole('combobox', { name: 'Channel 2' }).click()
    await page.getByRole('option', { name: 'Third party' }).click()
    await turn(1).locator('.turn-side', { hasText: 'Third party' }).waitFor()
    await idle()
    await tab('History')
    await page.getByText('A speaker was named').waitFor()
    await page.getByText('Agent and customer were swapped').waitFor()
    await page.locator('.history li', { hasText: 'Recognised' }).getByRole('button', { name: 'Bring back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Bring back' }).click()
    await turn(0).getByText('thank you for calling the service desk').waitFor()
    await idle()
    await page
      .getByRole('row', { name: /linear/ })
      .first()
      .waitFor()
    web.assertQuiet()
  })

  test('a comment mentions somebody, whose bell tells them where', async () => {
    const colleague = await web.member(owner, { role: 'supervisor', name: 'Team lead 2' })
    await open(call)
    await turn(1).hover()
    await turn(1).getByRole('button', { name: 'Comment on this turn' }).click()
    const box = page.getByLabel('Write a comment')
    await box.pressSequentially('Please hear this, @Team')
    await page.getByRole('option', { name: /Team lead 2/ }).waitFor()
    await box.press('ArrowDown')
    await box.press('Enter')
    await box.pressSequentially('soon')
    await button('Comment').click()
    const thread = page.locator('.thread', { hasText: 'Please hear this' })
    await thread.locator('.mention', { hasText: '@Team lead 2' }).waitFor()
    await thread.getByRole('button', { name: /^Like/ }).click()
    await thread.getByRole('button', { name: 'Like: 1 person does' }).waitFor()

    const theirs = colleague.page
    await theirs.goto(`${web.url}/app/interactions`)
    await theirs.getByRole('button', { name: 'Notifications: 1 is new' }).click()
    await web.assertAccessible(theirs, { within: '[role="dialog"]' })
    await theirs.getByRole('button', { name: /mentioned you/ }).click()
    await theirs.waitForURL(/interactions\/.*tab=comments/)
    await theirs.locator('.thread', { hasText: 'Please hear this, @Team lead 2 soon' }).waitFor()
    await theirs.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
    await theirs.getByRole('button', { name: 'Mark as done' }).click()
    await theirs.getByRole('button', { name: 'Show 1 that is done' }).waitFor()
    web.assertQuiet()
  })

  test('tags, review, downloads and metrics', async () => {
    await open(call)
    await button('Change the tags').click()
    const tags = page.getByRole('dialog').getByLabel('Tags').first()
    await tags.fill('Follow up')
    await tags.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.locator('.tag', { hasText: 'Follow up' }).waitFor()
    await button('Mark as reviewed').click()
    await page.getByText('Reviewed by').waitFor()
    assert.ok((await read()).annotations.review)

    await tab('Metrics')
    await button("Agent's share of the speech: how it is computed").click()
    await page.getByText('agent_talk_share@1').waitFor()
    await page.getByText('|A| / (|A| + |C|) * 100').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('button', { name: /_/ }).count(), 0, 'every metric has a name in words')

    await button('Download').click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Subtitles (VTT)' }).click(),
    ])
    assert.match(file.suggestedFilename(), /\.vtt$/)
    web.assertQuiet()
  })

  test('a chat is a conversation without a player', async () => {
    await open(chat)
    await turn(3).getByText('Nansi inombolo').waitFor()
    assert.equal(await page.locator('.player').count(), 0)
    await tab('Summary')
    await page.locator('.evidence-turn').last().click()
    await page.locator('.turn-body[data-opened]', { hasText: 'Ngicela unginike' }).waitFor()
    await web.assertAccessible(page)
    web.assertQuiet()
  })

  test('whoever sees masks says why before they correct, and who may not hear is told', async () => {
    const lead = await web.member(owner, { role: 'supervisor', view_redactions: false })
    await open(call, '', lead.page)
    await lead.page.getByText('Personal data is masked for you').waitFor()
    assert.equal(
      await lead.page
        .getByRole('button', { name: /^Personal data is masked/ })
        .first()
        .isDisabled(),
      true,
    )
    await button('Reveal', lead.page).click()
    const dialog = lead.page.getByRole('dialog', { name: 'Reveal' })
    await dialog.getByRole('textbox').fill('To mend the words of the call')
    await dialog.getByRole('button', { name: 'Reveal' }).click()
    await turn(0, lead.page).getByRole('button', { name: 'Correct this turn' }).waitFor()

    const { agent_id } = await owner.send('POST', '/v1/agents', { name: 'Agent 4', external_id: 'a4' })
    const agent = await web.member(owner, { role: 'agent', level: 'own', agent_id })
    const given = await web.again(owner)
    await given.send('PUT', `/v1/conversations/${call}/assignment`, { agent: agent_id })
    await open(call, '', agent.page)
    await agent.page.getByText('You cannot listen to this recording').waitFor()
    await agent.page.locator('.wave canvas').first().waitFor()
    assert.equal(await button('Mark as reviewed', agent.page).count(), 0)
    assert.equal(await agent.page.getByRole('button', { name: 'Correct this turn' }).count(), 0)
    web.assertQuiet()
  })

  test('reads well in both schemes, at 360 px and in a picture', async () => {
    await open(call)
    await page.locator('.wave canvas').first().waitFor()
    await button('Play').and(page.locator(':enabled')).waitFor()
    await page.getByText('Key phrases').waitFor()
    await page.locator('.turn').first().hover()
    await page.waitForTimeout(500)
    await web.screenshot(page, 'interaction')
    for (const name of ['Summary', 'Metrics', 'Comments', 'History']) {
      await tab(name)
      await web.assertAccessible(page)
    }
    const small = await web.again(owner, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    await open(call, '', small.page)
    await small.page.locator('.wave canvas').first().waitFor()
    await web.assertAccessible(small.page)
    assert.equal(await small.page.evaluate('document.documentElement.scrollWidth'), 360)
    await tab('Summary', small.page)
    await small.page.locator('.evidence-turn').last().click()
    await small.page.locator('.turn-body').first().waitFor()
    await until(`document.querySelector('audio').currentTime > 1`, small.page)
    web.assertQuiet()
  })

  test('a chat is deleted after a question', async () => {
    await open(chat)
    await button('More').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL(/\/app\/interactions(\?|$)/)
    const gone = await owner.context.request.get(`${web.url}/v1/conversations/${chat}`)
    assert.equal(gone.status(), 404)
    web.complaints.length = 0
  })
})
