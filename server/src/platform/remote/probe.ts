// Tries a folder step by step, and stops at the first that fails: what a Test button shows.

import { randomUUID } from 'node:crypto'
import { type OnStep, RemoteFailure, type RemoteFile, type RemoteFolder, type Step, steps } from './folder.ts'
import { quote } from './names.ts'

/** `fingerprint` where a certificate or host key was seen that may be pinned. */
export type ProbeStep = { step: Step; ok: boolean; detail: string; fingerprint?: string }

/** So many files are counted; the test is about whether it works, not how many there are. */
const countMax = 1000

/**
 * `open` makes the folder with this `onStep`. `isWritten`: also make and remove a small file. Steps that the protocol does
 * not have are absent; the last is the one that failed, if any did. Never throws, but for an abort and our own mistakes.
 */
export async function probe(
  open: (onStep: OnStep) => RemoteFolder,
  options: { isWritten: boolean; signal: AbortSignal },
): Promise<ProbeStep[]> {
  const done = new Map<Step, ProbeStep>()
  // Connections are made again for later steps; what is told first stays.
  const tell: OnStep = (step, detail) => done.has(step) || done.set(step, { step, ok: true, detail })
  try {
    const folder = open(tell)
    try {
      const file = await tryList(folder, tell, options.signal)
      await tryRead(folder, file, tell, options.signal)
      if (options.isWritten) await tryWrite(folder, tell, options.signal)
    } finally {
      await folder.close()
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (!(error instanceof RemoteFailure)) throw error
    const { step, detail, fingerprint } = error
    done.set(step, { step, ok: false, detail, ...(fingerprint ? { fingerprint } : {}) })
  }
  return [...done.values()].toSorted((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step))
}

async function tryList(folder: RemoteFolder, tell: OnStep, signal: AbortSignal): Promise<RemoteFile | null> {
  let count = 0
  let first: RemoteFile | null = null
  for await (const file of folder.list({ depthMax: 0, signal })) {
    first ??= file
    count += 1
    if (count === countMax) break
  }
  tell('list', count === countMax ? `${countMax} files and more.` : `${count} ${count === 1 ? 'file' : 'files'}.`)
  return first
}

async function tryRead(
  folder: RemoteFolder,
  file: RemoteFile | null,
  tell: OnStep,
  signal: AbortSignal,
): Promise<void> {
  if (!file) return tell('read', 'There is no file in the folder, so reading was not tried.')
  const stream = await folder.open(file.path, { signal })
  // The first bytes have come by now, or the file has none.
  stream.on('error', () => {}).destroy()
  tell('read', `${quote(file.path)} can be read.`)
}

async function tryWrite(folder: RemoteFolder, tell: OnStep, signal: AbortSignal): Promise<void> {
  const name = `indaba-test-${randomUUID()}.txt`
  await folder.create(name, Buffer.from('A test whether this folder may be written to. It can be deleted.\n'), signal)
  const moved = await folder.move(name, `moved-${name}`, signal)
  await folder.remove(moved, signal)
  tell('write', 'A small file was made, renamed and removed.')
}
