// Whether one path lies in another, by their words alone: links are for whoever asks to follow first.

import { isAbsolute, relative } from 'node:path'

/** In the folder, however deep, or the folder itself. Both absolute. */
export function isInFolder(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}
