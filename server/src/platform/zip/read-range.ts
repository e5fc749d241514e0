// A range of a RandomAccess as one buffer. For what is small: headers and lists.

import type { RandomAccess } from './shapes.ts'

/** `lengthBytes` bytes from `start` on, all of them: a RandomAccess that gives fewer has failed, not the archive. */
export async function readRange(
  bytes: RandomAccess,
  start: number,
  lengthBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted()
  const content = Buffer.allocUnsafe(lengthBytes)
  if (lengthBytes === 0) return content
  let filledBytes = 0
  for await (const chunk of await bytes.read(start, start + lengthBytes - 1, signal)) {
    chunk.copy(content, filledBytes)
    filledBytes += chunk.length
    if (filledBytes > lengthBytes) break
  }
  if (filledBytes !== lengthBytes)
    throw new Error(`${filledBytes} bytes came where ${lengthBytes} were asked for, from byte ${start}`)
  return content
}
