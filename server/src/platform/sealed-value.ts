// The form of a sealed value: header, nonce, ciphertext, tag. Which key it is sealed with is told by its caller.
//
//   "Ind" 01 | version of the data key, 4 bytes, big end first | nonce, 12 | ciphertext | tag, 16
//
// Header and place are authenticated too. Nonces are random: one data key is good for 2^32 values (NIST SP 800-38D §8.3).

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Format 1. What was sealed before there were formats begins with a random nonce: one in 2^32 looks like this. */
export const magic: Buffer = Buffer.from('496e6401', 'hex')
const headerBytes = 8
const nonceBytes = 12
const tagBytes = 16

/** `place`: what the value is bound to, in words of its caller. */
export function sealValue(key: Uint8Array, version: number, place: string, text: string): Buffer {
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeUInt32BE(version, magic.length)
  return Buffer.concat([header, encrypt(key, Buffer.concat([header, Buffer.from(place)]), text)])
}

/** Null: a value of before there were formats. */
export function versionOf(sealed: Uint8Array): number | null {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const isOurs = bytes.length >= headerBytes && bytes.subarray(0, magic.length).equals(magic)
  return isOurs ? bytes.readUInt32BE(magic.length) : null
}

/** @throws when a bit of it, its place or the key is another */
export function openValue(key: Uint8Array, place: string, sealed: Uint8Array): string {
  const header = sealed.subarray(0, headerBytes)
  return decrypt(key, Buffer.concat([header, Buffer.from(place)]), sealed.subarray(headerBytes)).toString()
}

/** Nonce, ciphertext, tag. */
export function encrypt(key: Uint8Array, additional: Uint8Array, plain: string | Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(additional)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** @throws when a bit of it, the additional data or the key is another */
export function decrypt(key: Uint8Array, additional: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new RangeError('too short for a sealed value')
  const nonce = sealed.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(additional)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
}
