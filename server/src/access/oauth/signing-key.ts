// The installation's signing key as the OAuth library takes it: it signs, and never leaves.

import { KeyObject, webcrypto } from 'node:crypto'
import type { ExternalSigningKey, JWK } from 'oidc-provider'
import { algorithm, type SigningKeys } from '../tokens/signing-keys.ts'

/** @param Base the library's class; it is loaded when OAuth is first used */
export async function externalKey(
  Base: typeof ExternalSigningKey,
  keys: SigningKeys,
): Promise<{ kid: string; key: JWK }> {
  const { kid, key } = await keys.signer()
  const verifier = KeyObject.from((await keys.verifier(kid)) as webcrypto.CryptoKey)
  // The library recognises its own class alone.
  class InstallationKey extends Base {
    override get kid() {
      return kid
    }
    override get alg() {
      return algorithm
    }
    override keyObject() {
      return verifier
    }
    override async sign(data: Uint8Array<ArrayBuffer>) {
      const signature = await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', key as webcrypto.CryptoKey, data)
      return new Uint8Array(signature)
    }
  }
  return { kid, key: new InstallationKey() as unknown as JWK }
}
