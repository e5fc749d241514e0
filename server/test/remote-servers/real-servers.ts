// An FTP and an SFTP server over folders on disk: vsftpd and OpenSSH, or those of this process where they are absent.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startFtpServer } from './ftp-server.ts'
import { startSftpServer } from './sftp-server.ts'
import { skipWithoutSshd, startSshd } from './sshd.ts'
import { skipWithoutVsftpd, startVsftpd } from './vsftpd.ts'

export type DiskServer = {
  name: string
  /** On disk, the folder that the settings open. */
  root: string
  /** As `POST /v1/remote-servers` takes them. */
  settings: object
  close(): Promise<unknown>
}

/** `say` is told why a real one is not used. */
export async function startFtp(folder: string, say: (text: string) => void): Promise<DiskServer> {
  if (!skipWithoutVsftpd) {
    const { root, port, kill } = await startVsftpd(folder)
    return { name: 'vsftpd', root, settings: { protocol: 'ftp', host: '127.0.0.1', port, path: '/files' }, close: kill }
  }
  say(`FTP by a server of this process: ${skipWithoutVsftpd}`)
  const root = join(folder, 'files')
  mkdirSync(root, { recursive: true })
  const { port, close } = await startFtpServer({ root })
  const login = { user_name: 'tester', password: 'pass word' }
  return { name: 'FTP', root, settings: { protocol: 'ftp', host: '127.0.0.1', port, ...login }, close }
}

export async function startSftp(folder: string, say: (text: string) => void): Promise<DiskServer> {
  if (!skipWithoutSshd) {
    const { root, port, kill, user, privateKey, hostKey } = await startSshd(folder)
    const login = { user_name: user, private_key: privateKey, host_key: hostKey, path: root }
    return { name: 'sshd', root, settings: { protocol: 'sftp', host: '127.0.0.1', port, ...login }, close: kill }
  }
  say(`SFTP by a server of this process: ${skipWithoutSshd}`)
  const root = join(folder, 'files')
  mkdirSync(root, { recursive: true })
  const { port, close } = await startSftpServer({ root })
  const login = { user_name: 'tester', password: 'pass word' }
  return { name: 'SFTP', root, settings: { protocol: 'sftp', host: '127.0.0.1', port, ...login }, close }
}
