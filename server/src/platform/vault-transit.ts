// A key service that wraps data keys: the transit engine of HashiCorp Vault or OpenBao, over HTTP. The key never leaves
// it. Source: https://developer.hashicorp.com/vault/api-docs/secret/transit, "Encrypt data" and "Decrypt data".

import { setTimeout as delay } from 'node:timers/promises'
import type { KeyWrapper } from './key-wrapper.ts'
import type { FetchLike } from './outbound/fetch-like.ts'
import { Problem } from './problem.ts'

/** Waits before the second and the third try; a service that restarts is back within them. */
const waitsMs = [200, 1000]
const errorCharsMax = 300

export type VaultSettings = {
  /** Of the engine, as `https://vault.example.org:8200/v1/transit`. */
  url: string
  keyName: string
  /** Absent: a proxy in between adds it. */
  token: string | null
  fetch: FetchLike
}

export function vaultTransit({ url, keyName, token, fetch }: VaultSettings): KeyWrapper {
  const base = url.replace(/\/+$/, '')
  const mount = new URL(base).pathname.replace(/^\/v1\//, '').replace(/^\//, '')
  const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64')

  async function ask(verb: 'encrypt' | 'decrypt', body: Record<string, string>): Promise<Record<string, unknown>> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await askOnce(verb, body)
      if (!(outcome instanceof Problem)) return outcome
      const waitMs = waitsMs[attempt]
      if (outcome.code !== 'key_service_unavailable' || waitMs === undefined) throw outcome
      await delay(waitMs)
    }
  }

  async function askOnce(verb: string, body: object): Promise<Record<string, unknown> | Problem> {
    const away = (why: string, cause?: unknown) => {
      const detail = `The key service at ${base} does not answer (${why}). Stored secrets cannot be opened without it.`
      return new Problem('unavailable', 'key_service_unavailable', detail, { cause, retryAfterS: 5 })
    }
    let answer: Response
    try {
      answer = await fetch(`${base}/${verb}/${encodeURIComponent(keyName)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-vault-request': 'true',
          ...(token ? { 'x-vault-token': token } : {}),
        },
        body: JSON.stringify(body),
      })
    } catch (cause) {
      return away(cause instanceof Problem ? String(cause.facts.reason ?? cause.code) : 'no connection', cause)
    }
    const { status } = answer
    if (status === 401 || status === 403) {
      const detail = `The key service at ${base} refuses us (${status}). Set INDABA_KMS_TOKEN to one that may ${verb} with the key ${keyName}.`
      return new Problem('unavailable', 'key_service_refused', detail)
    }
    if (status === 404) {
      const detail = `The key service at ${base} has no key ${keyName} (404). Set INDABA_KMS_URL and INDABA_KMS_KEY.`
      return new Problem('unavailable', 'key_service_refused', detail)
    }
    // 400: what is to be opened was not sealed with this key for this place. All else passes, such as 503 while sealed.
    if (status === 400) {
      const cause = new Error((await answer.text().catch(() => '')).slice(0, errorCharsMax))
      return new Problem('bug', 'key_service_refused', `The key service did not ${verb} a data key.`, { cause })
    }
    if (status !== 200) return away(`status ${status}`)
    try {
      const { data } = (await answer.json()) as { data: Record<string, unknown> }
      return { ...data }
    } catch (cause) {
      return away('an answer that is no JSON', cause)
    }
  }

  const unreadable = () =>
    new Problem('bug', 'key_service_answer', `The key service at ${base} answered without a key.`)

  return {
    id: `vault:${mount}/${keyName}`,
    source: 'INDABA_KMS_URL and INDABA_KMS_KEY',
    async wrap(key, context) {
      const asked = { plaintext: base64(key), associated_data: base64(context) }
      const { ciphertext } = await ask('encrypt', asked)
      if (typeof ciphertext !== 'string' || ciphertext === '') throw unreadable()
      return Buffer.from(ciphertext)
    },
    async unwrap(wrapped, context) {
      const asked = { ciphertext: Buffer.from(wrapped).toString(), associated_data: base64(context) }
      const { plaintext } = await ask('decrypt', asked)
      if (typeof plaintext !== 'string') throw unreadable()
      return Buffer.from(plaintext, 'base64')
    },
  }
}
