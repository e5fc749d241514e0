// The database that comes with Indaba: a PostgreSQL of its own, kept in the data folder, for those who bring none.
// Owns its whole life, from the first start to the stop. What is in it belongs to the migrations.

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { lockFolder } from '../folder-lock.ts'
import { Problem } from '../problem.ts'
import { appRole } from './db.ts'
import { makeCluster, passwordOf } from './embedded-cluster.ts'
import { findHome, rememberedHome } from './embedded-home.ts'
import { type Postmaster, portOf, startPostmaster, stopLeftover } from './embedded-postmaster.ts'
import { findPrograms } from './embedded-programs.ts'

export type EmbeddedLog = { info(message: string): void; warn(message: string): void }

export type Embedded = {
  /** As the role `indaba`, which owns the database and is bound by row-level security. */
  url: string
  /** As the superuser, for making databases; nothing that serves requests uses it. */
  adminUrl: string
  /** Ends every connection, writes all to disk, waits until the database is gone. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts the database below `dataDir` (absolute), made first where there is none, and answers when it takes connections.
 * A database that an earlier, killed Indaba left running is stopped first. `durable: false` is for tests alone.
 * `lost` is called when the database ends by itself. Throws a Problem with what PostgreSQL said last.
 */
export async function startEmbedded(input: {
  dataDir: string
  log: EmbeddedLog
  durable?: boolean
  lost?: (problem: Problem) => void
}): Promise<Embedded> {
  const { dataDir, log, durable = true, lost = () => {} } = input
  makeDataFolder(dataDir)
  const lock = await lockFolder(dataDir)
  let postmaster: Postmaster | undefined
  try {
    const { home, account } = await findHome(dataDir, log)
    const programs = await findPrograms(home, account)
    const cluster = await makeCluster({ home, account, programs, durable, log })
    await stopLeftover(cluster, log)
    postmaster = await startPostmaster({ cluster, home, account, programs, durable, log, lost })
    const urls = urlsOf(postmaster.port, passwordOf(cluster))
    await prepare(urls)
    let stopping: Promise<void> | undefined
    const running = postmaster
    return {
      ...urls,
      stop() {
        stopping ??= running.stop().finally(() => lock.release())
        return stopping
      },
    }
  } catch (problem) {
    await postmaster?.stop()
    lock.release()
    throw problem
  }
}

/** The address of the database that a running Indaba has started from this data folder, or null. */
export function runningEmbeddedUrl(dataDir: string): string | null {
  const cluster = join(rememberedHome(dataDir) ?? dataDir, 'postgres')
  const port = portOf(cluster)
  return port ? urlsOf(port, passwordOf(cluster)).url : null
}

function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code
    const detail = `The data folder ${dataDir} cannot be made (${why}). Set INDABA_DATA_DIR to a folder that this user may write.`
    throw new Problem('unavailable', 'data_folder_unusable', detail, { cause })
  }
}

/** The role's password follows from the superuser's, which cannot be told from it. */
function urlsOf(port: number, password: string): { url: string; adminUrl: string } {
  const rolePassword = createHash('sha256').update(`role indaba ${password}`).digest('hex')
  return {
    url: `postgres://indaba:${rolePassword}@127.0.0.1:${port}/indaba`,
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
  }
}

async function prepare({ url, adminUrl }: { url: string; adminUrl: string }): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  try {
    await client.connect()
    const has = async (query: string) => (await client.query(query)).rows.length > 0
    if (!(await has(`select 1 from pg_roles where rolname = 'indaba'`)))
      await client.query(`create role indaba login password ${client.escapeLiteral(new URL(url).password)}`)
    if (!(await has(`select 1 from pg_roles where rolname = '${appRole}'`))) {
      await client.query(`create role ${appRole}`)
      await client.query(`grant ${appRole} to indaba`)
    }
    if (!(await has(`select 1 from pg_database where datname = 'indaba'`)))
      await client.query('create database indaba owner indaba')
  } catch (cause) {
    const detail = `The embedded database started but does not let Indaba in: ${(cause as Error).message}.`
    throw new Problem('unavailable', 'embedded_database', detail, { cause })
  } finally {
    await client.end().catch(() => {})
  }
}
