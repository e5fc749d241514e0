// How much more memory a server needs while 1 GiB comes in, by each of the two doors that take recordings: the peak of
// its process (Linux counts it) above what it needed after a first, small upload.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { durableDatabase } from './durable-database.ts'
import { report, round, skip } from './figure.ts'
import { type Program, startProgram } from './program.ts'

const mib = 2 ** 20
const growthMiBMax = 64

export type UploadMemory = { path: string; grownMiB: number; beforeMiB: number; seconds: number }

/** null where the system does not tell the peak of a process. `dir` takes the recordings. */
export async function measureUploadMemory(input: {
  databaseUrl: string
  dir: string
  sizeBytes: number
}): Promise<UploadMemory[] | null> {
  if (process.platform !== 'linux') return null
  const server = await startProgram({ command: 'serve', ...input })
  try {
    const results: UploadMemory[] = []
    for (const path of ['/api/process-call', '/uploads']) {
      await upload(server, path, mib)
      await delay(500)
      await writeFile(`/proc/${server.pid}/clear_refs`, '5')
      const beforeMiB = (await memoryOf(server.pid)).nowMiB
      const startedAt = performance.now()
      await upload(server, path, input.sizeBytes)
      const seconds = (performance.now() - startedAt) / 1000
      const { peakMiB } = await memoryOf(server.pid)
      results.push({ path, grownMiB: peakMiB - beforeMiB, beforeMiB, seconds })
    }
    return results
  } finally {
    await server.stop()
  }
}

async function memoryOf(pid: number): Promise<{ nowMiB: number; peakMiB: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { nowMiB: read('VmRSS'), peakMiB: read('VmHWM') }
}

/** A file of zeros, made as it goes; `/uploads` gets the fields of a ticket before it. */
async function upload({ url, key }: Program, path: string, sizeBytes: number): Promise<void> {
  const headers = { 'x-api-key': key }
  const boundary = randomUUID()
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  let fields = field('caller_number', '+27110000000')
  if (path === '/uploads') {
    const answer = await fetch(`${url}/asr/async/upload/vela`, { method: 'POST', headers })
    const ticket = (await answer.json()) as { fields: Record<string, string> }
    fields = Object.entries(ticket.fields)
      .map(([name, value]) => field(name, value))
      .join('')
  }
  const head = `${fields}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="call.wav"\r\nContent-Type: audio/wav\r\n\r\n`
  const end = `\r\n--${boundary}--\r\n`
  const chunk = Buffer.alloc(256 * 1024)
  // Its first bytes differ, so that no two uploads are the same recording.
  const first = Buffer.concat([Buffer.from(randomUUID()), chunk]).subarray(0, chunk.length)
  function* body() {
    yield Buffer.from(head)
    yield first
    for (let sent = chunk.length; sent < sizeBytes; sent += chunk.length) yield chunk
    yield Buffer.from(end)
  }
  const out = request(`${url}${path}`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': Buffer.byteLength(head) + sizeBytes + Buffer.byteLength(end),
    },
  })
  const answered = once(out, 'response')
  await pipeline(Readable.from(body()), out)
  const [answer] = await answered
  const text = (await answer.toArray()).join('')
  if (answer.statusCode !== 200 && answer.statusCode !== 204)
    throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
}

if (import.meta.main) {
  const database = await durableDatabase()
  try {
    const results = await measureUploadMemory({ databaseUrl: database.url, dir: database.dir, sizeBytes: 1024 * mib })
    if (!results) skip('Memory for an upload of 1 GiB', 'this system does not tell the peak of a process')
    for (const { path, grownMiB, beforeMiB, seconds } of results ?? []) {
      report({
        name: `Memory for an upload of 1 GiB to ${path}`,
        value: grownMiB,
        goal: { atMost: growthMiBMax },
        unit: 'MiB',
        from: `${round(beforeMiB)} MiB before, ${round(1024 / seconds)} MiB per second.`,
      })
    }
  } finally {
    await database.stop()
  }
}
