import assert from 'node:assert/strict'
import { rm, stat } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { noBrowser, startWeb, type Web } from './browser.ts'

describe('the harness for pages', { skip: noBrowser }, () => {
  let web: Web
  before(async () => {
    web = await startWeb()
  })
  after(() => web?.stop())

  test('signs an owner and a member in, each with a cookie of their own', async () => {
    const owner = await web.owner()
    await owner.page.goto('/v1/session')
    assert.match(await owner.page.content(), RegExp(owner.email))
    const agent = await web.member(owner, { role: 'analyst' })
    await agent.page.goto('/v1/session')
    assert.match(await agent.page.content(), RegExp(agent.email))
    const elsewhere = await web.again(owner, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    assert.equal((await elsewhere.send('GET', '/v1/session')).user.id, owner.userId)
    assert.equal(await elsewhere.page.evaluate('innerWidth'), 360)
    const visitor = await web.stranger()
    assert.equal((await visitor.page.goto('/v1/session'))?.status(), 401)
    web.complaints.length = 0
    web.assertQuiet()
  })

  test('the API reference asks no other host and complains of nothing', async () => {
    const { page } = await web.stranger()
    await page.goto('/docs/')
    await page.waitForSelector('.opblock')
    const path = await web.screenshot(page, 'harness-reference')
    assert.ok((await stat(path)).size > 10_000)
    await rm(path)
    web.assertQuiet()
  })

  test('tells of errors, requests elsewhere and what people cannot read', async () => {
    const { page } = await web.stranger()
    await page.goto('/healthz')
    await page.setContent(
      '<html lang="en"><title>t</title><main style="color:#ccc;background:#fff">pale<img src="x.png">',
    )
    await assert.rejects(web.assertAccessible(page), /color-contrast .*\n {2}main .*pale(.*\n)*image-alt/)
    await web.assertAccessible(page, { without: ['main'] })
    await page.evaluate(`fetch('http://stranger.example/font.woff2').catch(() => {})`)
    await page.evaluate(`setTimeout(() => { throw new Error('lost') }, 0)`)
    await page.waitForTimeout(100)
    assert.deepEqual(web.strangers, ['http://stranger.example/font.woff2'])
    assert.ok(web.complaints.some((one) => one.includes('lost')))
    assert.throws(() => web.assertQuiet())
  })
})
