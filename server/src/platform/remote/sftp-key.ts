// Private keys as people have them, in a form that the SSH client reads: it knows OpenSSH's own, PKCS#1 and SEC 1; what
// OpenSSL writes today (PKCS#8, RFC 5958) is rewritten here.

import { createPrivateKey } from 'node:crypto'
import ssh2 from 'ssh2'
import { RemoteFailure } from './folder.ts'

/** Throws where the key or its passphrase is wrong; the words hold neither. */
export function readPrivateKey(text: string, passphrase: string | null): { privateKey: string; passphrase?: string } {
  const key = `${text.trim().replaceAll('\r\n', '\n')}\n`
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(key)) return { privateKey: rewritten(key, passphrase) }
  const parsed = ssh2.utils.parseKey(key.trimEnd(), passphrase ?? undefined)
  const found = Array.isArray(parsed) ? parsed[0] : parsed
  if (found instanceof Error || !found?.isPrivateKey()) {
    throw unreadable(found instanceof Error ? found : null, passphrase)
  }
  return { privateKey: key.trimEnd(), ...(passphrase ? { passphrase } : {}) }
}

function rewritten(key: string, passphrase: string | null): string {
  try {
    const read = createPrivateKey({ key, ...(passphrase ? { passphrase } : {}) })
    if (read.asymmetricKeyType === 'rsa') return String(read.export({ type: 'pkcs1', format: 'pem' })).trimEnd()
    if (read.asymmetricKeyType === 'ec') return String(read.export({ type: 'sec1', format: 'pem' })).trimEnd()
    if (read.asymmetricKeyType === 'ed25519') return openSshOf(read.export({ format: 'jwk' }))
  } catch (error) {
    throw unreadable(error as Error, passphrase, key.includes('ENCRYPTED'))
  }
  throw unreadable(null, passphrase)
}

/** OpenSSH's PROTOCOL.key: one Ed25519 key, not encrypted. */
function openSshOf(jwk: { x?: string; d?: string }): string {
  const publicBytes = Buffer.from(jwk.x ?? '', 'base64url')
  const string = (data: string | Buffer) => {
    const bytes = Buffer.from(data as string)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  const number = (value: number) => Buffer.from([0, 0, 0, value])
  const type = string('ssh-ed25519')
  const secret = [
    ...[number(1), number(1), type, string(publicBytes)],
    ...[string(Buffer.concat([Buffer.from(jwk.d ?? '', 'base64url'), publicBytes])), string('')],
  ]
  const size = secret.reduce((sum, part) => sum + part.length, 0)
  const padding = Buffer.from(Array.from({ length: (8 - (size % 8)) % 8 }, (_, index) => index + 1))
  const body = Buffer.concat([
    ...[Buffer.from('openssh-key-v1\0'), string('none'), string('none'), string(''), number(1)],
    ...[string(Buffer.concat([type, string(publicBytes)])), string(Buffer.concat([...secret, padding]))],
  ])
  const lines = body.toString('base64').replace(/.{70}(?=.)/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----`
}

function unreadable(error: Error | null, passphrase: string | null, isLocked = false): RemoteFailure {
  const isEncrypted = isLocked || /passphrase|encrypted|decrypt|integrity/i.test(error?.message ?? '')
  const detail = !isEncrypted
    ? 'The private key cannot be read. Use a key in OpenSSH or PEM form, whole, with its first and last line.'
    : passphrase
      ? 'The passphrase does not open the private key.'
      : 'The private key is encrypted: its passphrase is needed.'
  return new RemoteFailure('login', detail, { isPermanent: true, cause: error })
}
