import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { allScopes } from '../permissions.ts'
import { consentPage, errorPage, pageHeaders, signInPage } from './pages.ts'

const tags = (html: string) => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'))

describe('the pages of the OAuth server', () => {
  test('no value becomes markup, whatever it is', () => {
    const consent = (text: string) =>
      consentPage({
        application: text,
        redirectHost: text,
        organisation: text,
        csrf: text,
        user: text,
        grantable: [text],
        refused: [{ scope: text, why: text }],
        tellsIdentity: true,
        error: text || ' ',
      })
    const signIn = (text: string) =>
      signInPage({
        application: text,
        redirectHost: text,
        organisation: text,
        csrf: text,
        email: text,
        error: text || ' ',
      })
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom('"><script>alert(1)</script>', `' onload='x`, '</title><b>', '&lt;script&gt;', '\u0000<'),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        for (const page of [consent, signIn, errorPage]) {
          assert.deepEqual(tags(page(text)), tags(page('x')), page(text))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('every scope is told in plain words', () => {
    const page = consentPage({
      application: 'A',
      redirectHost: 'b',
      organisation: 'c',
      csrf: 'd',
      user: 'e',
      grantable: allScopes,
      refused: [],
      tellsIdentity: false,
    })
    for (const scope of allScopes) assert.match(page, new RegExp(`> [a-z][^<]+\\s*<code class="small">${scope}</code>`))
  })

  test('the policy allows the one style sheet that the page has, and nothing else', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(errorPage('x'))?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = pageHeaders('https://app.example.org/callback?a=1')['Content-Security-Policy'] ?? ''
    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self' https://app.example.org; frame-ancestors 'none'; base-uri 'none'`,
    )
    assert.match(pageHeaders('http://[::1]:8000/')['Content-Security-Policy'] ?? '', /form-action 'self' http:; /)
  })
})
