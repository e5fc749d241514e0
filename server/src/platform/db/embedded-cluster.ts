// The files of the embedded database: made once, whole or not at all, with a password that only they hold.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../problem.ts'
import type { EmbeddedLog } from './embedded.ts'
import type { Account } from './embedded-home.ts'
import { type Programs, programEnv } from './embedded-programs.ts'

/** The cluster's folder, `<home>/postgres`; made where it is absent. */
export async function makeCluster(input: {
  home: string
  account: Account
  programs: Programs
  durable: boolean
  log: EmbeddedLog
}): Promise<string> {
  const { home, account, programs, durable, log } = input
  const cluster = join(home, 'postgres')
  if (existsSync(join(cluster, 'PG_VERSION'))) return cluster
  log.info(`Making the database in ${cluster}`)
  // Made aside and renamed at the end, so that a start which is cut short leaves nothing half made; under a name of its
  // own, because the setup of a killed predecessor may still be at work on the last one.
  const drafts = `${cluster}.new-`
  for (const path of readdirSync(home)) if (join(home, path).startsWith(drafts)) discard(join(home, path))
  const draft = mkdtempSync(drafts)
  const passwordDraft = `${draft}-password`
  writeFileSync(passwordDraft, randomBytes(32).toString('hex'), { mode: 0o600 })
  if (account) for (const path of [draft, passwordDraft]) chownSync(path, account.uid, account.gid)
  try {
    const options = [
      `--pgdata=${draft}`,
      `--pwfile=${passwordDraft}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin', // letters of every script, the same on every machine
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]
    await promisify(execFile)(programs.initdb, options, { ...account, cwd: '/', env: programEnv })
    renameSync(passwordDraft, passwordFile(draft))
    renameSync(draft, cluster)
    return cluster
  } catch (cause) {
    discard(draft)
    discard(passwordDraft)
    const said = (cause as { stderr?: string }).stderr || (cause as Error).message
    const detail = `The database could not be made in ${cluster}. Its setup said: ${reasonIn(said)}`
    throw new Problem('unavailable', 'embedded_database', detail, { cause })
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Still being written to; the next start finds it again.
  }
}

/** Inside the cluster, so that neither is ever without the other. */
const passwordFile = (cluster: string) => join(cluster, 'indaba-password')

/** The superuser's. */
export function passwordOf(cluster: string): string {
  try {
    return readFileSync(passwordFile(cluster), 'utf8').trim()
  } catch (cause) {
    const detail = `The database's password file ${passwordFile(cluster)} cannot be read. Bring it back from a copy.`
    throw new Problem('unavailable', 'embedded_database', detail, { cause })
  }
}

/** What a log gives as the reason, or else its last words; on one line, for people. */
export function reasonIn(log: string): string {
  const lines = log.split('\n').map((line) => line.replace(/^[\d-]+ [\d:.]+ UTC \[\d+\] /, '').trim())
  const reasons = lines.filter((line) => /FATAL|PANIC|ERROR|DETAIL|HINT|error:/.test(line))
  const told = new Set(reasons.length ? reasons : lines.filter(Boolean))
  return [...told].slice(-4).join(' / ') || 'nothing'
}
