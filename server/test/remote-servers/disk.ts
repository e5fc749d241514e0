// The disk behind a server under test: puts files there and reads them back, past the server.

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ServerUnderTest } from '../../src/platform/remote/conformance.ts'

/** `isEverybodys`: the server works as another user, who may write everywhere and may be kept from reading. */
export function diskOf(root: string, isEverybodys: boolean): Pick<ServerUnderTest, 'put' | 'read' | 'closeFolder'> {
  const makeFolder = async (path: string) => {
    if (path.length < root.length) return
    const first = await mkdir(path, { recursive: true })
    if (!isEverybodys || !first) return
    for (let at = path; at.length >= first.length; at = dirname(at)) await chmod(at, 0o777)
  }
  return {
    async put(path, content, isForbidden = false) {
      const full = join(root, path)
      await makeFolder(dirname(full))
      await writeFile(full, content)
      if (isForbidden) await chmod(full, 0o600)
    },
    read: (path) => readFile(join(root, path)),
    closeFolder: isEverybodys
      ? async (path) => {
          await makeFolder(join(root, path))
          await chmod(join(root, path), 0o700)
        }
      : null,
  }
}
