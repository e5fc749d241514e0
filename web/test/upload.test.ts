// Uploading in a real browser: everything dropped together, going elsewhere meanwhile, a server that goes away in the
// middle, a window that is closed, a look before it is taken in, and what failed.

import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page, Request } from 'playwright-core'
import { zipOf } from '../../server/test/batch-archive.ts'
import { smallWav } from '../../server/test/small-recordings.ts'
import { noBrowser, startWeb, type Visitor, type Web } from '../../server/test/web/browser.ts'
import { type KnownItem, placesOf } from '../src/pages/upload/item-places.ts'

type Given = { name: string; mimeType: string; buffer: Buffer }

const wav = (number: number, samples?: number): Given => ({
  name: `call-${number}.wav`,
  mimeType: 'audio/wav',
  buffer: smallWav(number, samples),
})
const text = (name: string, content: string): Given => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })
const chats = (name: string) =>
  JSON.stringify([
    {
      session_id: name,
      messages: [
        { sender: 'customer', message: 'Where is my parcel?', timestamp: '2026-03-05T09:00:00Z' },
        { sender: 'agent', message: 'It is on its way.', timestamp: '2026-03-05T09:00:20Z' },
      ],
    },
  ])
/** What an upload says of itself (tus, Upload-Metadata). */
const saidOf = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    (headers['upload-metadata'] ?? '').split(',').map((pair) => {
      const [name = '', value = ''] = pair.split(' ')
      return [name, Buffer.from(value, 'base64').toString()]
    }),
  )
/** Two parts of the size in which files are sent, and a little more. */
const longSamples = 9 * 1024 * 1024

describe('upload, without a browser', () => {
  const file = (path: string, sizeBytes = 3) =>
    Object.assign(new File(['x'.repeat(sizeBytes)], path.split('/').at(-1) ?? ''), { path })
  const item = (name: string, state: KnownItem['state'], sizeBytes = 3) => ({ name, state, size_bytes: sizeBytes })
  const places = (files: File[], known: KnownItem[] = []) =>
    [...placesOf(files, known).values()].map(({ name, isSent }) => `${name}${isSent ? ' is in' : ''}`)

  test('a recording is the item of its path and size; what is in is not sent again', () => {
    const known = [
      item('a/1.wav', 'ok'),
      item('a/2.wav', 'duplicate'),
      item('a/3.wav', 'waiting'),
      item('4.wav', 'failed'),
    ]
    assert.deepEqual(
      places([file('./4.wav'), file('/a/3.wav'), file('a/2.wav'), file('a/1.wav'), file('5.wav')], known),
      [...['4.wav', 'a/3.wav', 'a/2.wav is in', 'a/1.wav is in', '5.wav']],
    )
    assert.deepEqual(places([file('1.wav'), file('b/1.wav')], known), ['1.wav', 'b/1.wav'])
  })

  test('where it could be another one, it is sent, under a name that nothing has', () => {
    assert.deepEqual(places([file('1.wav', 4)], [item('1.wav', 'ok')]), ['1 (2).wav'])
    assert.deepEqual(places([file('1.wav'), file('1.wav')], [item('1.wav', 'ok')]), ['1 (2).wav', '1 (3).wav'])
    assert.deepEqual(places([file('1.wav'), file('1.wav'), file('1 (2).wav')]), ['1.wav', '1 (3).wav', '1 (2).wav'])
    assert.deepEqual(places([file('call'), file('call')]), ['call', 'call (2)'])
  })
})

describe('upload', { skip: noBrowser, timeout: 240_000 }, () => {
  let web: Web
  let owner: Visitor
  let page: Page

  before(async () => {
    web = await startWeb()
    owner = await web.owner()
    page = owner.page
    page.setDefaultTimeout(30_000)
  })
  after(() => web?.stop())

  const open = async (path = '') => {
    await page.goto(`${web.url}/app/upload${path}`)
    await page.waitForSelector('#page-title')
  }
  const choose = (files: Given[] | string | string[]) => page.locator('input[type=file]').first().setInputFiles(files)
  const files = () => page.getByRole('region', { name: 'Files' })
  const jobs = async () => (await owner.send('GET', '/v1/ingest-jobs')).jobs
  const sentAll = async (count: number) => {
    await files()
      .getByRole('link', { name: /^Sent/ })
      .nth(count - 1)
      .waitFor()
  }

  test('an archive, recordings, a table and chats that come together each arrive', async () => {
    await open()
    const csv =
      'session_id,timestamp,sender,message\nt-1,2026-03-05T09:00:00Z,customer,Hello\nt-1,2026-03-05T09:00:09Z,agent,Hello\n'
    const zip = await zipOf({ 'a/one.wav': smallWav(11), 'a/two.wav': smallWav(12) })
    await choose([
      wav(1),
      wav(2),
      { name: 'recordings.zip', mimeType: 'application/zip', buffer: zip },
      text('chats.csv', csv),
      text('chats.json', chats('j-1')),
    ])
    await sentAll(5)
    await until(async () => (await jobs()).length === 4)
    await until(async () => (await jobs()).every(({ state }: { state: string }) => /done|partial|failed/.test(state)))
    const found = await jobs()
    assert.deepEqual(
      found.map(({ name, counts }: { name: string; counts: { ok: number } }) => [name, counts.ok]).sort(),
      [
        ['call-1.wav +1', 2],
        ['chats.csv', 1],
        ['chats.json', 1],
        ['recordings.zip', 2],
      ],
    )
    await page.getByRole('link', { name: 'recordings.zip' }).waitFor()
    await web.assertAccessible(page)
    await web.screenshot(page, 'upload')
    web.assertQuiet()
  })

  test('it goes on while one looks elsewhere, over a server that is away, and closing the window asks', async () => {
    await open()
    // As a server that stops in the middle: its connections break, and for a while there are none.
    let isAway = false
    await page.route('**/v1/uploads/**', (route) => (isAway ? route.abort('connectionrefused') : route.continue()))
    isAway = true
    await choose([wav(20, longSamples)])
    await page.getByRole('link', { name: 'Interactions' }).click()
    const sign = page.getByRole('link', { name: /1 file is being uploaded/ })
    await sign.waitFor()
    await page.waitForTimeout(1500)
    assert.equal(
      await page.evaluate(
        '(() => { const e = new Event("beforeunload", { cancelable: true }); dispatchEvent(e); return e.defaultPrevented })()',
      ),
      true,
    )
    isAway = false
    web.complaints.length = 0
    await sign.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Upload' }).click()
    await sentAll(1)
    web.complaints.length = 0
  })

  test('a file that is chosen again after the window was closed goes on where it was', async () => {
    await open()
    let patched = 0
    await page.route('**/v1/uploads/**', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue()
      patched += 1
      return patched === 1 ? route.continue() : route.abort('connectionrefused')
    })
    const zip = await zipOf({ 'long.wav': smallWav(30, longSamples), 'short.wav': smallWav(31) })
    // From the disk: a file is known again by its name, size and date.
    const archive = join(web.harness.dataDir, 'long.zip')
    await writeFile(archive, zip)
    await choose(archive)
    await until(async () => patched >= 2)
    await page.unroute('**/v1/uploads/**')
    page.on('dialog', (dialog) => dialog.accept())
    await open()
    const offsets: string[] = []
    page.on('request', (one) => one.method() === 'PATCH' && offsets.push(one.headers()['upload-offset'] ?? ''))
    await choose(archive)
    await sentAll(1)
    assert.ok(Number(offsets[0]) > 0, `it began at ${offsets[0]}`)
    web.complaints.length = 0
  })

  test('recordings that are chosen again go on in the bulk load that waits for them: each once, none sent twice', async () => {
    await open()
    await page.getByRole('button', { name: 'How they are taken in' }).click()
    const tags = page
      .getByRole('combobox', { name: 'Tags' })
      .or(page.getByRole('textbox', { name: 'Tags' }))
      .first()
    await tags.fill('by-window')
    await page.keyboard.press('Enter')
    const folder = join(web.harness.dataDir, 'chosen')
    await mkdir(folder)
    const names = ['in.wav', 'cut.wav', 'never.wav']
    const recordings = names.map((name) => join(folder, name))
    for (const [at, path] of recordings.entries())
      await writeFile(path, smallWav(60 + at, at === 1 ? longSamples : undefined))
    // One arrives, one is cut after its first part, of one nothing reaches the server.
    const cut: string[] = []
    await page.route('**/v1/uploads/**', async (route) => {
      const isLaterPart = Number(route.request().headers()['upload-offset'] ?? 0) > 0
      if (route.request().method() !== 'PATCH' || !isLaterPart) return route.continue()
      cut.push(route.request().url())
      return route.abort('connectionrefused')
    })
    await page.route('**/v1/uploads', (route) =>
      saidOf(route.request().headers()).item_name === 'never.wav' ? route.abort('connectionrefused') : route.continue(),
    )
    await choose(recordings)
    await until(async () => cut.length > 0)
    await sentAll(1)
    const [job] = await jobs()
    assert.deepEqual([job.name, job.state, job.counts.ok], ['in.wav +2', 'open', 1])

    // Another window leaves it alone while this one is there.
    const other = await owner.context.newPage()
    await other.route('**/v1/uploads**', (route) => route.abort('connectionrefused'))
    await other.goto(`${web.url}/app/upload`)
    const [answer] = await Promise.all([
      other.waitForResponse((one) => one.url().endsWith('/v1/ingest-jobs') && one.request().method() === 'POST'),
      other
        .locator('input[type=file]')
        .first()
        .setInputFiles(recordings[1] ?? ''),
    ])
    const { job_id } = await answer.json()
    assert.notEqual(job_id, job.job_id)
    await other.close()
    await owner.send('POST', `/v1/ingest-jobs/${job_id}/cancel`, {})
    const many = (await jobs()).length

    await page.unroute('**/v1/uploads/**')
    await page.unroute('**/v1/uploads')
    await open()
    const begun: string[] = []
    const offsets: string[] = []
    const watch = (one: Request) => {
      const { method, headers } = { method: one.method(), headers: one.headers() }
      if (method === 'POST' && one.url().endsWith('/v1/uploads')) begun.push(saidOf(headers).item_name ?? '')
      if (method === 'PATCH' && one.url() === cut[0]) offsets.push(headers['upload-offset'] ?? '')
    }
    page.on('request', watch)
    await choose(recordings)
    await sentAll(3)
    page.off('request', watch)
    assert.deepEqual(begun, ['never.wav'])
    assert.ok(Number(offsets[0]) > 0, `it began at ${offsets[0]}`)

    await until(async () => (await owner.send('GET', `/v1/ingest-jobs/${job.job_id}`)).state === 'done')
    assert.equal((await jobs()).length, many)
    const { items } = await owner.send('GET', `/v1/ingest-jobs/${job.job_id}/items`)
    assert.deepEqual(
      items.map(({ name, state }: { name: string; state: string }) => [name, state]).sort(),
      names.map((name) => [name, 'ok']).sort(),
    )
    const found = await owner.send('GET', '/v1/search?filter=tags+%3A+%22by-window%22')
    assert.equal(found.total, 2, 'what is said of all is said of what was announced before the window closed')
    web.complaints.length = 0

    // Nothing waits any more: the same again is another bulk load, whose items are there already.
    await open()
    await choose(recordings)
    await sentAll(3)
    await until(async () => (await jobs()).length === many + 1 && (await jobs())[0].state === 'done')
    assert.equal((await jobs())[0].counts.duplicate, 3)
    web.assertQuiet()
  })

  test('a look first, then it is taken in; what failed says why, as a file too, and is tried again', async () => {
    await open()
    await page.getByRole('button', { name: 'How they are taken in' }).click()
    await page.getByRole('switch', { name: 'Look first' }).click()
    const zip = await zipOf({ 'good.wav': smallWav(40), 'bad.wav': 'this is no recording' })
    await choose([{ name: 'mixed.zip', mimeType: 'application/zip', buffer: zip }])
    await sentAll(1)
    await files().getByRole('link', { name: /^Sent/ }).click()
    await page.getByRole('heading', { level: 1, name: 'mixed.zip' }).waitFor()
    await page.getByRole('button', { name: 'Take it in' }).click()
    await page.getByText('Done with failures').waitFor()
    const bad = page.locator('tr[data-index]', { hasText: 'bad.wav' })
    await bad.getByText('Failed', { exact: true }).waitFor()
    assert.ok((await bad.locator('td').nth(2).innerText()).length > 10)
    await web.assertAccessible(page)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Errors as CSV' }).click(),
    ])
    assert.match(await readFile(await file.path(), 'utf8'), /bad\.wav/)
    await bad.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Done with failures').waitFor()
    web.assertQuiet()
  })

  test('it can be read by everybody: dark and narrow', async () => {
    const dark = await web.again(owner, { colorScheme: 'dark', viewport: { width: 360, height: 740 } })
    await dark.page.goto(`${web.url}/app/upload`)
    await dark.page.getByRole('link', { name: 'mixed.zip' }).waitFor()
    await web.assertAccessible(dark.page)
    assert.equal(await dark.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    web.assertQuiet()
  })
})

async function until(isSo: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) assert.fail(`still not so after ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
