// Who wraps data keys: the small interface, and the key that the operator gives. A key service is in vault-transit.ts.

import { decrypt, encrypt } from './sealed-value.ts'
import { expandKey, extractRoot } from './secrets.ts'

export type KeyWrapper = {
  /** Tells keys apart without telling the key. Stored with what it wraps. */
  id: string
  /** Where an operator finds or sets it, for messages: `INDABA_SECRET_KEY`. */
  source: string
  wrap(key: Uint8Array, context: string): Promise<Buffer>
  /**
   * @throws Problem('unavailable') while a key service does not answer; any other error for what this key did not wrap
   *   in this context
   */
  unwrap(wrapped: Uint8Array, context: string): Promise<Buffer>
}

/** AES-256-GCM under a key of 32 bytes, derived so that nothing else is ever done with the same key. */
export function localKeyWrapper(key: Uint8Array, source: string): KeyWrapper {
  const root = extractRoot(key)
  const wrapping = expandKey(root, 'key wrapping')
  const id = `key:${expandKey(root, 'key id').toString('hex', 0, 8)}`
  const bound = (context: string) => Buffer.from(JSON.stringify([id, context]))
  return {
    id,
    source,
    wrap: async (plain, context) => encrypt(wrapping, bound(context), plain),
    unwrap: async (wrapped, context) => decrypt(wrapping, bound(context), wrapped),
  }
}
