// Runs the example programs of clients/ as a customer would: as processes of their own, with what they need to know in
// their environment and arguments.

import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Customer, Harness, Json } from '../harness.ts'

const run = promisify(execFile)

export const clientsDir = join(import.meta.dirname, 'clients')

const pythons = ['/usr/bin/python3', 'python3']

/** A Python that has the module, or null. */
export function findPython(module: 'requests' | 'flask'): string | null {
  return pythons.find((program) => succeeds(program, ['-c', `import ${module}`])) ?? null
}

/** For node:test's `skip` option: false when it can run, else the printed reason. */
export const skipWithoutPython = (module: 'requests' | 'flask'): string | false =>
  findPython(module) ? false : `no Python with ${module} here (Debian: python3-${module})`

export const skipWithoutCurl = (): string | false => (succeeds('curl', ['--version']) ? false : 'no curl here')

function succeeds(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What the example printed, which is JSON. `prefix` is `/v1` or nothing. */
export async function runExample<T = Json>(
  name: string,
  to: { harness: Harness; customer: Customer; prefix?: string },
  args: string[],
): Promise<T> {
  const python = findPython('requests')
  if (!python) throw new Error('no Python with requests here')
  const { stdout } = await run(python, [join(clientsDir, name), ...args], {
    env: {
      PATH: process.env.PATH,
      BASE_URL: `${to.harness.url}${to.prefix ?? ''}`,
      API_KEY: to.customer.key,
      ORG_ID: to.customer.orgId,
    },
    timeout: 30_000,
  })
  return JSON.parse(stdout) as T
}
