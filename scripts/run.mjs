// The one entry of every npm script. Runs under whatever Node the machine has, without dependencies: sets up what is
// missing, then hands over to the Node that the packages bring.

import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import process from 'node:process'
import { runChild } from './setup/child.mjs'
import { ensureSpeechEngine, ensureTestTools } from './setup/debian.mjs'
import { memoryOptions } from './setup/memory.mjs'
import { ensurePackages, nodeProgram } from './setup/packages.mjs'
import { ensureWeb } from './setup/web.mjs'

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const main = 'server/src/main.ts'
/** Small enough to run beside a recorder: it loads none of the server. */
const watcher = 'server/src/watch/main.ts'
const testFiles = ['server/src', 'server/test', 'scripts', 'bench', 'fault', 'web/src', 'web/test'].map(
  (folder) => `${folder}/**/*.test.ts`,
)
const testOptions = [
  '--test',
  '--test-global-setup=server/test/global-setup.ts',
  '--test-reporter=spec',
  '--test-concurrency=2',
  '--test-timeout=1200000', // of one file, in ms: nothing hangs for ever
]

const [command = 'start', ...args] = process.argv.slice(2)

try {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node ${process.versions.node} is too old; use 20.19 or newer.`)
  await ensurePackages(root)
  const wanted = command === 'start' ? (args[0] ?? 'start') : command
  if (['start', 'demo', 'dev', 'work'].includes(wanted)) await ensureSpeechEngine(root, process.env)
  if (['start', 'demo', 'dev', 'serve'].includes(wanted) || showsPages()) await ensureWeb(root)
  if (['test', 'bench', 'fault'].includes(command)) await ensureTestTools(root)
  process.exitCode = await run()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function run() {
  switch (command) {
    case 'start':
      // `npm start -- check-config` reaches every command of the program.
      return node(...memoryOptions, args[0] === 'watch' ? watcher : main, ...(args.length ? args : ['start']))
    case 'dev':
      return node('--watch', ...memoryOptions, main, 'start', ...args)
    case 'test':
      return test()
    case 'bench':
    case 'fault':
      return node(`${command}/run.ts`, ...args)
    case 'generate':
    case 'check':
      return node(`scripts/${command}.ts`, ...args)
    default:
      return node(...memoryOptions, main, command, ...args)
  }
}

/** Tests and benches that open a browser name the dashboard in their path. */
function showsPages() {
  const paths = args.filter((arg) => !arg.startsWith('-'))
  return ['test', 'bench'].includes(command) && (paths.length === 0 || paths.some((path) => path.includes('web')))
}

async function test() {
  const paths = args.filter((arg) => !arg.startsWith('-'))
  const options = args.filter((arg) => arg.startsWith('-'))
  let checked = 0
  if (!args.length && existsSync(resolve(root, 'scripts/check.ts'))) {
    checked = await node('scripts/check.ts')
    console.log(checked ? 'The check failed (see above); the tests run all the same.\n' : '')
  }
  const tested = await node(...testOptions, ...options, ...(paths.length ? paths : testFiles))
  return tested || checked
}

function node(...nodeArgs) {
  const PATH = [resolve(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  return runChild(nodeProgram(root), nodeArgs, { cwd: root, env: { ...process.env, PATH } })
}
