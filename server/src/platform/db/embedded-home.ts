// Where the embedded database lives and as which user it runs. PostgreSQL refuses to run as root, so a start by root
// needs another account, and a folder that this account can enter. Starts by anyone else need neither.

import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../problem.ts'
import type { EmbeddedLog } from './embedded.ts'

/** Null: run as we are. */
export type Account = { uid: number; gid: number } | null

const run = promisify(execFile)

/** The home holds the cluster in `postgres`, its log, and the programs where they had to be copied. */
export async function findHome(dataDir: string, log: EmbeddedLog): Promise<{ home: string; account: Account }> {
  const home = rememberedHome(dataDir) ?? dataDir
  const owner = ownerOf(join(home, 'postgres', 'PG_VERSION'))
  if (!owner && home !== dataDir)
    throw problem(
      `The database of ${dataDir} was kept in ${home} and is not there. Bring it back, or delete ${locationFile(dataDir)} to begin with an empty one.`,
    )
  const self = process.getuid?.()
  if (self !== 0) {
    if (owner && self !== undefined && owner.uid !== self)
      throw problem(
        `The database in ${home} belongs to the user with id ${owner.uid}, and this is ${self}. Start as that user or as root.`,
      )
    return { home, account: null }
  }
  const account = owner && owner.uid !== 0 ? owner : await findAccount(log)
  if (await canEnter(account, home)) return { home, account }
  // Ours, and nobody else's: the account's group may pass through, which opens it to no other user.
  if (home === dataDir) {
    const { uid, mode } = statSync(dataDir)
    chownSync(dataDir, uid, account.gid)
    chmodSync(dataDir, (mode & 0o777) | 0o010)
    if (await canEnter(account, dataDir)) return { home, account }
  }
  if (owner)
    throw problem(
      `The database in ${home} runs as the user with id ${account.uid}, who cannot enter that folder. Let others pass through the folders above it (chmod o+x), or start as another user than root.`,
    )
  return { home: await homeElsewhere(dataDir, account, log), account }
}

/** The folder that an earlier start chose because the data folder could not be entered, or null. */
export function rememberedHome(dataDir: string): string | null {
  const path = locationFile(dataDir)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null
}

const locationFile = (dataDir: string) => join(dataDir, 'postgres-location')

function ownerOf(path: string): { uid: number; gid: number } | null {
  try {
    const { uid, gid } = statSync(path)
    return { uid, gid }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw problem(`The database at ${path} cannot be read. Start as the user who owns it, or as root.`, cause)
  }
}

async function homeElsewhere(dataDir: string, account: NonNullable<Account>, log: EmbeddedLog): Promise<string> {
  try {
    mkdirSync('/var/lib/indaba', { recursive: true, mode: 0o755 })
    const home = mkdtempSync('/var/lib/indaba/')
    chmodSync(home, 0o711)
    if (!(await canEnter(account, home))) throw new Error(`${home} cannot be entered either`)
    writeFileSync(locationFile(dataDir), `${home}\n`, { flush: true })
    log.info(`PostgreSQL does not run as root, and other users cannot enter ${dataDir}: its database is in ${home}.`)
    return home
  } catch (cause) {
    throw problem(
      `PostgreSQL does not run as root, and other users cannot enter ${dataDir}. Set INDABA_DATA_DIR to a folder that they can pass through (such as /srv/indaba), start as another user, or set DATABASE_URL.`,
      cause,
    )
  }
}

/** A system user of its own where one can be made, so that no other program's user can touch the database. */
async function findAccount(log: EmbeddedLog): Promise<NonNullable<Account>> {
  const own = await lookUp('indaba')
  if (own) return own
  const traits = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false']
  await run('useradd', [...traits, 'indaba']).catch(() => {})
  const made = await lookUp('indaba')
  if (made) log.info('PostgreSQL does not run as root: made the system user indaba for it.')
  const account = made ?? (await lookUp('postgres')) ?? (await lookUp('nobody'))
  if (account) return account
  throw problem(
    'PostgreSQL does not run as root, and there is no other user. Start as another user, or set DATABASE_URL.',
  )
}

async function lookUp(name: string): Promise<Account> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (what) => Number((await run('id', [what, name])).stdout)),
    )
    return uid && gid ? { uid, gid } : null
  } catch {
    return null
  }
}

/** Tried for real, as the account: modes alone do not tell of access lists, mounts and sandboxes. */
async function canEnter(account: NonNullable<Account>, folder: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/' })
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPERM')
      throw problem(
        'PostgreSQL does not run as root, and this root may not act as another user. Set DATABASE_URL.',
        cause,
      )
    return false
  }
}

const problem = (detail: string, cause?: unknown) =>
  new Problem('unavailable', 'embedded_database_home', detail, { cause })
