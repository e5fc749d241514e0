// The server's side of Kafka's logins: PLAIN (RFC 4616) and SCRAM-SHA-512 (RFC 5802), for one user.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

export type SaslLogin = { user: string; password: string }

/** Answers each message of the client; null: refused. `isDone` after the last one. */
export type SaslDialogue = { answer(message: Buffer): Buffer | null; isDone(): boolean }

export function saslDialogue(mechanism: string, login: SaslLogin, iterations: number): SaslDialogue {
  return mechanism === 'PLAIN' ? plain(login) : scram(login, iterations)
}

function plain({ user, password }: SaslLogin): SaslDialogue {
  let isDone = false
  return {
    answer(message) {
      isDone = message.toString() === `\0${user}\0${password}`
      return isDone ? Buffer.alloc(0) : null
    },
    isDone: () => isDone,
  }
}

function scram({ user, password }: SaslLogin, iterations: number): SaslDialogue {
  const salt = randomBytes(16)
  const hmac = (key: Buffer, text: string) => createHmac('sha512', key).update(text).digest()
  let clientFirst = ''
  let serverFirst = ''
  let isDone = false
  return {
    answer(message) {
      const text = message.toString()
      if (serverFirst === '') {
        clientFirst = text.replace(/^n,,/, '')
        const [, name, nonce] = /^n=([^,]*),r=(.*)$/.exec(clientFirst) ?? []
        serverFirst = `r=${nonce}${randomBytes(12).toString('base64url')},s=${salt.toString('base64')},i=${iterations}`
        return name === user ? Buffer.from(serverFirst) : null
      }
      const [, withoutProof = '', proof = ''] = /^(.*),p=(.*)$/.exec(text) ?? []
      const salted = pbkdf2Sync(password, salt, iterations, 64, 'sha512')
      const storedKey = createHash('sha512').update(hmac(salted, 'Client Key')).digest()
      const all = `${clientFirst},${serverFirst},${withoutProof}`
      const signature = hmac(storedKey, all)
      const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ (signature[index] ?? 0))
      isDone = createHash('sha512').update(clientKey).digest().equals(storedKey)
      return isDone ? Buffer.from(`v=${hmac(hmac(salted, 'Server Key'), all).toString('base64')}`) : null
    },
    isDone: () => isDone,
  }
}
