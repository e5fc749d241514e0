// An FTP server in this process that is not ours (ftp-srv): LIST without MLSD, and logins by password.

import { FtpSrv } from 'ftp-srv'
import { freePort } from './process-server.ts'

export async function startFtpSrv(options: { root: string; user: string; password: string }) {
  const port = await freePort()
  const quiet = {
    level: () => 60,
    child: () => quiet,
    trace() {},
    debug() {},
    info() {},
    warn() {},
    error() {},
    fatal() {},
  }
  const server = new FtpSrv({ url: `ftp://127.0.0.1:${port}`, pasv_url: '127.0.0.1', log: quiet as never })
  server.on('login', ({ username, password }, accept, refuse) => {
    if (username === options.user && password === options.password) accept({ root: options.root })
    else refuse(new Error('no such login'))
  })
  await server.listen()
  return { port, close: async () => void (await server.close()) }
}
