// Starts a server of Debian's on a free port of loopback, waits until it listens, and ends it: for vsftpd and sshd.

import { execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type ServerProcess = {
  port: number
  /** Ends it at once, connections included, and waits until it is gone. */
  kill(): Promise<void>
}

export const isRoot = userInfo().uid === 0

/** For node:test's `skip`: false, or why it cannot run here. */
export function skipWithoutProgram(path: string, debianPackage: string, needsRoot: boolean): false | string {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return `${path} is absent (apt-get install ${debianPackage})`
  }
  return needsRoot && !isRoot ? `${path} can only be started by root` : false
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

export async function startProcess(
  program: string,
  args: string[],
  port: number,
  { env, startTimeoutMs = 10_000 }: { env?: NodeJS.ProcessEnv; startTimeoutMs?: number } = {},
): Promise<ServerProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(env && { env }) })
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (data) => {
      said = (said + data).slice(-2000)
    })
  }
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  const kill = async () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) {
      // Each connection has a process of its own, which would outlive its parent.
      killWithDescendants(child.pid)
    }
    await gone
    // The script that started it may be gone before the server is.
    while (await isListening(port)) await delay(10)
  }
  process.once('exit', () => child.pid && child.exitCode === null && killWithDescendants(child.pid))
  const until = Date.now() + startTimeoutMs
  while (!(await isListening(port))) {
    if (child.exitCode !== null || Date.now() > until) {
      await kill()
      throw new Error(`${program} did not start: ${said}`)
    }
    await delay(30)
  }
  return { port, kill }
}

function killWithDescendants(pid: number): void {
  for (const one of [pid, ...descendantsOf(pid)]) killQuietly(one)
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

/** By Linux's /proc; elsewhere none are found, and they end with their connections. */
function descendantsOf(pid: number): number[] {
  const children = (parent: number): string[] => {
    try {
      return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean)
    } catch {
      return []
    }
  }
  return children(pid).flatMap((child) => [Number(child), ...descendantsOf(Number(child))])
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

export function temporaryFolder(): { path: string; remove(): Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'indaba-remote-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export type TestCertificate = { keyPath: string; certPath: string }

/** A self-signed certificate for localhost and 127.0.0.1, unless said otherwise. */
export function makeCertificate(
  folder: string,
  { name = 'localhost', isExpired = false }: { name?: string; isExpired?: boolean } = {},
): TestCertificate {
  const [keyPath, certPath] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath]
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  if (isExpired) {
    openssl('req', ...key, '-out', `${certPath}.request`, ...subject)
    const signing = ['-in', `${certPath}.request`, '-signkey', keyPath, '-days', '-1', '-copy_extensions', 'copy']
    openssl('x509', '-req', ...signing, '-out', certPath)
  } else openssl('req', '-x509', ...key, '-out', certPath, '-days', '2', ...subject)
  return { keyPath, certPath }
}
