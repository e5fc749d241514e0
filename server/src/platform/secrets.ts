// Small cryptography that several slices need: keyed hashes, constant-time comparison, secrets at rest.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { Problem } from './problem.ts'

export type Secrets = {
  /** HMAC-SHA256 under a key of its own for each purpose. */
  hash(purpose: string, text: string): Buffer
  /** AES-256-GCM; `context` (organisation, table, column) must be the same when it is opened. */
  seal(context: string, text: string): Buffer
  open(context: string, sealed: Uint8Array): string
}

const nonceBytes = 12
const tagBytes = 16

export function secrets(masterKey: Uint8Array): Secrets {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `indaba ${purpose}`, 32))
  const sealingKey = derive('seal')
  return {
    hash: (purpose, text) => createHmac('sha256', derive(purpose)).update(text).digest(),
    seal(context, text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    open(context, sealed) {
      try {
        const nonce = sealed.subarray(0, nonceBytes)
        const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(context))
        decipher.setAuthTag(sealed.subarray(-tagBytes))
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString()
      } catch (cause) {
        const detail = 'A stored secret does not open with the present INDABA_SECRET_KEY.'
        throw new Problem('bug', 'wrong_secret_key', detail, { cause })
      }
    },
  }
}

/** In a time that tells nothing of either, their lengths included. */
export function equalSecret(left: string | Uint8Array, right: string | Uint8Array): boolean {
  const digest = (one: string | Uint8Array) => createHash('sha256').update(one).digest()
  return timingSafeEqual(digest(left), digest(right))
}
