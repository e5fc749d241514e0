// A real vsftpd for tests: anonymous (as the user `ftp`, whom its package makes), with the right to write in a folder of
// its own; plain or over TLS.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  freePort,
  type ServerProcess,
  skipWithoutProgram,
  startProcess,
  type TestCertificate,
} from './process-server.ts'

const program = '/usr/sbin/vsftpd'

export const skipWithoutVsftpd = skipWithoutProgram(program, 'vsftpd', true)

/** `root` is what the login sees as `/files`, since vsftpd wants an unwritable `/`; `port` to start it where it was. */
export async function startVsftpd(
  folder: string,
  options: { tls?: TestCertificate & { isImplicit: boolean }; port?: number } = {},
): Promise<ServerProcess & { root: string }> {
  const port = options.port ?? (await freePort())
  const [root, empty] = [join(folder, 'jail/files'), join(folder, 'empty')]
  for (const path of [root, empty]) mkdirSync(path, { recursive: true })
  chmodSync(folder, 0o755)
  chmodSync(root, 0o777)
  const { tls } = options
  const settings = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    anonymous_enable: 'YES',
    no_anon_password: 'YES',
    local_enable: 'NO',
    write_enable: 'YES',
    anon_root: join(folder, 'jail'),
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_umask: '022',
    secure_chroot_dir: empty,
    seccomp_sandbox: 'NO',
    force_dot_files: 'YES',
    use_localtime: 'NO',
    ...(tls && {
      ssl_enable: 'YES',
      allow_anon_ssl: 'YES',
      force_anon_logins_ssl: 'YES',
      force_anon_data_ssl: 'YES',
      require_ssl_reuse: 'YES',
      implicit_ssl: tls.isImplicit ? 'YES' : 'NO',
      rsa_cert_file: tls.certPath,
      rsa_private_key_file: tls.keyPath,
    }),
  }
  const config = join(folder, 'vsftpd.conf')
  writeFileSync(
    config,
    `${Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
  )
  return { ...(await startProcess(program, [config], port)), root }
}
