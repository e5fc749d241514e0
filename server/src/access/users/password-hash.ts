// Password hashes: argon2id as a PHC string. So few are made at once that a flood of sign-ins cannot take the machine.

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Problem } from '../../platform/problem.ts'

// OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. About 20 ms.
const memoryKiB = 19_456
const passes = 2
const parallelism = 1
const saltBytes = 16
const hashBytes = 32

/** Two of the four threads that Node has for files and cryptography. */
const atOnceMax = 2
/** About a second of work; who comes then is asked to come again. */
const waitingMax = 64

/** In characters. Longer ones are refused before they are worked on. */
export const passwordCharsMax = 128

const derive = promisify(argon2)
const waiting: (() => void)[] = []
let working = 0

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await work(password, salt, { memory: memoryKiB, passes, parallelism })
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`
}

/** Without a hash to compare with, it takes as long and is false: nobody learns by the clock which accounts exist. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (password.length > passwordCharsMax) return false
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(stored ?? '')
  if (!parts) {
    await work(password, Buffer.alloc(saltBytes), { memory: memoryKiB, passes, parallelism })
    return false
  }
  const [memory, times, lanes] = parts.slice(1, 4).map(Number) as [number, number, number]
  const [salt, wanted] = parts.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer]
  const hash = await work(password, salt, { memory, passes: times, parallelism: lanes }, wanted.length)
  return timingSafeEqual(hash, wanted)
}

async function work(
  password: string,
  nonce: Buffer,
  cost: { memory: number; passes: number; parallelism: number },
  tagLength = hashBytes,
): Promise<Buffer> {
  if (working >= atOnceMax) {
    if (waiting.length >= waitingMax) {
      const detail = 'Too many people sign in at this moment. Try again in a second.'
      throw new Problem('unavailable', 'sign_in_busy', detail, { retryAfterS: 1 })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else working++
  try {
    // The same characters, however a keyboard composes them (NIST SP 800-63B §3.1.1.2).
    return await derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...cost })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else working--
  }
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
