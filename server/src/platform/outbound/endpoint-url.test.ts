import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../problem.ts'
import { addressGuard } from './address-guard.ts'
import { parseOutboundAllow } from './allow-list.ts'
import { checkEndpointUrl } from './endpoint-url.ts'

const lookup = async (name: string) => {
  if (name.endsWith('.test')) throw new Error('ENOTFOUND')
  return name.includes('private') ? ['10.0.0.1'] : ['93.184.215.14']
}
const guard = addressGuard({ allow: parseOutboundAllow('10.9.0.0/16:9000'), lookup })

async function refusal(url: string): Promise<Problem> {
  try {
    await checkEndpointUrl(guard, url)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  return assert.fail(`${url} passed`)
}

test('what the form of a URL shows is said plainly', async () => {
  const cases: [string, RegExp][] = [
    ['', /is not a URL/],
    ['example.com/hook', /is not a URL/],
    ['//example.com/hook', /is not a URL/],
    ['https://', /is not a URL/],
    ['https://exa mple.com/', /spaces or control/],
    ['https://example.com/\n', /spaces or control/],
    ['ht\ttps://example.com/', /spaces or control/],
    ['https://example.com/\u0000', /spaces or control/],
    ['https://example.com/\ud800', /spaces or control/],
    ['https://example.com/\u00a0x', /spaces or control/],
    ['ftp://example.com/', /begins with ftp:/],
    ['javascript:alert(1)', /begins with javascript:/],
    ['wss://example.com/', /begins with wss:/],
    [`${'x'.repeat(200)}://example.com/`, /begins with x{20}\. /],
    ['https://user@example.com/', /user name/],
    ['https://user:word@example.com/', /user name/],
    ['https://:@example.com/', /user name/],
    ['https://@example.com/', /user name/],
    ['https:\\\\user@example.com/', /user name/],
    ['https://example.com@10.0.0.1/', /user name/],
    ['https://example.com/#', /fragment/],
    ['https://example.com/#part', /fragment/],
    ['https://example.com#@10.0.0.1/', /fragment/],
    ['https://.../', /no proper host name/],
    ['https://./', /no proper host name/],
    ['https://../', /no proper host name/],
    ['https://.example.com/', /no proper host name/],
    ['https://example..com/', /no proper host name/],
    ['https://example.com../', /no proper host name/],
    ['https://。。。/', /no proper host name/],
    ['https://*.example.com/', /no proper host name/],
    ['https://a+b.example/', /no proper host name/],
    [`https://${'a'.repeat(64)}.example/`, /no proper host name/],
    [`https://${'a.'.repeat(130)}example/`, /no proper host name/],
    [`https://example.com/${'a'.repeat(10_000)}`, /has 10020 characters\. At most 2048/],
    ['https://example.com:22/', /has port 22\. Use one of the ports 443, 80, 8443/],
    ['https://8.8.8.8:53/', /has port 53/],
    ['http://example.com:0/', /has port 0/],
  ]
  for (const [url, words] of cases) {
    const { code, kind, detail, facts } = await refusal(url)
    assert.equal(code, 'invalid_url', url)
    assert.equal(kind, 'invalid')
    assert.match(detail, words, url)
    assert.equal(facts.field, 'url')
    assert.ok(detail.length < 300, 'a long URL is not repeated')
  }
})

test('about addresses there is one text, and the ports that the operator opened do not show', async () => {
  const details = new Set<string>()
  for (const host of [
    '127.0.0.1',
    '[::1]',
    'private.example',
    '0x7f.1',
    '１０.0.0.1',
    '169.254.169.254',
    'a.private.example',
  ]) {
    const { code, detail } = await refusal(`https://${host}/`)
    assert.equal(code, 'destination_not_allowed')
    details.add(detail)
  }
  assert.equal(details.size, 1)
  for (const host of ['127.0.0.1', '8.8.8.8', 'private.example', 'example.com', 'nowhere.test']) {
    const [closed, opened] = await Promise.all([refusal(`https://${host}:9001/`), refusal(`https://${host}:9000/`)])
    assert.equal(closed.code, 'invalid_url')
    assert.equal(closed.detail.replace('9001', '9000'), opened.detail, host)
  }
})

test('what leads to a public host passes, and comes back as it will be called', async () => {
  const cases: [string, string][] = [
    ['https://example.com/hook?x=1', 'https://example.com/hook?x=1'],
    ['HTTPS://EXAMPLE.com:443', 'https://example.com/'],
    ['https://example.com./', 'https://example.com./'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['http://example.com/%23', 'http://example.com/%23'],
    ['https://bücher.example/é', 'https://xn--bcher-kva.example/%C3%A9'],
    ['https://xn--bcher-kva.example/', 'https://xn--bcher-kva.example/'],
    ['https://ｅｘａｍｐｌｅ。com/', 'https://example.com/'],
    ['https://８.８.８.８/', 'https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
    ['https://a_b.example/', 'https://a_b.example/'],
    ['https://example.com/@x', 'https://example.com/@x'],
    ['https://example.com/?x=@', 'https://example.com/?x=@'],
    ['https://10.9.0.1:9000/', 'https://10.9.0.1:9000/'],
    ['https://nowhere.test/', 'https://nowhere.test/'],
  ]
  for (const [given, href] of cases) assert.equal((await checkEndpointUrl(guard, given)).href, href, given)
})
