// The receiver kit's verification in both of its languages, asked alike.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { verifyWebhook, WebhookError } from '../../../sdk/src/index.ts'
import { clientsDir, findPython } from './client-program.ts'
import type { Message } from './receiver-kit-messages.ts'

export type Verdict = { id: string } | { refused: string }

export function inTypeScript({ body, headers, secrets, now }: Message): Verdict {
  try {
    return { id: verifyWebhook(body, headers, secrets, { now: new Date(now * 1000) }).id }
  } catch (error) {
    if (error instanceof WebhookError) return { refused: error.reason }
    if (error instanceof TypeError) return { refused: 'secret' }
    throw error
  }
}

const kitPython = resolve(import.meta.dirname, '../../../sdk/python')
const flaskPython = findPython('flask')
const hasEd25519 = flaskPython !== null && spawnSync(flaskPython, ['-c', 'import cryptography']).status === 0
export const skipWithoutEd25519 = () =>
  hasEd25519 ? false : 'no Python with cryptography here (Debian: python3-cryptography)'

export function inPython(messages: Message[], options: string[] = []): Verdict[] {
  const input = messages.map((one) => JSON.stringify({ ...one, body: one.body.toString('base64') })).join('\n')
  const { stdout, stderr, status } = spawnSync(
    flaskPython as string,
    [...options, join(clientsDir, 'verify_webhooks.py')],
    { input, encoding: 'utf8', env: { PYTHONPATH: kitPython, PYTHONDONTWRITEBYTECODE: '1' }, maxBuffer: 2 ** 26 },
  )
  assert.equal(status, 0, stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
