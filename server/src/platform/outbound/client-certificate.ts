// Whether a certificate and a key that somebody entered will do to prove who we are (mutual TLS), said at the moment of
// entering rather than at the first connection. Where they are kept, and used, is elsewhere.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Problem } from '../problem.ts'
import type { ClientCertificate } from './connection.ts'

export type ReadClientCertificate = ClientCertificate & {
  /** As OpenSSL writes it: `CN=...`, a line for each part. */
  subject: string
  issuer: string
  /** SHA-256, hex pairs with colons. */
  fingerprint: string
  notBefore: Date
  notAfter: Date
}

const sizeBytesMax = 64 * 1024
const certificatesMax = 10
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * `pem`: the certificate, then those between it and its root, if the servers need them. `keyPem`: its private key,
 * without a passphrase. Gives both, trimmed to their PEM, with what there is to show of the first certificate.
 * Throws Problem('invalid', 'client_certificate_invalid') that says what to mend; it never quotes the key.
 */
export function readClientCertificate(pem: string, keyPem: string, now = new Date()): ReadClientCertificate {
  const key = `${keyPem.trim()}\n`
  if (pem.length > sizeBytesMax || key.length > sizeBytesMax) {
    throw invalid(`The certificate and the key may each have at most ${sizeBytesMax / 1024} KiB.`)
  }
  const blocks = pem.match(pemBlock) ?? []
  const [first] = blocks.map(readCertificate)
  if (!first) {
    throw invalid('There is no certificate in it. Send PEM: lines that begin with -----BEGIN CERTIFICATE-----.')
  }
  if (blocks.length > certificatesMax) {
    throw invalid(
      `It holds ${blocks.length} certificates; send the one and those above it, at most ${certificatesMax}.`,
    )
  }
  const { validFromDate: notBefore, validToDate: notAfter } = first
  if (notAfter <= now) throw invalid(`The certificate expired at ${notAfter.toISOString()}. Send one that is valid.`)
  if (notBefore > now) throw invalid(`The certificate is not valid before ${notBefore.toISOString()}.`)
  if (!first.checkPrivateKey(readKey(key))) {
    throw invalid('The key does not belong to the first certificate. Send that key, or put its certificate first.')
  }
  const certificate = `${blocks.join('\n')}\n`
  try {
    createSecureContext({ cert: certificate, key })
  } catch (cause) {
    throw invalid('It cannot be used for TLS: the key is too short, or signed in a way that is no longer safe.', cause)
  }
  return {
    certificate,
    key,
    subject: first.subject,
    issuer: first.issuer,
    fingerprint: first.fingerprint256,
    notBefore,
    notAfter,
  }
}

function readCertificate(block: string, index: number): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch (cause) {
    throw invalid(`Certificate ${index + 1} cannot be read. Send it as the issuer gave it, in PEM.`, cause)
  }
}

function readKey(pem: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    throw invalid('The key is locked with a passphrase. Send it without one: openssl pkey -in key.pem -out open.pem.')
  }
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw invalid('The key cannot be read. Send PEM: lines that begin with -----BEGIN PRIVATE KEY-----.', cause)
  }
}

/** The cause is OpenSSL's own error, which names positions and never holds key material. */
const invalid = (detail: string, cause?: unknown) =>
  new Problem('invalid', 'client_certificate_invalid', `The client certificate cannot be used. ${detail}`, { cause })
