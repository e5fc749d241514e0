// A clock that can be set while programs run by it: libfaketime, which Debian ships. What is monotonic goes on as it was.

import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type SteppedClock = {
  /** For processes that are to go by it. */
  env: Record<string, string>
  aheadS(): number
  /** What it was ahead by at any moment of the last `ms`. */
  aheadsS(ms: number): number[]
  set(aheadS: number): void
  close(): Promise<void>
}

/** Null where there is none. */
export function findFaketime(): string | null {
  const folders = [
    '/usr/lib',
    ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`) : []),
  ]
  return folders.map((folder) => `${folder}/faketime/libfaketime.so.1`).find((path) => existsSync(path)) ?? null
}

export async function steppedClock(library: string): Promise<SteppedClock> {
  const dir = await mkdtemp(join(tmpdir(), 'indaba-clock-'))
  // PostgreSQL may run as another user.
  await chmod(dir, 0o755)
  const file = join(dir, 'ahead')
  let ahead = 0
  let before = { ahead: 0, untilMs: 0 }
  const set = (aheadS: number) => {
    writeFileSync(`${file}.new`, `${aheadS < 0 ? '' : '+'}${aheadS}\n`, { mode: 0o644 })
    renameSync(`${file}.new`, file)
    before = { ahead, untilMs: performance.now() }
    ahead = aheadS
  }
  set(0)
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  }
  const aheadsS = (ms: number) => (performance.now() - before.untilMs < ms ? [before.ahead, ahead] : [ahead])
  return { env, set, aheadS: () => ahead, aheadsS, close: () => rm(dir, { recursive: true, force: true }) }
}
