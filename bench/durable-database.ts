// The database of a measurement: a new PostgreSQL that waits for the disk at every commit, as in production.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startEmbedded } from '../server/src/platform/db/embedded.ts'
import { rememberedHome } from '../server/src/platform/db/embedded-home.ts'
import { migrate } from '../server/src/platform/db/migrate.ts'

// Not the system's folder for temporary files: where that is memory, nothing waits for a disk.
const parent = resolve(import.meta.dirname, '../tmp')

/** `dir` is a new folder on the disk, gone with the database. */
export async function durableDatabase(): Promise<{
  url: string
  adminUrl: string
  dir: string
  stop(): Promise<void>
}> {
  await mkdir(parent, { recursive: true })
  const dir = await mkdtemp(join(parent, 'bench-'))
  const database = await startEmbedded({ dataDir: dir, log: { info() {}, warn: console.error }, durable: true })
  await migrate(database.url)
  return {
    url: database.url,
    adminUrl: database.adminUrl,
    dir,
    async stop() {
      await database.stop()
      const home = rememberedHome(dir)
      for (const one of home ? [home, dir] : [dir]) await rm(one, { recursive: true, force: true })
    },
  }
}
