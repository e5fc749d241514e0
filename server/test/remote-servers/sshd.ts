// A real OpenSSH server for tests, which does SFTP and nothing else, for one key.

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort, isRoot, type ServerProcess, skipWithoutProgram, startProcess } from './process-server.ts'

const program = '/usr/sbin/sshd'

export const skipWithoutSshd = skipWithoutProgram(program, 'openssh-server', false)

export type Sshd = ServerProcess & { root: string; user: string; privateKey: string; hostKey: string }

/** Started again on the same folder, it has the same host key. `port` to start it again where it was. */
export async function startSshd(folder: string, options: { port?: number } = {}): Promise<Sshd> {
  const port = options.port ?? (await freePort())
  const root = join(folder, 'files')
  mkdirSync(root, { recursive: true })
  chmodSync(folder, 0o755)
  chmodSync(root, 0o777)
  if (isRoot) mkdirSync('/run/sshd', { recursive: true })
  const [hostKeyPath, keyPath] = [join(folder, 'host_key'), join(folder, 'user_key')]
  for (const path of [hostKeyPath, keyPath]) if (!existsSync(path)) makeKey(path)
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${keyPath}.pub`))
  // Somebody who may not read everything, so that missing rights can be tested.
  const user = isRoot ? 'nobody' : userInfo().username
  const config = join(folder, 'sshd_config')
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKeyPath}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
    ...['Subsystem sftp internal-sftp', 'ForceCommand internal-sftp', 'AllowTcpForwarding no', 'PermitTTY no'],
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const server = await startProcess(program, ['-D', '-e', '-f', config], port)
  return { ...server, root, user, privateKey: readFileSync(keyPath, 'utf8'), hostKey: fingerprintOfFile(hostKeyPath) }
}

/** `format`: what ssh-keygen calls it; its own where absent. */
export function makeKey(path: string, { type = 'ed25519', passphrase = '', format = '' } = {}): void {
  const args = ['-q', '-t', type, '-N', passphrase, '-f', path, ...(format ? ['-m', format] : [])]
  execFileSync('ssh-keygen', args, { stdio: 'ignore' })
}

export function fingerprintOfFile(path: string): string {
  return execFileSync('ssh-keygen', ['-l', '-f', path], { encoding: 'utf8' }).split(' ')[1] ?? ''
}
