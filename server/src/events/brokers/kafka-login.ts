// How Kafka's library logs in, without what a hostile broker could do by it: have a password hashed for hours
// on one of the process's few worker threads, or have it done again and again.

import { AuthenticationError, type Connection, type SASLOptions, saslPlain, saslScramSha } from '@platformatic/kafka'
import type { KafkaSettings } from './settings.ts'

/** Kafka's own default is 4096; RFC 7677 asks for 4096 at least. */
const iterationsMax = 100_000
/** A broker says itself how soon it wants the next login (KIP-368). */
const loginPauseMsMin = 10_000

export function kafkaLogin({ user, mechanism }: KafkaSettings, password: string): SASLOptions | undefined {
  if (user === null || mechanism === null) return undefined
  const lastAt = new WeakMap<Connection, number>()
  return {
    mechanism: mechanisms[mechanism],
    ...{ username: user, password },
    authenticate(_mechanism, connection, api, _user, _password, _token, callback) {
      const pauseMs = performance.now() - (lastAt.get(connection) ?? Number.NEGATIVE_INFINITY)
      lastAt.set(connection, performance.now())
      if (pauseMs < loginPauseMsMin) {
        callback(new AuthenticationError('The broker wants logins too often.'), undefined as never)
      } else if (mechanism === 'plain') saslPlain.authenticate(api, connection, user, password, callback)
      else {
        const algorithm = mechanism === 'scram-sha-256' ? 'SHA-256' : 'SHA-512'
        saslScramSha.authenticate(api, connection, algorithm, user, password, cappedCrypto, callback)
      }
    },
  }
}

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

const cappedCrypto: typeof saslScramSha.defaultCrypto = {
  ...saslScramSha.defaultCrypto,
  async hi(definition, password, salt, iterations) {
    if (!(iterations <= iterationsMax)) {
      throw new AuthenticationError(`The broker wants the password hashed more than ${iterationsMax} times.`)
    }
    return saslScramSha.defaultCrypto.hi(definition, password, salt, iterations)
  },
}
