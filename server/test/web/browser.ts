// Pages in a real Chromium: an Indaba of its own, people with the session cookie, and what a page did wrong meanwhile
// (complaints on the console, requests to other hosts).

import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { createOrg, makeOwner } from '../../src/access/index.ts'
import { everyOrg } from '../../src/platform/db/scope.ts'
import { type Harness, type Json, startHarness } from '../harness.ts'
import { accessibilityFindings } from './accessibility.ts'
import { openChromium } from './chromium.ts'

export { noBrowser } from './chromium.ts'

const pictures = process.env.INDABA_TEST_PICTURES === '1' ? 'docs/images' : 'tmp/screenshots'

/** The password of everybody here. */
export const password = 'tea with lemon 7'

export type Member = { email: string; orgId: string; userId: string }

/** Somebody at a browser: cookies of their own, one page. */
export type Visitor = Member & {
  context: BrowserContext
  page: Page
  /** A request of the signed-in person, outside of the page; the answer must be 2xx. `path` begins with a slash. */
  send<T = Json>(method: string, path: string, body?: object): Promise<T>
}

export type Web = {
  harness: Harness
  url: string
  /** What pages complained of so far: errors on the console and uncaught ones. Empty it if a test expects some. */
  complaints: string[]
  /** Requests to any other host than the server's own. Must stay empty. */
  strangers: string[]
  /** Somebody who is not signed in. */
  stranger(options?: BrowserContextOptions): Promise<Omit<Visitor, keyof Member>>
  /** The owner of a new organisation, signed in. */
  owner(options?: BrowserContextOptions): Promise<Visitor>
  /** Somebody whom `by` has invited, signed in; `fields` as of `POST /v1/users`, such as `{ role: 'agent', … }`. */
  member(by: Visitor, fields: object, options?: BrowserContextOptions): Promise<Visitor>
  /** Another browser of the same person: another width, colours, language, reduced motion. */
  again(who: Member, options?: BrowserContextOptions): Promise<Visitor>
  /** A PNG of the whole page, for looking at; with INDABA_TEST_PICTURES=1, the one that the documents show. Answers with its path. */
  screenshot(page: Page, name: string, options?: { fullPage?: boolean }): Promise<string>
  /** Fails with readable findings if the page, or the part of it, breaks WCAG 2.2 AA as far as axe can tell. */
  assertAccessible(page: Page, options?: { within?: string; without?: string[] }): Promise<void>
  /** Fails if there were complaints or requests elsewhere. Call it at the end of each test. */
  assertQuiet(): void
  stop(): Promise<void>
}

/**
 * Starts an Indaba and a browser. Pages have the size of a common laptop's window, English of South Africa and its time
 * zone, unless a visitor's options say else.
 */
export async function startWeb(options: { env?: Record<string, string>; harness?: Harness } = {}): Promise<Web> {
  const harness = options.harness ?? (await startHarness({ env: options.env }))
  const browser = await openChromium()
  const complaints: string[] = []
  const strangers: string[] = []
  let count = 0

  function watch(context: BrowserContext): void {
    const judge = (url: string) => {
      const { protocol, origin } = new URL(url.replace(/^ws/, 'http'))
      if (protocol.startsWith('http') && origin !== harness.url) strangers.push(url)
    }
    context.on('request', (request) => judge(request.url()))
    context.on('console', (message) => {
      const { url, lineNumber } = message.location()
      // Browsers ask for an icon by themselves; the page asks who is signed in, and hears that nobody is.
      if (message.type() === 'error' && !/\/(favicon\.ico|v1\/session)$/.test(url))
        complaints.push(`${message.text()} (${url}:${lineNumber})`)
    })
    context.on('weberror', (found) => complaints.push(found.error().stack ?? found.error().message))
    context.on('page', (page) => page.on('websocket', (socket) => judge(socket.url())))
  }

  async function stranger(given: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      baseURL: harness.url,
      viewport: { width: 1280, height: 800 },
      locale: 'en-ZA',
      timezoneId: 'Africa/Johannesburg',
      ...given,
    })
    watch(context)
    let csrf = ''
    async function send<T = Json>(method: string, path: string, body?: object): Promise<T> {
      const headers: Record<string, string> = csrf ? { 'x-indaba-csrf': csrf } : {}
      const answer = await context.request.fetch(`${harness.url}${path}`, { method, headers, data: body })
      const text = await answer.text()
      assert.ok(answer.ok(), `${method} ${path} answered ${answer.status()}: ${text}`)
      const told = text ? JSON.parse(text) : null
      if (told?.csrf_token) csrf = told.csrf_token
      return told as T
    }
    return { context, page: await context.newPage(), send }
  }

  async function again({ email, orgId, userId }: Member, given: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await stranger(given)
    await visitor.send('POST', '/v1/session', { email, password })
    return { ...visitor, email, orgId, userId }
  }

  async function accept(email: string, orgId: string, token: string, given?: BrowserContextOptions) {
    const visitor = await stranger(given)
    await visitor.send('POST', '/v1/invitations/accept', { token, password })
    const session = await visitor.send('POST', '/v1/session', { email, password })
    return { ...visitor, email, orgId, userId: session.user.id as string }
  }

  return {
    harness,
    url: harness.url,
    complaints,
    strangers,
    stranger,
    again,
    async owner(given) {
      const email = `owner-${++count}@example.org`
      const made = await everyOrg(async () => {
        const { db } = harness.app
        const org = await db.transaction().execute((tx) => createOrg(tx, { name: `Organisation ${count}` }))
        const link = await makeOwner(db, {
          email,
          actor: 'operator',
          publicUrl: harness.url,
          orgId: org.id,
          name: null,
        })
        return { orgId: org.id, token: link?.token ?? '' }
      })
      return accept(email, made.orgId, made.token, given)
    },
    async member(by, fields, given) {
      const email = `person-${++count}@example.org`
      const invited = await by.send('POST', '/v1/users', { email, ...fields })
      return accept(email, by.orgId, /#\w+=([\w-]+)/.exec(invited.invitation_url)?.[1] ?? '', given)
    },
    async screenshot(page, name, { fullPage = true } = {}) {
      const path = resolve(import.meta.dirname, '../../..', pictures, `${name}.png`)
      await page.screenshot({ path, fullPage, animations: 'disabled' })
      return path
    },
    async assertAccessible(page, part = {}) {
      const findings = await accessibilityFindings(page, part)
      if (findings.length > 0) assert.fail(`${page.url()} breaks WCAG 2.2 AA:\n\n${findings.join('\n\n')}`)
    },
    assertQuiet() {
      assert.deepEqual({ complaints, strangers }, { complaints: [], strangers: [] })
    },
    async stop() {
      await browser.close()
      if (!options.harness) await harness.stop()
    },
  }
}
