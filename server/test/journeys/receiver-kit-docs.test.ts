// docs/webhook-receivers.md, copied and run: its two handlers, and its lines for the shell, against a running server.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type Customer, freePort, type Harness, startHarness } from '../harness.ts'
import { findPython, skipWithoutCurl } from './client-program.ts'
import { eventBody, nowS, otherSecret, publicKey, secret, signV1, signV1a } from './receiver-kit-messages.ts'
import { isListening, type Language, languages, skipFor, until } from './receiver-kit-programs.ts'

const root = resolve(import.meta.dirname, '../../..')
const chosen = 'a secret that I chose, 密'

/** The code below a heading, in order. */
async function blocks(heading: string, language: string): Promise<string[]> {
  const page = await readFile(join(root, 'docs/webhook-receivers.md'), 'utf8')
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const found = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)]
  return found.filter(([, tag]) => tag === language).map(([, , code = '']) => code)
}

async function shell(code: string, dir: string, env: Record<string, string>): Promise<string> {
  const options = { cwd: dir, env: { PATH: process.env.PATH, ...env } }
  const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', code], options)
  return stdout.trim()
}

const skip = skipWithoutCurl()

describe('the page on receivers', { skip }, () => {
  let harness: Harness
  let customer: Customer
  let dir: string

  before(async () => {
    harness = await startHarness()
    customer = await harness.customer()
    dir = await mkdtemp(join(tmpdir(), 'indaba-page-'))
  })

  after(async () => {
    await harness?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  it('checks a signature by hand, and finds out a forged one', async () => {
    const [v1 = '', v1a = ''] = await blocks('By hand', 'sh')
    const both = `${signV1a('evt_1', nowS, eventBody)} ${signV1('evt_1', nowS, eventBody)}`
    const env = { SECRET: secret, ID: 'evt_1', TIMESTAMP: String(nowS), SIGNATURE: both, PUBLIC_KEY: publicKey }
    await writeFile(join(dir, 'body.json'), eventBody)
    assert.equal(await shell(v1, dir, env), 'genuine')
    assert.equal(await shell(v1, dir, { ...env, TIMESTAMP: String(nowS + 1) }), 'forged')
    assert.equal(await shell(v1, dir, { ...env, SECRET: otherSecret }), 'forged')
    assert.match(await shell(v1a, dir, env), /Verified Successfully/)
    await assert.rejects(shell(v1a, dir, { ...env, ID: 'evt_2' }))
    const key = `whsec_${Buffer.from(chosen).toString('base64')}`
    const raw = signV1('evt_1', nowS, eventBody, key)
    assert.equal(await shell(v1, dir, { ...env, SECRET: chosen, SIGNATURE: raw }), 'genuine')
  })

  for (const language of languages) {
    it(`has a handler in ${language} that runs as it is`, { skip: skipFor(language) }, async (t) => {
      const port = await freePort()
      const home = join(dir, language)
      const [command, ...args] = await install(language, home, port)
      const child = spawn(command as string, args, {
        cwd: home,
        stdio: 'ignore',
        env: { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: chosen },
      })
      t.after(() => child.kill('SIGKILL'))
      await until(() => isListening(port), 'the handler')
      const [toKey = ''] = await blocks('By hand', 'sh')
      const [send = '', make = ''] = await blocks('Trying it on your machine', 'sh')
      const RECEIVER = `http://127.0.0.1:${port}/webhooks/indaba`
      const keyLines = toKey.slice(0, toKey.indexOf('EXPECTED='))

      assert.equal(await shell(keyLines + send, home, { SECRET: chosen, RECEIVER }), '204')
      assert.equal(
        await shell(`${keyLines}${send}\n${send.slice(send.indexOf('curl'))}`, home, { SECRET: chosen, RECEIVER }),
        '204\n204',
      )
      const altered = send.replace('--data-raw "$BODY"', '--data-raw "$BODY "')
      assert.equal(await shell(keyLines + altered, home, { SECRET: chosen, RECEIVER }), '401')

      const env = { SECRET: chosen, RECEIVER, SERVER: harness.url, API_KEY: customer.key }
      const tested = JSON.parse(await shell(make, home, env))
      assert.deepEqual([tested.ok, tested.status_code], [true, 204])
      const endpoint = JSON.parse(await readFile(join(home, 'endpoint.json'), 'utf8'))
      assert.deepEqual(endpoint.verification, { ok: true, reason: null })

      const inbox = new DatabaseSync(join(home, 'inbox.sqlite'))
      const rows = inbox.prepare('select event from inbox').all()
      inbox.close()
      const types = rows.map(({ event }) => JSON.parse(String(event)).type).sort()
      assert.ok(types.length === 2 || types.length === 3, 'what was sent by hand, within one second or two')
      assert.deepEqual([types[0], types.at(-1)], ['call.completed', 'webhook.test'])
    })
  }

  /** What the page says lies beside the handler; and the command that starts it. */
  async function install(language: Language, home: string, port: number): Promise<string[]> {
    await mkdir(home, { recursive: true })
    if (language === 'Python') {
      const [code = ''] = await blocks('Flask', 'python')
      await writeFile(join(home, 'receiver.py'), code)
      await copyFile(join(root, 'sdk/python/indaba_webhooks.py'), join(home, 'indaba_webhooks.py'))
      return [findPython('flask') as string, '-m', 'flask', '--app', 'receiver', 'run', '--port', String(port)]
    }
    const [code = ''] = await blocks('Express', 'ts')
    await writeFile(join(home, 'receiver.ts'), code)
    await writeFile(join(home, 'package.json'), '{"type":"module"}')
    for (const name of ['webhook.ts', 'events.gen.ts']) await copyFile(join(root, 'sdk/src', name), join(home, name))
    await symlink(join(root, 'node_modules'), join(home, 'node_modules'))
    return [process.execPath, 'receiver.ts']
  }
})
