import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { openLog } from '../log.ts'
import { type Fields, ok, route } from './route.ts'
import { closeServer, openServer } from './server.ts'

const fieldBytesMax = 10_000
const fileBytesMax = 50_000

type Answered = {
  fields: Fields
  files: { length: number }[]
  warnings: string[]
  error?: { code: string }
  [field: string]: unknown
}

/** What the handler saw of the last file while the request was still arriving. */
let seen: { before: Fields; firstBytes: string } | undefined

const post = (path: '/form' | '/fields', handle: Parameters<typeof route>[0]['handle']) =>
  route({ method: 'POST', paths: [path], summary: '', tag: 'Test', auth: 'open', answers: {}, handle })
const routes = [
  post('/fields', async (call) => ok(await call.fields())),
  post('/form', async (call) =>
    ok(
      await call.form(async ({ name, fileName, contentType, stream }, before) => {
        let length = 0
        for await (const chunk of stream) {
          if (length === 0) seen = { before, firstBytes: String(chunk).slice(0, 4) }
          length += chunk.length
        }
        return { name, fileName, contentType, length }
      }),
    ),
  ),
]

const field = (name: string, value: string, more = '') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
const file = (name: string, value: string) => field(name, value, '; filename="call.wav"\r\nContent-Type: audio/wav')
const end = '--b--\r\n'

describe('forms', { timeout: 30_000 }, () => {
  let app: Awaited<ReturnType<typeof openServer>>
  let port: number
  before(async () => {
    const guards = {
      authenticate: () => Promise.reject(new Error('no route asks')),
      admit: () => ({}),
      enter: <T>(_by: unknown, work: () => T) => work(),
    }
    app = await openServer(routes, guards, {
      log: openLog('silent'),
      corsOrigins: [],
      limits: { fieldBytesMax, fileBytesMax },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    port = (app.server.address() as AddressInfo).port
  })
  after(() => closeServer(app, 100))

  async function send(path: string, body: string | FormData | Buffer<ArrayBuffer>, type?: string) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body,
      ...(type ? { headers: { 'content-type': type } } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as Answered }
  }
  const multipart = (path: string, body: string | Buffer<ArrayBuffer>) =>
    send(path, body, 'multipart/form-data; boundary=b')
  const refused = async (path: string, body: string | Buffer<ArrayBuffer>, code: string) => {
    const answer = await multipart(path, body)
    assert.equal(answer.body.error?.code, code, JSON.stringify(answer))
    assert.ok(answer.status < 500)
  }

  test('a file is handed over as it arrives, with the fields before it, and those behind it are read too', async () => {
    const socket = connect(port, '127.0.0.1')
    const [start, rest] = [
      `${field('early', '1')}--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nRIFF`,
      `xyz\r\n${field('late', '2')}${end}`,
    ]
    socket.write(
      `POST /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${start.length + rest.length}\r\n\r\n${start}`,
    )
    seen = undefined
    for (let i = 0; i < 100 && !seen; i++) await delay(10)
    assert.deepEqual(seen, { before: { early: '1' }, firstBytes: 'RIFF' })
    socket.write(rest)
    const answer = await text(socket)
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    assert.deepEqual(body.fields, { early: '1', late: '2' })
    assert.deepEqual(
      body.files.map(({ length }: { length: number }) => length),
      [7],
    )
  })

  test('parts that are labelled as JSON, and files in the place of fields, come out as their text', async () => {
    const json = field('metadata', '{"a":[1,"x"]}', '\r\nContent-Type: application/json')
    const { body } = await multipart('/fields', json + field('name', 'x') + file('chats', '[{"b":2}]') + end)
    assert.deepEqual(
      { ...body, metadata: JSON.parse(String(body.metadata)), chats: JSON.parse(String(body.chats)) },
      { metadata: { a: [1, 'x'] }, name: 'x', chats: [{ b: 2 }] },
    )
  })

  test('whatever text a form is made of comes out as it went in', async () => {
    const value = fc
      .string({ unit: 'grapheme', maxLength: 100 })
      .filter((one) => !/[\0\r\n]/.test(one) && one.isWellFormed())
    await fc.assert(
      fc.asyncProperty(value, async (one) => {
        const form = new FormData()
        form.set('text', one)
        assert.deepEqual((await send('/fields', form)).body, { text: one })
        assert.deepEqual(
          (await send('/fields', new URLSearchParams({ text: one }).toString(), 'application/x-www-form-urlencoded'))
            .body,
          { text: one },
        )
      }),
      { numRuns: 50 },
    )
  })

  test('limits: of one text, of all texts together, of a file, of their numbers', async () => {
    assert.equal((await multipart('/form', field('a', 'x'.repeat(fieldBytesMax - 10)) + end)).status, 200)
    await refused('/form', field('a', 'x'.repeat(fieldBytesMax + 1)) + end, 'TOO_LARGE')
    await refused('/form', field('a', 'x'.repeat(fieldBytesMax / 2)).repeat(3) + end, 'TOO_LARGE')
    assert.equal(
      (await multipart('/form', file('f', 'x'.repeat(fileBytesMax)) + end)).body.files[0]?.length,
      fileBytesMax,
    )
    await refused('/form', file('f', 'x'.repeat(fileBytesMax + 1)) + end, 'TOO_LARGE')
    await refused('/fields', file('f', 'x'.repeat(fieldBytesMax + 1)) + end, 'FILE_TOO_LARGE')
    await refused('/form', field('a', '').repeat(1500) + end, 'TOO_MANY_FIELDS')
    await refused('/form', file('f', '').repeat(11) + end, 'TOO_MANY_FILES')
    assert.equal((await send('/fields', `{"a":"${'x'.repeat(fieldBytesMax)}"}`)).body.error?.code, 'BODY_TOO_LARGE')
  })

  test('what is broken is refused in words; text that was not UTF-8 is told of', async () => {
    for (const body of [
      field('a', '1'),
      '--b\r\nContent-Disp',
      file('f', 'abc').slice(0, -2),
      `--b\r\nContent-Disposition: form-data; name="a"`,
    ]) {
      await refused('/form', body, 'BROKEN_MULTIPART')
    }
    await refused('/form', `--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n${end}`, 'PART_WITHOUT_NAME')
    const broken = Buffer.concat([
      Buffer.from(field('a', '').slice(0, -2)),
      Buffer.from([0xff]),
      Buffer.from(`\r\n${end}`),
    ])
    const { body } = await multipart('/form', broken)
    assert.deepEqual(body.fields, { a: '\ufffd' })
    assert.match(body.warnings[0] ?? '', /"a" holds U\+FFFD/)
  })

  test('a forgotten boundary is found in the body, however it is cut up', async () => {
    const body = field('a', '1') + file('f', 'abc') + end
    const head = `POST /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data\r\nContent-Length: ${body.length}\r\n\r\n`
    for (const size of [1, 3, 7, body.length]) {
      const socket = connect(port, '127.0.0.1').setNoDelay()
      socket.write(head)
      for (let at = 0; at < body.length; at += size) {
        socket.write(body.slice(at, at + size))
        if (at < 100) await delay(2)
      }
      const answer = await text(socket)
      assert.match(
        answer,
        /^HTTP\/1.1 200 .*"fields":\{"a":"1"\},"files":\[\{"name":"f",.*"length":3\}\]/s,
        `${size} bytes a time`,
      )
    }
    for (const [boundary, given] of [
      ['odd"quote', 'x'],
      ['-'.repeat(70), 'y'],
      ['b + c', 'z'],
    ] as const) {
      const odd = `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n${given}\r\n--${boundary}--\r\n`
      assert.deepEqual((await send('/form', odd, 'multipart/form-data')).body.fields, { a: given }, boundary)
    }
    for (const none of ['x', '--', '\r\n', '-'.repeat(1000), `--${'b'.repeat(71)}\r\n`]) {
      assert.equal((await send('/form', none, 'multipart/form-data')).body.error?.code, 'NO_BOUNDARY')
    }
    assert.deepEqual((await send('/form', '', 'multipart/form-data')).body, { fields: {}, files: [], warnings: [] })
  })
})
