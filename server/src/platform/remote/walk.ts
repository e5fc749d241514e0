// Goes through a folder and the folders below it, whatever the protocol, within limits: of depth, names and time.
// One folder is listed at a time; what is kept in memory are the folders still to come.

import { type ListOptions, RemoteFailure, type RemoteFile } from './folder.ts'
import { joinPath, nameFault, quote } from './names.ts'

/** One line of one folder's listing. `link` and `other` are never followed: they may lead anywhere, and in circles. */
export type Entry = {
  name: string
  kind: 'file' | 'folder' | 'link' | 'other'
  sizeBytes: number
  modifiedAt: Date | null
}

/** Lists one folder; `path` is relative, '' the folder itself. */
export type ListFolder = (path: string, signal: AbortSignal) => AsyncIterable<Entry>

export const filesMaxDefault = 1_000_000
const listTimeoutMsDefault = 10 * 60_000
const warningsMax = 100

/** What a listing must not exceed, counted as it comes. */
export function listingLimits(options: ListOptions) {
  const { filesMax = filesMaxDefault, timeoutMs = listTimeoutMsDefault } = options
  let names = 0
  let warnings = 0
  return {
    count() {
      names += 1
      if (names <= filesMax) return
      throw new RemoteFailure(
        'list',
        `The folder holds more than ${filesMax.toLocaleString('en')} files. Move old ones away, or name a folder further down.`,
        { isPermanent: true },
      )
    },
    warn(detail: string) {
      warnings += 1
      if (warnings <= warningsMax) options.onWarning?.(detail)
      if (warnings === warningsMax + 1) options.onWarning?.('More was left out, which is not told one by one.')
    },
    deadline: AbortSignal.timeout(timeoutMs),
    late: () =>
      new RemoteFailure('list', `The listing took longer than ${timeoutMs / 1000} s. Name a folder with fewer files.`),
  }
}

export async function* walk(listFolder: ListFolder, options: ListOptions): AsyncGenerator<RemoteFile> {
  const limits = listingLimits(options)
  const signal = AbortSignal.any([options.signal, limits.deadline])
  let level = ['']
  try {
    for (let depth = 0; level.length > 0; depth++) {
      const below: string[] = []
      for (const folder of level) {
        try {
          for await (const entry of listFolder(folder, signal)) {
            signal.throwIfAborted()
            limits.count()
            const file = readEntry(folder, entry, limits.warn)
            if (file && entry.kind === 'file') yield file
            else if (file && depth < options.depthMax) below.push(file.path)
          }
        } catch (error) {
          // A folder below that is closed to us, or gone by now, must not keep us from the others.
          const isLocal = error instanceof RemoteFailure && error.isPermanent && error.step === 'directory'
          if (folder === '' || !isLocal) throw error
          limits.warn(`The folder ${quote(folder)} was left out: ${error.detail}`)
        }
      }
      level = below
    }
  } catch (error) {
    if (limits.deadline.aborted && !options.signal.aborted) throw limits.late()
    throw error
  }
}

/** The file or folder that an entry stands for; null, and a word of warning, when it is left out. */
function readEntry(folder: string, entry: Entry, warn: (detail: string) => void): RemoteFile | null {
  const fault = nameFault(entry.name)
  const path = joinPath(folder, entry.name)
  if (fault) warn(`${quote(entry.name)} in ${quote(folder || '.')} was left out: its name ${fault}.`)
  else if (entry.kind === 'other') warn(`${quote(path)} was left out: it is neither a file nor a folder.`)
  else if (entry.kind === 'link') warn(`${quote(path)} was left out: it is a link.`)
  else if (entry.kind === 'file' && !Number.isSafeInteger(entry.sizeBytes))
    warn(`${quote(path)} was left out: it has no size.`)
  else if (entry.kind === 'file' || entry.kind === 'folder') {
    return { path, sizeBytes: entry.sizeBytes, modifiedAt: entry.modifiedAt }
  }
  return null
}
