// One folder for all who fetch from a server at the same time, so that its limits of connections and speed hold for them
// together, and a file does not wait for a login of its own.

import type { RemoteFolder } from '../../platform/remote/folder.ts'

/** Each who asks closes what it was given; the last one closes the folder itself. */
export type SharedFolders = (key: string, open: () => Promise<RemoteFolder>) => Promise<RemoteFolder>

export function sharedFolders(): SharedFolders {
  const folders = new Map<string, { opening: Promise<RemoteFolder>; users: number }>()

  return async (key, open) => {
    const one = folders.get(key) ?? { opening: open(), users: 0 }
    folders.set(key, one)
    one.users += 1
    let isClosed = false
    const close = async () => {
      if (isClosed) return
      isClosed = true
      one.users -= 1
      if (one.users > 0) return
      folders.delete(key)
      await (await one.opening).close()
    }
    try {
      return { ...(await one.opening), close }
    } catch (err) {
      await close().catch(() => undefined)
      throw err
    }
  }
}
