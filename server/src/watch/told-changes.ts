// What the system tells of changes in a folder, so that a new file is noticed at once. Some systems tell late, wrongly, or
// nothing at all (folders on other machines): whoever listens looks through the folder now and then, too.

import { relative, sep } from 'node:path'
import { watch } from 'chokidar'
import type { Wanted } from './folder.ts'

export function toldChanges(input: {
  root: string
  depthMax: number
  wanted: Wanted
  /** Folders too are asked for by their path. */
  isIgnored: (path: string) => boolean
  onChange(path: string): void
  onFailure(why: string): void
}): { close(): Promise<void> } {
  const { root, depthMax, wanted, isIgnored } = input
  const inside = (path: string) => relative(root, path).split(sep).join('/')
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    depth: depthMax,
    ignored: (path, stats) => {
      const name = inside(path)
      return name !== '' && (isIgnored(name) || (stats?.isFile() === true && !wanted(name)))
    },
  })
  const changed = (path: string) => {
    const name = inside(path)
    if (name !== '' && wanted(name)) input.onChange(name)
  }
  watcher.on('add', changed).on('change', changed)
  watcher.on('error', (err) => input.onFailure((err as Error).message))
  return { close: () => watcher.close() }
}
