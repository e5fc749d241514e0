// One process at a time at a piece of setup, by a file that names its holder. A holder that was killed is noticed.

import { linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

export async function withLock(path, work) {
  const self = holderOf(process.pid)
  for (let waits = 0; !take(path, self); waits++) {
    if (clearStale(path)) continue
    if (waits === 5) console.log('Another start is setting up; waiting for it.')
    await setTimeout(200)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
    try {
      rmdirSync(dirname(path))
    } catch {
      // Something else is in it.
    }
  }
}

/** Written aside, then linked: the file is never seen without its holder's name. */
function take(path, self) {
  const draft = `${path}.${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(draft, self)
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

function clearStale(path) {
  const holder = read(path)
  if (!holder || holder === holderOf(Number(holder.split(' ')[0]))) return false
  // Renamed, then looked at: another start may have cleared it first and hold a new one by now, which goes back.
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
    if (read(aside) !== holder) linkSync(aside, path)
  } catch {
    // Cleared by another start.
  }
  rmSync(aside, { force: true })
  return true
}

/** Number and start time of a live process, so that a reused number is not taken for the old holder; else empty. */
function holderOf(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return ''
  }
  // Linux, proc(5): field 22 is the start time; the name in field 2 may hold spaces.
  const stat = read(`/proc/${pid}/stat`)
  return `${pid} ${stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
