// Clients of the hosted service that exchange a refresh token for a token of a day: in every encoding that its examples
// have used, unmodified but for host and token. Then bodies that are too large, and too many at once.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type Json, startHarness } from '../harness.ts'
import { runExample, skipWithoutCurl, skipWithoutPython } from './client-program.ts'
import { allNames, askTicket, chosen, postParts, sampleFile } from './upload-ticket.ts'
import { bearer, checkPoolShape, startTokens } from './vela-tokens.ts'
import { postAsRequest } from './wire.ts'

const { indaba, org, refreshToken, ask, exchange, idTokenOf, statusWith } = await startTokens()
after(() => indaba.stop())

describe('tokens of the hosted service', () => {
  describe('the exchange, as the examples send it', () => {
    const paths = ['/generateAuthToken', '/generate', '/auth/generate']
    const fieldNames = ['REFRESH_TOKEN', 'refresh_token']

    it('Python requests, urlencoded', { skip: skipWithoutPython('requests') }, async () => {
      for (const [path, name] of [
        ['/generateAuthToken', 'REFRESH_TOKEN'],
        ['/generate', 'refresh_token'],
      ]) {
        for (const prefix of ['', '/v1']) {
          const to = { harness: indaba, customer: org, prefix }
          const { status, body } = await runExample<Json>('generate_token.py', to, [
            path,
            name,
            refreshToken,
          ] as string[])
          assert.equal(status, 200)
          checkPoolShape(body)
        }
      }
    })

    it('curl --form', { skip: skipWithoutCurl() }, async () => {
      const args = ['--silent', '--location', '--request', 'POST', `${indaba.url}/generate`]
      const { stdout } = await promisify(execFile)('curl', [...args, '--form', `refresh_token=${refreshToken}`])
      checkPoolShape(JSON.parse(stdout))
    })

    it('a form of the request package', async () => {
      const reply = await postAsRequest(`${indaba.url}/generateAuthToken`, [['REFRESH_TOKEN', refreshToken]])
      assert.equal(reply.status, 200)
      checkPoolShape(JSON.parse(reply.text))
    })

    it('fetch with FormData, urlencoded and JSON, on every path, with either spelling, with and without /v1', async () => {
      for (const path of [...paths, ...paths.map((one) => `/v1${one}`)]) {
        for (const name of fieldNames) {
          const form = new FormData()
          form.append(name, refreshToken)
          for (const body of [form, new URLSearchParams({ [name]: refreshToken }), { [name]: ` ${refreshToken}\n` }]) {
            const answer = await ask('POST', path, { body })
            assert.equal(answer.status, 200, `${path} ${name}`)
            checkPoolShape(answer.body)
            assert.equal(answer.headers.get('cache-control'), 'no-store')
          }
        }
      }
    })

    it('JSON without a label, and errors in the documented shape', async () => {
      const unlabelled = await ask('POST', '/generate', {
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ refresh_token: refreshToken }),
      })
      assert.equal(unlabelled.status, 200)
      const both = { REFRESH_TOKEN: '', refresh_token: refreshToken }
      assert.equal((await ask('POST', '/generate', { body: both })).status, 200)
      for (const [body, status, code] of [
        [{}, 400, 'MISSING_FIELDS'],
        [{ refresh_token: { $ne: '' } }, 400, 'INVALID_REQUEST'],
        [{ refresh_token: 'x'.repeat(5000) }, 400, 'INVALID_REQUEST'],
        [{ refresh_token: refreshToken.slice(0, -1) }, 401, 'INVALID_REFRESH_TOKEN'],
        [{ refresh_token: org.key }, 401, 'INVALID_REFRESH_TOKEN'],
        [{ refresh_token: await idTokenOf(refreshToken) }, 401, 'INVALID_REFRESH_TOKEN'],
      ] as const) {
        const answer = await ask('POST', '/generateAuthToken', { body })
        assert.deepEqual([answer.status, answer.body.status, answer.body.error.code], [status, 'error', code])
        assert.ok(answer.body.message && answer.body.request_id && answer.body.error.details)
      }
    })
  })

  it('the Id token then works on upload, chat and read routes, in both headers; the access token too', async () => {
    const { body } = await exchange(refreshToken)
    for (const token of [body.AuthenticationResult.IdToken, body.AuthenticationResult.AccessToken]) {
      const holder = { ...org, key: token, headers: { 'x-api-key': token } }
      const ticket = await askTicket(indaba, holder)
      const posted = await postParts(ticket.url, [...chosen(ticket, allNames), await sampleFile()])
      assert.equal(posted.status, 204)
      const chats = JSON.stringify([{ message: 'Sawubona', time: '15/01/2025, 10:30', sender: 'user' }])
      const chat = await ask('POST', '/chats/upload/vela', {
        headers: bearer(token),
        body: new URLSearchParams({ org_id: org.orgId, chats }),
      })
      assert.equal(chat.status, 200)
      assert.equal(
        (await ask('GET', `/v1/chats/${chat.body.chat_id}`, { headers: { 'x-api-key': token } })).status,
        200,
      )
      for (const path of ['/v1/calls', '/calls', '/v1/agents', '/v1/conversations'])
        assert.equal(await statusWith(token, path), 200)
      assert.equal(await statusWith(token, '/api/customers'), 403)
      assert.equal((await ask('GET', `/v1/calls?token=${token}`)).status, 400)
    }
    const foreign = await indaba.customer()
    const answer = await ask('POST', '/asr/async/upload/vela', {
      headers: bearer(body.token),
      body: { org_id: foreign.orgId },
    })
    assert.deepEqual([answer.status, answer.body.message], [404, 'Organisation not found'])
  })

  it('refuses large bodies before they are worked on, in every encoding', async () => {
    const large = 'x'.repeat(10 * 2 ** 20)
    const form = new FormData()
    form.append('refresh_token', large)
    const file = new FormData()
    file.append('refresh_token', new Blob([large]), 'token.txt')
    for (const body of [form, file, new URLSearchParams({ refresh_token: large }), { refresh_token: large }]) {
      for (const path of ['/generateAuthToken', '/auth/login', '/auth/confirm_reset_password']) {
        const { status, body: answer } = await ask('POST', path, { body })
        assert.equal(status, 413, path)
        assert.equal(answer.status, 'error')
      }
    }
  })
})

it('a flood from one address is told to come later, before anything is looked up', async () => {
  const limited = await startHarness({
    roles: { serve: true, work: false },
    env: { INDABA_STRANGERS_PER_SECOND: '5' },
  })
  try {
    const ask = () =>
      fetch(`${limited.url}/generateAuthToken`, {
        method: 'POST',
        body: new URLSearchParams({ refresh_token: 'guess' }),
      })
    const answers = await Promise.all(Array.from({ length: 200 }, ask))
    const refused = answers.filter(({ status }) => status === 429)
    assert.ok(refused.length >= 100 && answers.some(({ status }) => status === 401), `${refused.length} refused`)
    assert.ok(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1))
  } finally {
    await limited.stop()
  }
})
