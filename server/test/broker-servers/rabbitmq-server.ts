// A real RabbitMQ for tests, on loopback, with its own folder, node name, cookie and epmd. Debian's own script runs as its
// own user in its own folder; the program below it runs as anybody, anywhere.

import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import {
  freePort,
  type ServerProcess,
  skipWithoutProgram,
  startProcess,
  type TestCertificate,
} from '../remote-servers/process-server.ts'

const programs = '/usr/lib/rabbitmq/bin'
const [program, epmd] = [join(programs, 'rabbitmq-server'), '/usr/bin/epmd']

export const skipWithoutRabbitmq =
  skipWithoutProgram(program, 'rabbitmq-server', false) || skipWithoutProgram(epmd, 'erlang-base', false)

export const rabbitmqLogin = { user: 'tester', password: 'pass word' }

export type RabbitmqServer = ServerProcess & {
  tlsPort: number
  /** Runs rabbitmqctl; takes a second or two. */
  control(...args: string[]): Promise<string>
}

/** It starts in six seconds on a quiet machine. */
const startTimeoutMs = 60_000

/** Started again on the same folder and ports, it has what it stored. */
export async function startRabbitmq(
  folder: string,
  options: { port?: number; tlsPort?: number; tls?: TestCertificate } = {},
): Promise<RabbitmqServer> {
  const { port = await freePort(), tlsPort = await freePort() } = options
  const [epmdPort, distributionPort] = [await freePort(), await freePort()]
  const at = (name: string) => join(folder, name)
  for (const name of ['home', 'store', 'log']) mkdirSync(at(name), { recursive: true })
  // Where the cookie is made.
  chmodSync(at('home'), 0o700)
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `default_user = ${rabbitmqLogin.user}`,
    `default_pass = ${rabbitmqLogin.password}`,
    // Tests share a disk that may be nearly full.
    'disk_free_limit.absolute = 1MB',
    ...(options.tls
      ? [
          `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
          `ssl_options.certfile = ${options.tls.certPath}`,
          `ssl_options.keyfile = ${options.tls.keyPath}`,
        ]
      : []),
  ]
  writeFileSync(at('rabbitmq.conf'), `${lines.join('\n')}\n`)
  writeFileSync(at('plugins'), '[].\n')
  writeFileSync(at('rabbitmq-env.conf'), '')
  const env = {
    PATH: process.env.PATH,
    HOME: at('home'),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'indaba@localhost',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: at('rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: at('advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_MNESIA_BASE: at('store'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_FEATURE_FLAGS_FILE: at('feature-flags'),
  }
  // RabbitMQ would start one that nobody ends.
  const names = await startProcess(epmd, ['-port', String(epmdPort), '-address', '127.0.0.1'], epmdPort, { env })
  try {
    // Its port for TLS is the last that it opens.
    const last = options.tls ? tlsPort : port
    const server = await startProcess(program, [], last, { env, startTimeoutMs })
    return {
      ...{ port, tlsPort },
      async kill() {
        await server.kill()
        await names.kill()
      },
      async control(...args) {
        const node = ['-q', '-n', 'indaba@localhost', ...args]
        const { stdout } = await promisify(execFile)(join(programs, 'rabbitmqctl'), node, { env })
        return stdout
      },
    }
  } catch (error) {
    await names.kill()
    throw error
  }
}
