// A folder that is mounted on this machine, as if it were a remote one. Nothing outside its root is ever read, moved or
// removed: links are not followed in listings, and what a path really leads to is looked at before it is touched.

import { constants } from 'node:fs'
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  opendir,
  realpath,
  rename,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type OnStep, RemoteFailure, type RemoteFile, type RemoteFolder, type Step } from './folder.ts'
import { checkFolderPath, checkPath, foldersTo, freePath, parentOf, quote } from './names.ts'
import { steadyRead } from './steady-read.ts'
import { type Entry, walk } from './walk.ts'

/** `root` is what the operator opened; `path` is relative to it, and nothing outside `root` is ever touched. */
export type LocalSettings = { root: string; path: string; onStep?: OnStep }

const chunkBytes = 64 * 1024

export function localFolder(settings: LocalSettings): RemoteFolder {
  /** The folder itself, with all links resolved; looked at each time, since mounts come and go. */
  const base = async (): Promise<string> => {
    const { root, path, onStep } = settings
    const real = await realpath(root).catch((error) => {
      throw new RemoteFailure('directory', 'The mounted folder is not there.', { cause: error })
    })
    const found = await realpath(join(real, checkFolderPath(path))).catch((error) => {
      throw localFailure(error, 'directory', path)
    })
    if (!isWithin(real, found)) throw outside(path)
    onStep?.('directory', `The folder ${quote(path || '.')} is there.`)
    return found
  }

  /** Where a path of the folder lies; its parent folder exists, and is inside. */
  const locate = async (path: string, step: Step): Promise<string> => {
    const folder = await base()
    const full = join(folder, ...checkPath(path).split('/'))
    const parent = await realpath(join(folder, ...parentOf(path).split('/'))).catch((error) => {
      throw localFailure(error, step, path)
    })
    if (!isWithin(folder, parent)) throw outside(path)
    return join(parent, full.slice(full.lastIndexOf(sep) + 1))
  }

  async function* listFolder(path: string): AsyncGenerator<Entry> {
    try {
      const folder = path === '' ? await base() : await locate(path, 'directory')
      // It may have become a link since its parent was listed.
      if ((await realpath(folder)) !== folder) throw outside(path)
      for await (const found of await opendir(folder, { bufferSize: 256 })) {
        const kind = found.isFile()
          ? 'file'
          : found.isDirectory()
            ? 'folder'
            : found.isSymbolicLink()
              ? 'link'
              : 'other'
        const facts = kind === 'file' ? await lstat(join(folder, found.name)).catch(ifThere) : null
        // Gone since it was listed.
        if (kind === 'file' && !facts) continue
        yield { name: found.name, kind, sizeBytes: facts?.size ?? 0, modifiedAt: facts?.mtime ?? null }
      }
    } catch (error) {
      throw localFailure(error, 'directory', path)
    }
  }

  const statAt = async (path: string) => {
    try {
      return await lstat(await locate(path, 'read'))
    } catch (error) {
      if (isAbsent(error) || isAbsent((error as RemoteFailure).cause)) return null
      throw localFailure(error, 'read', path)
    }
  }

  const stat = async (path: string): Promise<RemoteFile | null> => {
    const found = await statAt(path)
    return found?.isFile() ? { path, sizeBytes: found.size, modifiedAt: found.mtime } : null
  }

  async function* readFrom(path: string, start: number): AsyncGenerator<Buffer> {
    let file: FileHandle | null = null
    try {
      const full = await locate(path, 'read')
      // Neither through a link nor into a pipe, whatever took the file's place meanwhile.
      file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      const [opened, named] = [await file.stat(), await lstat(await locate(path, 'read'))]
      if (!opened.isFile() || opened.ino !== named.ino || opened.dev !== named.dev) throw outside(path)
      for (let position = start; ; ) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
        position += bytesRead
      }
    } catch (error) {
      throw localFailure(error, 'read', path)
    } finally {
      await file?.close()
    }
  }

  const orFailure = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw localFailure(error, 'write', path)
    }
  }

  return {
    list: (options) => walk(listFolder, options),

    stat: async (path, signal) => {
      signal.throwIfAborted()
      return stat(path)
    },

    open: async (path, { start = 0, signal }) =>
      steadyRead({ ...{ path: checkPath(path), start, signal, stat, readFrom }, bandwidth: async () => {} }),

    move: (path, to, signal) =>
      orFailure(path, async () => {
        signal.throwIfAborted()
        const from = await locate(path, 'write')
        for (const folder of foldersTo(checkPath(to))) await mkdir(await locate(folder, 'write')).catch(unlessThere)
        for (;;) {
          const free = await freePath(to, async (tried) => (await statAt(tried)) !== null)
          if (await moveTo(from, await locate(free, 'write'))) return free
        }
      }),

    remove: (path, signal) =>
      orFailure(path, async () => {
        signal.throwIfAborted()
        if (await statAt(path)) await unlink(await locate(path, 'write')).catch(ifThere)
      }),

    create: (path, content, signal) =>
      orFailure(path, async () => {
        signal.throwIfAborted()
        await writeFile(await locate(path, 'write'), content, { flag: 'wx' })
      }),

    close: async () => {},
  }
}

/** A second name, then the first away: unlike a rename, this never overwrites. False: the name was taken meanwhile. */
async function moveTo(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // Shares of Windows and some other mounts have no second names.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error
    await rename(from, to)
    return true
  }
  await unlink(from)
  return true
}

const isWithin = (folder: string, path: string) =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

const outside = (path: string) =>
  new RemoteFailure('directory', `${quote(path)} leads out of the mounted folder.`, { isPermanent: true })

const isAbsent = (error: unknown) =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')

function ifThere(error: unknown): null {
  if (isAbsent(error)) return null
  throw error
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

const words: Record<string, string> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'it is no folder',
  EACCES: 'this program may not do that',
  EPERM: 'this program may not do that',
  EROFS: 'it is mounted for reading only',
  ELOOP: 'it is a link',
  EEXIST: 'the name is taken',
}

function localFailure(error: unknown, step: Step, path: string): RemoteFailure {
  if (error instanceof RemoteFailure) return error
  const { code = '' } = error as NodeJS.ErrnoException
  const detail = `${quote(path || '.')}: ${words[code] ?? `it cannot be used (${code || 'unknown'})`}.`
  return new RemoteFailure(step, detail, { isPermanent: code in words, cause: error })
}
