// A Redis of our own that writes every change to its file, as Debian ships it; its folder and port are its own too.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

export type RedisServer = { port: number; pid: number; stop(): Promise<void> }

/** `always`: each command is on the disk before it is answered; `everysec`: within a second. */
export type Fsync = 'always' | 'everysec'

/** Null where there is no `redis-server`. */
export async function startRedis(dir: string, fsync: Fsync): Promise<RedisServer | null> {
  await mkdir(dir, { recursive: true })
  const port = await freePort()
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: fsync,
    save: '',
    // As BullMQ asks for.
    'maxmemory-policy': 'noeviction',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const started = await Promise.race([
    once(child, 'spawn').then(() => true),
    once(child, 'error').then(() => false),
  ]).catch(() => false)
  if (!started) return null
  const ended = once(child, 'exit')
  await answering(port, child)
  return {
    port,
    pid: child.pid as number,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  await Promise.race([
    redis.ping(),
    once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended'))),
    delay(10_000, undefined, { ref: false }).then(() => Promise.reject(new Error('redis-server does not answer'))),
  ]).finally(() => redis.disconnect())
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
