import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { checkRedirectUris } from './redirect-uris.ts'

const isRefused = (uri: string): boolean => {
  try {
    checkRedirectUris([uri])
    return false
  } catch (err) {
    assert.ok(err instanceof Problem && err.code === 'invalid_redirect_uri', String(err))
    return true
  }
}

describe('redirect URIs', () => {
  test('https, and http on loopback, are taken as they stand', () => {
    const right = [
      'https://app.example.org/callback',
      'https://app.example.org',
      'https://app.example.org/',
      'https://app.example.org:8443/callback?tenant=7&b=%20',
      'https://xn--bcher-kva.example/callback',
      'http://127.0.0.1/callback',
      'http://127.0.0.1:8000/callback',
      'http://[::1]:8000/callback',
      'http://localhost:3000/callback',
    ]
    assert.deepEqual(checkRedirectUris(right), right)
    assert.deepEqual(checkRedirectUris([...right, ...right]), right)
  })

  test('whatever could lead elsewhere is refused', () => {
    const wrong = [
      '',
      'callback',
      '//app.example.org/callback',
      'http://app.example.org/callback',
      'http://127.0.0.1.evil.example/',
      'http://127.0.0.2/',
      'http://2130706433/',
      'http://0x7f.1/',
      'https://*.example.org/callback',
      'https://app.example.org/*',
      'https://app.example.org/callback#here',
      'https://app.example.org/callback#',
      'https://user@app.example.org/callback',
      'https://user:word@app.example.org/callback',
      'https://app.example.org\\@evil.example/',
      'https://app.example.org/a/../callback',
      'https://app.example.org:443/callback',
      'https://APP.example.org/callback',
      'HTTPS://app.example.org/callback',
      'https://bücher.example/callback',
      'https://аpp.example.org/callback',
      'https://app.example.org/call back',
      'https://app.example.org/\tcallback',
      'https://app.example.org/\u0000',
      'javascript:alert(1)',
      'data:text/html,x',
      'com.example.app:/callback',
      `https://app.example.org/${'a'.repeat(2000)}`,
    ]
    for (const uri of wrong) assert.ok(isRefused(uri), uri)
    assert.throws(() => checkRedirectUris(Array.from({ length: 21 }, (_, index) => `https://a.example/${index}`)))
  })

  test('what is taken is read by browsers exactly as it stands, and is never plain http elsewhere', () => {
    let taken = 0
    const host = fc.constantFrom('app.example.org', 'localhost', '127.0.0.1', '[::1]', 'a.b', 'LOCALHOST', 'x@y', '*')
    const uri = fc.tuple(fc.constantFrom('https://', 'http://', 'ftp://', 'https:/'), host, fc.webPath(), fc.string())
    fc.assert(
      fc.property(
        uri.map((parts) => parts.join('')),
        (text) => {
          if (isRefused(text)) return
          taken += 1
          const url = new URL(text)
          assert.ok(url.href === text || url.href === `${text}/`)
          assert.equal(url.hash + url.username + url.password, '')
          assert.ok(
            url.protocol === 'https:' ||
              (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)),
          )
        },
      ),
      { numRuns: 2000 },
    )
    assert.ok(taken > 20, `${taken} of 2000 were taken`)
  })
})
