// One program at a time on a data folder. The lock is one that the kernel holds for the process (SQLite's exclusive
// lock on an empty file), so it is gone with the process, however that ended: there is no stale lock and no reused pid.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { Problem } from './problem.ts'

/** Keeps the open locks from being collected, which would let them go. */
const held = new Set<DatabaseSync>()

/**
 * Takes the lock of `folder`, which must exist; waits up to `waitMs` for a program that is just stopping.
 * Throws a Problem (conflict) that names the process which has it.
 */
export async function lockFolder(folder: string, waitMs = 5000): Promise<{ release(): void }> {
  const lock = openLock(folder)
  const deadline = Date.now() + waitMs
  while (!taken(lock, folder)) {
    if (Date.now() >= deadline) {
      lock.close()
      throw inUse(folder)
    }
    await setTimeout(100)
  }
  held.add(lock)
  writeFileSync(pidFile(folder), `${process.pid}\n`)
  return {
    release() {
      if (held.delete(lock)) lock.close()
    },
  }
}

const pidFile = (folder: string) => join(folder, 'indaba.pid')

function openLock(folder: string): DatabaseSync {
  try {
    const path = join(folder, 'indaba.lock')
    const lock = new DatabaseSync(path, { timeout: 0 })
    chmodSync(path, 0o600) // who may read it may lock it
    return lock
  } catch (cause) {
    throw unusable(folder, cause)
  }
}

function taken(lock: DatabaseSync, folder: string): boolean {
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // in memory: a full disk does not hinder the lock
    return true
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode === 5) return false // SQLITE_BUSY
    lock.close()
    throw unusable(folder, cause)
  }
}

function inUse(folder: string): Problem {
  let by = ''
  try {
    by = ` (process ${readFileSync(pidFile(folder), 'utf8').trim()})`
  } catch {}
  const detail = `Another Indaba${by} uses the data folder ${folder}. Stop it, or give this one a folder of its own with INDABA_DATA_DIR.`
  return new Problem('conflict', 'data_folder_in_use', detail)
}

function unusable(path: string, cause: unknown): Problem {
  const detail = `The data folder ${path} cannot be locked. Start as the user who owns it, or set INDABA_DATA_DIR to a folder on a local disk.`
  return new Problem('unavailable', 'data_folder_unusable', detail, { cause })
}
