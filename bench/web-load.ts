// How long it takes, with 100,000 conversations, until a page that a browser has never seen can be used: from the request
// for it until its own content is drawn and nothing keeps the browser from answering a key.

import { randomUUID } from 'node:crypto'
import { makeOwner } from '../server/src/access/index.ts'
import { openDb } from '../server/src/platform/db/db.ts'
import { everyOrg } from '../server/src/platform/db/scope.ts'
import { noBrowser, openChromium } from '../server/test/web/chromium.ts'
import { percentile, report, round, skip } from './figure.ts'
import { insightsDatabase, insightsOrg } from './insights-data.ts'
import { option, shown } from './options.ts'
import { startProgram } from './program.ts'

const conversations = option('conversations', 100_000)
const rounds = option('rounds', 7)

/** Each with what must be seen of it. */
const pages = [
  { name: 'home', path: '/app/', content: '.chart-stat-value' },
  { name: 'list of interactions', path: '/app/interactions', content: 'tr[data-index]' },
  { name: 'agents', path: '/app/agents', content: 'tbody tr' },
]

if (noBrowser) for (const { name } of pages) skip(`cold load: ${name}`, noBrowser)
else await measure()

async function measure(): Promise<void> {
  const database = await insightsDatabase(conversations)
  const program = await startProgram({ command: 'serve', databaseUrl: database.url, dir: database.dir })
  const browser = await openChromium()
  try {
    const person = await newOwner(database.url, program.url)
    const longer = {
      name: 'one conversation',
      path: `/app/interactions/${person.conversationId}`,
      content: '.turn',
    }
    for (const { name, path, content } of [...pages, longer]) {
      const times: number[] = []
      for (let n = 0; n < rounds; n++) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-ZA' })
        await context.request.post(`${program.url}/v1/session`, { data: person.login })
        const page = await context.newPage()
        await page.goto(`${program.url}${path}`, { waitUntil: 'commit' })
        await page.locator(content).first().waitFor()
        times.push(
          await page.evaluate(() => new Promise<number>((idle) => requestIdleCallback(() => idle(performance.now())))),
        )
        await context.close()
      }
      report({
        name: `cold load: ${name}`,
        value: percentile(times, 0.5),
        goal: { atMost: 1500 },
        unit: 'ms',
        from: `${shown(conversations)} conversations, ${rounds} browsers that know nothing yet, ${round(Math.min(...times))} to ${round(Math.max(...times))} ms`,
      })
    }
  } finally {
    await browser.close()
    await program.stop()
    await database.stop()
  }
}

/** Somebody who sees all of the organisation that has the conversations. */
async function newOwner(databaseUrl: string, url: string) {
  const login = { email: `${randomUUID()}@example.org`, password: 'tea with lemon 7' }
  const db = openDb({ url: databaseUrl, connectionsMax: 1, as: 'owner' })
  try {
    const who = { email: login.email, actor: 'operator', publicUrl: url, orgId: insightsOrg, name: null }
    const made = await everyOrg(() => makeOwner(db, who))
    const answer = await fetch(`${url}/v1/invitations/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: made?.token, password: login.password }),
    })
    if (!answer.ok) throw new Error(`the invitation was answered ${answer.status}: ${await answer.text()}`)
    const { id } = await everyOrg(() =>
      db
        .selectFrom('conversations')
        .select('id')
        .where('org_id', '=', insightsOrg)
        .orderBy('started_at', 'desc')
        .executeTakeFirstOrThrow(),
    )
    return { login, conversationId: id as string }
  } finally {
    await db.destroy()
  }
}
