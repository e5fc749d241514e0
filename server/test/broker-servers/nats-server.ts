// A real nats-server with JetStream for tests, on loopback, with a folder of its own.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  freePort,
  type ServerProcess,
  skipWithoutProgram,
  startProcess,
  type TestCertificate,
} from '../remote-servers/process-server.ts'

const program = '/usr/sbin/nats-server'

export const skipWithoutNats = skipWithoutProgram(program, 'nats-server', false)

export const natsLogin = { user: 'tester', password: 'pass word' }
/** May publish to nothing but `allowed.>`. */
export const natsNarrowLogin = { user: 'narrow', password: 'pass word' }

export type NatsServerOptions = {
  /** To start it again where it was. */
  port?: number
  tls?: TestCertificate
  /** Lines of its configuration, instead of the two users. */
  authorization?: string
  hasJetStream?: boolean
}

/** Started again on the same folder, it has what it stored. */
export async function startNats(folder: string, options: NatsServerOptions = {}): Promise<ServerProcess> {
  const { port = await freePort(), tls, hasJetStream = true } = options
  const users = [
    `{ user: ${natsLogin.user}, password: "${natsLogin.password}" }`,
    `{ user: ${natsNarrowLogin.user}, password: "${natsNarrowLogin.password}", permissions: { publish: ["allowed.>", "$JS.>"] } }`,
  ]
  const store = join(folder, 'store')
  mkdirSync(store, { recursive: true })
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    'max_payload: 1048576',
    ...(hasJetStream ? [`jetstream { store_dir: "${store}", max_file: 1073741824 }`] : []),
    `authorization { ${options.authorization ?? `users: [${users.join(', ')}]`} }`,
    ...(tls ? [`tls { cert_file: "${tls.certPath}", key_file: "${tls.keyPath}" }`] : []),
  ]
  const config = join(folder, 'nats.conf')
  writeFileSync(config, `${lines.join('\n')}\n`)
  return startProcess(program, ['-c', config], port)
}
