// Commands of the program. Each reads the settings once, builds what it needs through app.ts, and says in one line what
// is wrong when it cannot start.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type App, openApp, type Roles } from './app.ts'
import { adminCommands } from './cli/admin.ts'
import { auditCommands } from './cli/audit.ts'
import { keyCommands } from './cli/key.ts'
import { type OperatorCommand, runOperator } from './cli/operator.ts'
import { orgCommands } from './cli/org.ts'
import { secretCommands } from './cli/secrets.ts'
import { type Config, readConfig } from './config.ts'
import { describeConfig } from './config-text.ts'
import { demo } from './demo/demo.ts'
import { startReceiver } from './demo/receiver.ts'
import { runningEmbeddedUrl, startEmbedded } from './platform/db/embedded.ts'
import { migrate } from './platform/db/migrate.ts'
import { openLog } from './platform/log.ts'
import { Problem } from './platform/problem.ts'
import { loadOrMakeSecretFile, loadSecretFile } from './platform/secret-file.ts'

const commands: Record<string, { does: string; run(config: Config): Promise<void> }> = {
  start: {
    does: 'serve and work in one process (the default)',
    run: (config) => run(config, { serve: true, work: true }),
  },
  serve: { does: 'serve HTTP only', run: (config) => run(config, { serve: true, work: false }) },
  work: { does: 'work jobs and deliveries only', run: (config) => run(config, { serve: false, work: true }) },
  demo: { does: 'start, and show a call and a chat going through', run: runDemo },
  migrate: {
    does: 'bring the database to the newest schema and end',
    run: async (config) => {
      const database = await openDatabase(config)
      await database.stop()
    },
  },
  secrets: {
    does: 'secrets rewrap: bring stored secrets under the present key',
    run: (config) => runNoun(config, 'secrets', secretCommands),
  },
  admin: {
    does: 'admin create | operator | reset: the first owner of an organisation, and a way back in',
    run: (config) => runNoun(config, 'admin', adminCommands),
  },
  org: {
    does: 'org create | list: organisations',
    run: (config) => runNoun(config, 'org', orgCommands),
  },
  key: {
    does: 'key create | rotate | revoke | list: API keys',
    run: (config) => runNoun(config, 'key', keyCommands),
  },
  audit: {
    does: 'audit verify | export: who did what, and whether that is as it was written',
    run: (config) => runNoun(config, 'audit', auditCommands),
  },
  watch: {
    does: 'watch DIR --url URL --key-file FILE: send what a recorder writes there to a server',
    // Runs to its end by itself, and ends the process.
    run: async () => (await import('./watch/main.ts')).ended,
  },
  'check-config': {
    does: 'print the effective settings, secrets masked',
    run: async (config) => {
      console.log(describeConfig(config))
      for (const warning of config.warnings) console.error(`Warning: ${warning}`)
    },
  },
}

/** What is shown once the server answers; the demo goes on from here. */
export type Started = { url: string; adminToken: string }

async function runDemo(config: Config): Promise<void> {
  const receiver = await startReceiver()
  const allow = [...config.outbound.allow, `127.0.0.1/32:${receiver.port}`]
  await run({ ...config, outbound: { allow } }, { serve: true, work: true }, (started) =>
    demo(started, receiver).catch((cause) => {
      throw new Problem('upstream', 'demo_failed', `The demo did not get through. ${cause.message}`, { cause })
    }),
  )
  receiver.stop()
}

async function runNoun(config: Config, noun: string, commands: Record<string, OperatorCommand>): Promise<void> {
  await besideServer(config, (databaseUrl) =>
    runOperator({
      config,
      databaseUrl,
      secretKey: ownSecretKey(config),
      noun,
      commands,
      args: process.argv.slice(3),
      print: console.log,
      note: console.error,
    }),
  )
}

/** For commands that work with a running server on the same folder, and without one. */
async function besideServer(config: Config, work: (databaseUrl: string) => Promise<void>): Promise<void> {
  const running = config.database.url ? null : runningEmbeddedUrl(config.data.dir)
  if (running) {
    await migrate(running)
    return work(running)
  }
  const database = await openDatabase(config)
  try {
    await work(database.url)
  } finally {
    await database.stop()
  }
}

async function openDatabase(
  config: Config,
  lost?: (problem: Problem) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.database.url) {
    await migrate(config.database.url)
    return { url: config.database.url, stop: async () => {} }
  }
  const log = { info: (message: string) => console.error(message), warn: (message: string) => console.error(message) }
  const embedded = await startEmbedded({ dataDir: config.data.dir, log, ...(lost ? { lost } : {}) })
  try {
    await migrate(embedded.url)
  } catch (err) {
    await embedded.stop()
    throw err
  }
  return embedded
}

async function run(config: Config, roles: Roles, then?: (started: Started) => Promise<void>): Promise<void> {
  const log = openLog(config.log.level)
  for (const warning of config.warnings) console.error(`Warning: ${warning}`)
  if (config.outbound.allow.length > 0) {
    console.error(`Webhooks and fetches may reach private addresses: ${config.outbound.allow.join(', ')}`)
  }
  const stopping = Promise.withResolvers<string>()
  // A signal to the whole group comes twice, once forwarded by the start script; the second one changes nothing.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.resolve(signal))
  // Who read our output is gone, such as a closed terminal.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.resolve('no reader'))
  // The start script was killed and could forward nothing.
  process.once('disconnect', () => stopping.resolve('disconnect'))
  process.channel?.unref()
  let failure: Problem | undefined
  const database = await openDatabase(config, (problem) => {
    failure = problem
    stopping.resolve('the database was lost')
  })
  let app: App | undefined
  try {
    const { adminToken, secretKey } = ownSecrets(config)
    app = await openApp({ config, databaseUrl: database.url, adminToken, secretKey, roles, log })
    const { port } = await app.start()
    const url = config.http.publicUrl.replace(/:0$/, `:${port}`)
    if (!app.speechEngine.name) console.log(`Calls are taken in but not transcribed: ${app.speechEngine.reason}`)
    const setupLink = roles.serve ? await app.makeSetupLink() : null
    if (setupLink) console.log(`Make the first administrator here (the link works once):\n  ${setupLink}`)
    console.log(roles.serve ? `Indaba is ready at ${url}` : 'Indaba is ready to work')
    await Promise.race([then?.({ url, adminToken }).then(() => stopping.promise), stopping.promise].filter(Boolean))
    if (!failure) console.log('Stopping; this takes up to 10 s while a call is worked on.')
  } finally {
    // Without a database nothing in flight can be brought to an end.
    await app?.stop(failure ? 0 : undefined).catch((err) => log.error({ err }, 'could not stop cleanly'))
    await database.stop()
  }
  if (failure) throw failure
}

/** None is made where a key service takes its place. */
function ownSecretKey({ access, data }: Config): Buffer | null {
  const path = join(data.dir, 'secret-key')
  const isServed = access.kmsUrl && !access.kmsUnwrapsOnly
  const kept = () =>
    isServed ? loadSecretFile(path) : loadOrMakeSecretFile(path, () => randomBytes(32).toString('base64')).value
  const keyText = access.secretKey ?? kept()
  return keyText === null ? null : Buffer.from(keyText, 'base64')
}

function ownSecrets(config: Config): { adminToken: string; secretKey: Buffer | null } {
  const secretKey = ownSecretKey(config)
  if (config.access.adminToken) return { adminToken: config.access.adminToken, secretKey }
  const path = join(config.data.dir, 'admin-token')
  const { value, made } = loadOrMakeSecretFile(path, () => randomBytes(32).toString('hex'))
  if (made) console.log(`The administrator's token, shown this once and kept in ${path}:\n  ${value}`)
  return { adminToken: value, secretKey }
}

async function main(): Promise<void> {
  const name = process.argv[2] ?? 'start'
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const list = Object.entries(commands).map(([one, { does }]) => `  ${one.padEnd(14)}${does}`)
    console.log(`Usage: npm start -- <command>\n\n${list.join('\n')}`)
    process.exitCode = name === 'help' || name === '--help' ? 0 : 2
    return
  }
  await command.run(readConfig())
}

main()
  .catch((err) => {
    if (err instanceof Problem) console.error(err.detail)
    else console.error(err)
    process.exitCode = 1
  })
  // What is written to a terminal that was closed stays pending and would keep the process.
  .finally(() => setTimeout(() => process.exit(), 1000).unref())
