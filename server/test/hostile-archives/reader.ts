// A program that opens the archives in the files it is given and reads all that can be read of them, and then prints how
// far its memory grew over that: a process of its own, so that nothing else grows in it.

import { existsSync, readFileSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { defaultArchiveLimits, openArchive } from '../../src/platform/zip/archive.ts'
import { onDisk } from './on-disk.ts'

const signal = new AbortController().signal

async function readAll(path: string): Promise<number> {
  const archive = await openArchive(onDisk(path), defaultArchiveLimits, signal).catch(() => null)
  let refusals = archive ? 0 : 1
  for (const entry of archive?.entries ?? []) {
    const content = await archive?.open(entry, signal).catch(() => null)
    await (content ? finished(content.resume()) : Promise.reject()).catch(() => refusals++)
  }
  return refusals
}

const status = '/proc/self/status'

/** VmHWM where there is one: maxRSS begins with what the parent had. */
function peakBytes(): number {
  const kibibytes = existsSync(status) ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] : undefined
  return Number(kibibytes ?? process.resourceUsage().maxRSS) * 1024
}

const beforeBytes = peakBytes()
let refusals = 0
for (const path of process.argv.slice(2)) refusals += await readAll(path)
console.log(JSON.stringify({ refusals, growthBytes: peakBytes() - beforeBytes }))
