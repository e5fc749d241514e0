// Where stages keep their files while they work. Each process has a folder of its own, held by a lock that goes with
// the process, so that the next one to start can tell what a killed one has left and remove it.

import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lockFolder } from '../platform/folder-lock.ts'
import { newId } from '../platform/ids.ts'

export type WorkFolder = {
  path: string
  /** A new folder inside; whoever asks removes it. */
  make(prefix: string): Promise<string>
  close(): Promise<void>
}

/** `root` may be shared by several processes of one machine. */
export async function openWorkFolder(root: string): Promise<WorkFolder> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  // One at a time, or one would sweep away what another has made and not locked yet.
  const turn = await lockFolder(root)
  const path = join(root, newId())
  await mkdir(path, { mode: 0o700 })
  const lock = await lockFolder(path)
  await sweep(root)
  turn.release()
  return {
    path,
    make: (prefix) => mkdtemp(join(path, `${prefix}-`)),
    async close() {
      lock.release()
      await rm(path, { recursive: true, force: true })
    },
  }
}

async function sweep(root: string): Promise<void> {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  for (const { name } of folders) {
    const path = join(root, name)
    const lock = await lockFolder(path, 0).catch(() => null)
    if (!lock) continue
    lock.release()
    await rm(path, { recursive: true, force: true })
  }
}
