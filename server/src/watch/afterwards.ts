// What becomes of a file once the server has it: it stays, is moved, or is deleted. Only the very file that was sent.

import { cp, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { type Found, isSame, lookAt } from './folder.ts'

export type Afterwards = { kind: 'leave' } | { kind: 'delete' } | { kind: 'move'; folder: string }

const namesMax = 1000

/**
 * With what belongs to it: its marker and its side-car. Nothing happens when the file has changed since it was sent.
 * @returns in words for people; null when nothing was done
 */
export async function clearAway(
  root: string,
  sent: Found,
  beside: string[],
  afterwards: Afterwards,
): Promise<string | null> {
  if (afterwards.kind === 'leave') return null
  const now = await lookAt(root, sent.path)
  if (!now || !isSame(now, sent)) return null
  for (const path of [...beside, sent.path]) {
    if (afterwards.kind === 'delete') await rm(join(root, path), { force: true })
    else await moveAway(join(root, path), join(afterwards.folder, path))
  }
  return afterwards.kind === 'delete' ? 'deleted' : `moved to ${afterwards.folder}`
}

/** Never over another file: a name that is taken gets a number. Nobody else is expected to write there. */
async function moveAway(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const end = extname(to)
  for (let number = 0; number < namesMax; number++) {
    const target = number === 0 ? to : `${to.slice(0, to.length - end.length)}-${number}${end}`
    if (await isThere(target)) continue
    try {
      return await rename(from, target)
    } catch (err) {
      if ((err as { code?: string }).code === 'EXDEV') return moveToOtherDisk(from, target)
      if ((err as { code?: string }).code === 'ENOENT') return
      throw err
    }
  }
  throw new Error(`${to} and ${namesMax - 1} names after it are taken.`)
}

/** What is deleted here is on the other disk by then. */
async function moveToOtherDisk(from: string, to: string): Promise<void> {
  const draft = `${to}.indaba-part`
  await cp(from, draft, { preserveTimestamps: true })
  const file = await open(draft, 'r+')
  await file.sync().finally(() => file.close())
  await rename(draft, to)
  await rm(from)
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
