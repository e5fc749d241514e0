// Figure: how long it takes, and how much memory, to list a remote folder of 100,000 files, over FTP and over SFTP. The
// servers are vsftpd and OpenSSH, or our tests' own where these are absent; the listing runs in a process of its own.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { RemoteFolder } from '../server/src/platform/remote/folder.ts'
import { ftpFolder } from '../server/src/platform/remote/ftp.ts'
import { sftpFolder } from '../server/src/platform/remote/sftp.ts'
import { startFtpServer } from '../server/test/remote-servers/ftp-server.ts'
import { temporaryFolder } from '../server/test/remote-servers/process-server.ts'
import { startSftpServer } from '../server/test/remote-servers/sftp-server.ts'
import { skipWithoutSshd, startSshd } from '../server/test/remote-servers/sshd.ts'
import { skipWithoutVsftpd, startVsftpd } from '../server/test/remote-servers/vsftpd.ts'
import { report, round } from './figure.ts'

const files = 100_000
const goal = { ms: 30_000, mib: 128 }

type Login = { port: number; user: string; path: string; password?: string; privateKey?: string }
type Served = { name: string; root: string; protocol: 'ftp' | 'sftp'; login: Login; stop(): Promise<unknown> }
type Listed = { count: number; ms: number; beforeMiB: number; peakMiB: number }

async function serveFtp(folder: string): Promise<Served> {
  const protocol = 'ftp'
  if (skipWithoutVsftpd) {
    const { port, close } = await startFtpServer({ root: folder })
    const login = { port, user: 'tester', password: 'pass word', path: '/' }
    return { name: 'FTP (our own server)', protocol, root: folder, login, stop: close }
  }
  const { port, root, kill } = await startVsftpd(folder)
  const login = { port, user: 'anonymous', password: 'guest', path: '/files' }
  return { name: 'FTP (vsftpd)', protocol, root, login, stop: kill }
}

async function serveSftp(folder: string): Promise<Served> {
  const protocol = 'sftp'
  if (skipWithoutSshd) {
    const { port, close } = await startSftpServer({ root: folder })
    const login = { port, user: 'tester', password: 'pass word', path: '/' }
    return { name: 'SFTP (our own server)', protocol, root: folder, login, stop: close }
  }
  const { port, root, user, privateKey, kill } = await startSshd(folder)
  return { name: 'SFTP (OpenSSH)', protocol, root, login: { port, user, privateKey, path: root }, stop: kill }
}

function open(protocol: string, login: Login): RemoteFolder {
  const server = { host: 'localhost', gate: async () => ['127.0.0.1'], ...login }
  if (protocol === 'sftp') return sftpFolder({ ...server, hostKey: null })
  return ftpFolder({ ...server, password: login.password ?? '', security: 'none' })
}

const nowMiB = () => process.memoryUsage.rss() / 2 ** 20

async function list(folder: RemoteFolder): Promise<Listed> {
  const beforeMiB = nowMiB()
  let peakMiB = beforeMiB
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, nowMiB())
  }, 2)
  const startedAt = performance.now()
  let count = 0
  for await (const file of folder.list({ depthMax: 0, signal: AbortSignal.timeout(120_000) })) {
    if (file.path.endsWith('.wav')) count += 1
  }
  const ms = performance.now() - startedAt
  clearInterval(timer)
  await folder.close()
  return { count, ms, beforeMiB, peakMiB }
}

async function measure(serve: (folder: string) => Promise<Served>): Promise<void> {
  const { path, remove } = temporaryFolder()
  const { name, protocol, root, login, stop } = await serve(path)
  try {
    for (let index = 0; index < files; index++) {
      writeFileSync(`${root}/2026-11-21_agent-${index % 50}_call-${String(index).padStart(7, '0')}.wav`, '')
    }
    const child = fork(import.meta.filename, [protocol, JSON.stringify(login)])
    const [listed] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the listing ended with ${code}`))),
    ])) as [Listed]
    const { count, ms, beforeMiB, peakMiB } = listed
    if (count !== files) throw new Error(`${count} of ${files} files were listed`)
    const figure = `Listing of a remote folder, ${name}`
    const speed = `${files.toLocaleString('en')} files, ${round((files / ms) * 1000)} a second.`
    report({ name: `${figure}: time`, value: ms, goal: { atMost: goal.ms }, unit: 'ms', from: speed })
    const grownMiB = peakMiB - beforeMiB
    const from = `From ${round(beforeMiB)} MiB to ${round(peakMiB)} MiB.`
    report({ name: `${figure}: memory growth`, value: grownMiB, goal: { atMost: goal.mib }, unit: 'MiB', from })
  } finally {
    await stop()
    await remove()
  }
}

const [protocol, login = ''] = process.argv.slice(2)
if (protocol) {
  await delay(200)
  process.send?.(await list(open(protocol, JSON.parse(login))))
} else {
  await measure(serveFtp)
  await measure(serveSftp)
}
