// A key service that speaks what Vault's transit engine speaks, for one mount `transit`: encrypt and decrypt with
// associated data. Its keys are made at first use, as Vault does for a token that may create them.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type VaultState = 'ready' | 'sealed' | 'garbage' | 'silent'

export type FakeVault = {
  url: string
  token: string
  /** Requests of each verb that were answered in state `ready`. */
  asked: { encrypt: number; decrypt: number }
  become(state: VaultState): void
  /** Refuses connections until `listen`. */
  close(): Promise<void>
  listen(): Promise<void>
}

export async function startVault(): Promise<FakeVault> {
  const token = `hvs.${randomBytes(12).toString('hex')}`
  const keys = new Map<string, Buffer>()
  const asked = { encrypt: 0, decrypt: 0 }
  let state: VaultState = 'ready'
  let port = 0

  const newServer = () =>
    createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (state === 'silent') return
      if (state === 'garbage') return void response.writeHead(200).end('<html>Sign in</html>')
      if (state === 'sealed') return void answer(503, { errors: ['Vault is sealed'] })
      if (request.headers['x-vault-token'] !== token) return void answer(403, { errors: ['permission denied'] })
      const [, verb, name] = /^\/v1\/transit\/(encrypt|decrypt)\/([\w.-]+)$/.exec(request.url ?? '') ?? []
      if (request.method !== 'POST' || !verb || !name) return void answer(404, { errors: [] })
      try {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
        const data = verb === 'encrypt' ? encrypt(keyOf(name), body) : decrypt(keyOf(name), body)
        asked[verb as 'encrypt' | 'decrypt']++
        answer(200, { request_id: 'x', lease_duration: 0, renewable: false, data })
      } catch {
        answer(400, { errors: ['cipher: message authentication failed'] })
      }
    })
  const keyOf = (name: string) => keys.get(name) ?? (keys.set(name, randomBytes(32)).get(name) as Buffer)

  let server = newServer()
  const vault: FakeVault = {
    url: '',
    token,
    asked,
    become: (next) => {
      state = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    async listen() {
      server = newServer()
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
      vault.url = `http://127.0.0.1:${port}/v1/transit`
    },
  }
  await vault.listen()
  return vault
}

const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64')

function encrypt(key: Buffer, { plaintext, associated_data }: Record<string, string>) {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bytes(associated_data))
  const sealed = Buffer.concat([nonce, cipher.update(bytes(plaintext)), cipher.final(), cipher.getAuthTag()])
  return { ciphertext: `vault:v1:${sealed.toString('base64')}`, key_version: 1 }
}

function decrypt(key: Buffer, { ciphertext, associated_data }: Record<string, string>) {
  const [, text] = /^vault:v1:(.+)$/.exec(ciphertext ?? '') ?? []
  const sealed = bytes(text)
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(bytes(associated_data))
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
  return { plaintext: plain.toString('base64') }
}
