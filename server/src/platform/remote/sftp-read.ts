// The bytes of one file over SFTP. Several reads are under way at a time, since each waits for the line to go there and
// back; their answers are put in order, and short ones completed (draft-ietf-secsh-filexfer-02 §6.4).

import { called, type SftpConnection, silenceTimeoutMsOf } from './sftp-connection.ts'
import { within } from './silence.ts'

const chunkBytes = 32 * 1024
const chunksInFlight = 16
const endOfFile = 1

/** Ends where the file ends. */
export async function* sftpBytes(
  connection: SftpConnection,
  path: string,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { sftp, settings, end } = connection
  const options = { step: 'read' as const, timeoutMs: silenceTimeoutMsOf(settings), signal, stop: end }
  const handle = await within(
    options,
    called<Buffer>((done) => sftp.open(path, 'r', done)),
  )
  try {
    const reads: Promise<Buffer>[] = []
    for (let next = start; ; next += chunkBytes) {
      const read = readWhole(connection, handle, next)
      read.catch(() => {})
      reads.push(read)
      if (reads.length < chunksInFlight) continue
      const chunk = await within(options, reads.shift() as Promise<Buffer>)
      if (chunk.length > 0) yield chunk
      if (chunk.length < chunkBytes) return
    }
  } finally {
    if (connection.isOpen) sftp.close(handle, () => {})
  }
}

/** Short only at the end of the file. */
async function readWhole({ sftp }: SftpConnection, handle: Buffer, position: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  let filled = 0
  while (filled < chunkBytes) {
    const got = await called<number>((done) =>
      sftp.read(handle, chunk, filled, chunkBytes - filled, position + filled, (error, bytes) =>
        (error as { code?: number } | undefined)?.code === endOfFile ? done(null, 0) : done(error, bytes),
      ),
    )
    if (got === 0) break
    filled += got
  }
  return chunk.subarray(0, filled)
}
